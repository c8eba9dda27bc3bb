// Vectors of floats on GCC and Clang's vector extensions: one source for SSE2, AVX2+FMA, AVX-512 and NEON.
//
// Everything in kernels/ is compiled once per instruction set, inside a namespace of that set's name (LAWN_ISA), so
// that no inline function compiled for AVX-512 can be picked by the linker for a machine without it. For the same
// reason kernels use no templates of the standard library.
#pragma once

#include <cstdint>
#include <cstring>

#if defined(__SSE2__)
#include <immintrin.h>
#elif defined(__ARM_NEON)
#include <arm_neon.h>
#endif

#ifndef LAWN_ISA
#error "LAWN_ISA names the instruction set that kernels are compiled for; build.mjs sets it"
#endif

namespace lawn::LAWN_ISA {

#define LAWN_INLINE inline __attribute__((always_inline))
#define LAWN_INLINE_LAMBDA __attribute__((always_inline))

#if defined(__AVX512F__)
constexpr int kLanes = 16;
#elif defined(__AVX2__)
constexpr int kLanes = 8;
#else
constexpr int kLanes = 4;
#endif

template <int N>
struct Vector;

template <>
struct Vector<4> {
  typedef float floats __attribute__((vector_size(16)));
  typedef int32_t integers __attribute__((vector_size(16)));
  typedef uint32_t words __attribute__((vector_size(16)));
};
template <>
struct Vector<8> {
  typedef float floats __attribute__((vector_size(32)));
  typedef int32_t integers __attribute__((vector_size(32)));
  typedef uint32_t words __attribute__((vector_size(32)));
};
template <>
struct Vector<16> {
  typedef float floats __attribute__((vector_size(64)));
  typedef int32_t integers __attribute__((vector_size(64)));
  typedef uint32_t words __attribute__((vector_size(64)));
};

template <int N>
using FloatsOf = typename Vector<N>::floats;
using Floats = FloatsOf<kLanes>;
using Integers = Vector<kLanes>::integers;
using Words = Vector<kLanes>::words;

/// N consecutive floats, aligned or not.
template <int N = kLanes>
LAWN_INLINE FloatsOf<N> load(const float* from) {
  FloatsOf<N> value;
  memcpy(&value, from, sizeof value);
  return value;
}

template <int N = kLanes>
LAWN_INLINE void store(float* to, FloatsOf<N> value) {
  memcpy(to, &value, sizeof value);
}

template <int N = kLanes>
LAWN_INLINE FloatsOf<N> broadcast(float value) {
  return value - FloatsOf<N>{};
}

/// Prefetches a row; of a long one the beginning, since the hardware prefetches the rest.
LAWN_INLINE void prefetchRow(const float* row, int64_t width) {
  for (int64_t at = 0; at < width && at < 64; at += 16) __builtin_prefetch(row + at);
}

LAWN_INLINE Words loadWords(const uint32_t* from) {
  Words value;
  memcpy(&value, from, sizeof value);
  return value;
}

/// kLanes 16-bit values, widened.
LAWN_INLINE Words loadWords(const uint16_t* from) {
  typedef uint16_t halves __attribute__((vector_size(2 * kLanes)));
  halves value;
  memcpy(&value, from, sizeof value);
  return __builtin_convertvector(value, Words);
}

LAWN_INLINE void storeWords(uint32_t* to, Words value) { memcpy(to, &value, sizeof value); }

/// 0, 1, 2, ...
LAWN_INLINE Words countingWords() {
  Words words;
  for (int lane = 0; lane < kLanes; lane++) words[lane] = uint32_t(lane);
  return words;
}

/// How many lanes of a comparison hold.
LAWN_INLINE uint32_t countTrue(Integers comparison) {
#if defined(__AVX512F__)
  return uint32_t(__builtin_popcount(_mm512_movepi32_mask(__m512i(comparison))));
#elif defined(__AVX2__)
  return uint32_t(__builtin_popcount(unsigned(_mm256_movemask_ps(__m256(comparison)))));
#else
  return uint32_t(-((comparison[0] + comparison[2]) + (comparison[1] + comparison[3])));
#endif
}

/// Sum over the lanes, halving: the order of additions depends on N alone.
LAWN_INLINE float sumLanes(FloatsOf<4> v) { return (v[0] + v[2]) + (v[1] + v[3]); }
LAWN_INLINE float sumLanes(FloatsOf<8> v) {
  FloatsOf<4> half[2];
  memcpy(half, &v, sizeof v);
  return sumLanes(half[0] + half[1]);
}
LAWN_INLINE float sumLanes(FloatsOf<16> v) {
  FloatsOf<8> half[2];
  memcpy(half, &v, sizeof v);
  return sumLanes(half[0] + half[1]);
}

/// Correctly rounded square roots: of a scalar, or of each lane.
LAWN_INLINE float squareRoot(float x) { return __builtin_sqrtf(x); }
LAWN_INLINE FloatsOf<4> squareRoot(FloatsOf<4> x) {
#if defined(__SSE2__)
  return FloatsOf<4>(_mm_sqrt_ps(__m128(x)));
#elif defined(__ARM_NEON) && defined(__aarch64__)
  return FloatsOf<4>(vsqrtq_f32(float32x4_t(x)));
#else
  return FloatsOf<4>{squareRoot(x[0]), squareRoot(x[1]), squareRoot(x[2]), squareRoot(x[3])};
#endif
}
#if defined(__AVX__)
LAWN_INLINE FloatsOf<8> squareRoot(FloatsOf<8> x) { return FloatsOf<8>(_mm256_sqrt_ps(__m256(x))); }
#endif
#if defined(__AVX512F__)
LAWN_INLINE FloatsOf<16> squareRoot(FloatsOf<16> x) { return FloatsOf<16>(_mm512_sqrt_ps(__m512(x))); }
#endif

/// Calls `body.template run<N>(offset)` over [at, end) in pieces of kLanes, then of its halves down to 4; the rest
/// (under 4 elements) one at a time with N = 1. The pieces depend on the length alone.
template <typename Body>
LAWN_INLINE void forEachPiece(int64_t end, Body&& body, int64_t at = 0) {
  for (; at + kLanes <= end; at += kLanes) body.template run<kLanes>(at);
  if constexpr (kLanes > 8) {
    if (at + 8 <= end) {
      body.template run<8>(at);
      at += 8;
    }
  }
  if constexpr (kLanes > 4) {
    if (at + 4 <= end) {
      body.template run<4>(at);
      at += 4;
    }
  }
  for (; at < end; at++) body.template run<1>(at);
}

/// A single float under the same names as a vector, for the last elements.
template <>
struct Vector<1> {
  typedef float floats;
};
template <>
LAWN_INLINE float load<1>(const float* from) {
  return *from;
}
template <>
LAWN_INLINE void store<1>(float* to, float value) {
  *to = value;
}
template <>
LAWN_INLINE float broadcast<1>(float value) {
  return value;
}
LAWN_INLINE float sumLanes(float v) { return v; }

/// Where `condition` holds, `yes`, else 0.
template <typename V>
LAWN_INLINE V whereAboveZero(V condition, V yes) {
  return condition > 0.0f ? yes : V{};
}

}  // namespace lawn::LAWN_ISA
