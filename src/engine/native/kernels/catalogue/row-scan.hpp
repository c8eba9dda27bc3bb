// One user's scores looked through: which are above a bar, how many stand before a positive, what probabilities they
// say. Plain twin: src/evaluation/plain-ranks.ts.
#pragma once

#include "kernels/catalogue/catalogue-table.hpp"
#include "kernels/transcendental.hpp"

namespace lawn::LAWN_ISA {

LAWN_INLINE Floats whereTrue(Integers condition, Floats yes) { return condition ? yes : Floats{}; }

LAWN_INLINE int64_t sumWords(Integers words) {
  int64_t sum = 0;
  for (int lane = 0; lane < kLanes; lane++) sum += words[lane];
  return sum;
}

inline uint32_t settle(float* scores, int64_t count) {
  const Floats least = broadcast(-__builtin_inff());
  Integers found{};
  for (int64_t at = 0; at < count; at += kLanes) {
    const Floats score = load(scores + at);
    const Integers isNumber = score == score;
    found += isNumber + 1;
    store(scores + at, isNumber ? score : least);
  }
  return uint32_t(sumWords(found));
}

inline int64_t above(const float* scores, int64_t begin, int64_t end, float bar, uint32_t* positions) {
  int64_t found = 0;
  for (int64_t at = begin / kLanes * kLanes; at < end; at += kLanes) {
    if (countTrue(load(scores + at) > bar) == 0) continue;
    for (int64_t item = at < begin ? begin : at; item < at + kLanes && item < end; item++) {
      if (scores[item] > bar) positions[found++] = uint32_t(item);
    }
  }
  return found;
}

inline void countAgainst(const float* scores, int64_t count, float bar, uint32_t* atLeast, uint32_t* above) {
  Integers reaching{}, beyond{};
  for (int64_t at = 0; at < count; at += kLanes) {
    const Floats score = load(scores + at);
    reaching -= score >= bar;
    beyond -= score > bar;
  }
  *atLeast += uint32_t(sumWords(reaching));
  *above += uint32_t(sumWords(beyond));
}

/// 1 / (1 + e^-z), of infinities too.
LAWN_INLINE Floats sigmoid(Floats z) {
  const Floats e = expNegative(z < 0.0f ? -z : z);
  const Floats reciprocal = 1.0f / (1.0f + e);
  return z < 0.0f ? e * reciprocal : reciprocal;
}

/// How many of the values are at least `bar`, and their sum.
struct Reaching {
  int64_t count;
  double sum;
};

LAWN_INLINE Reaching reaching(const float* values, int64_t count, float bar) {
  Integers counts{};
  Floats sums{};
  for (int64_t at = 0; at < count; at += kLanes) {
    const Floats value = load(values + at);
    const Integers holds = value >= bar;
    counts -= holds;
    sums += whereTrue(holds, value);
  }
  return {.count = sumWords(counts), .sum = double(sumLanes(sums))};
}

/// A piece at a time, so that sums in float32 stay short.
inline void addToBins(float* scores, int64_t count, double* bins) {
  for (int64_t begin = 0; begin < count; begin += kPanelItems) {
    float* piece = scores + begin;
    const int64_t length = count - begin < kPanelItems ? count - begin : kPanelItems;
    for (int64_t at = 0; at < length; at += kLanes) {
      const Floats z = load(piece + at);
      const Integers isNumber = z == z;
      store(piece + at, isNumber ? sigmoid(z) * float(kBins) : broadcast(-1.0f));
    }
    Reaching lower = reaching(piece, length, 0);
    for (int bin = 0; bin < kBins && lower.count > 0; bin++) {
      const Reaching upper = bin + 1 < kBins ? reaching(piece, length, float(bin + 1)) : Reaching{0, 0};
      bins[bin] += double(lower.count - upper.count);
      bins[kBins + bin] += (lower.sum - upper.sum) / kBins;
      lower = upper;
    }
  }
}

inline void addRow(const float* row, int64_t count, double* sums) {
  for (int64_t at = 0; at < count; at++) sums[at] += double(row[at]);
}

inline void roundRow(const double* sums, int64_t count, float* scores) {
  for (int64_t at = 0; at < count; at++) scores[at] = float(sums[at]);
}

}  // namespace lawn::LAWN_ISA
