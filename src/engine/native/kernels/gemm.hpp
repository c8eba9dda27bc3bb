// The one matrix product of this engine: C[m][n..] = init + sum_k A[m,k] * B[k][n..], n in whole vectors.
//
//   A is read one float at a time (broadcast), so any strides will do: rows of activations, or a transpose for free.
//   B's rows are contiguous and padded with zeros to whole vectors; so are C's.
//   Every element of C is one chain of fused multiply-adds over k in order: its bits do not depend on where in a tile
//   it falls, so a score does not depend on the batch it is computed in.
#pragma once

#include "kernels/simd.hpp"

namespace lawn::LAWN_ISA {

struct MatrixProduct {
  int64_t rows;     // m
  int64_t columns;  // n, a multiple of kLanes
  int64_t terms;    // k
  const float* a;
  int64_t aRowStride;
  int64_t aTermStride;
  const float* b;
  int64_t bStride;
  float* c;
  int64_t cStride;
  bool accumulate = false;      // start from C instead of zero
  const float* bias = nullptr;  // [columns], start from it instead of zero
  bool rectify = false;         // ReLU on the result
  const float* gate =
      nullptr;  // [rows][gateStride]: results where the gate is not above 0 become 0 (ReLU's derivative)
  int64_t gateStride = 0;
};

#if defined(__AVX512F__)
constexpr int kTileRows = 12;
#elif defined(__AVX2__)
constexpr int kTileRows = 6;
#elif defined(__aarch64__)
constexpr int kTileRows = 8;
#else
constexpr int kTileRows = 4;
#endif

/// Calls `visit(sum, row, offset)` for each vector of a tile.
template <int Rows, int Vectors, typename Visit>
LAWN_INLINE void eachOfTile(Floats (&sums)[Rows][Vectors], Visit&& visit) {
#pragma GCC unroll 16
  for (int r = 0; r < Rows; r++) {
#pragma GCC unroll 4
    for (int v = 0; v < Vectors; v++) visit(sums[r][v], r, v * kLanes);
  }
}

template <int Rows, int Vectors>
LAWN_INLINE void productTile(const MatrixProduct& p, int64_t row, int64_t column) {
  Floats sums[Rows][Vectors];
  float* c = p.c + row * p.cStride + column;
  const int64_t cStride = p.cStride;
  // The choices are made once a tile, not once a vector: with few terms they would cost as much as the product.
  if (p.accumulate) {
    eachOfTile(sums, [&](Floats& sum, int r, int at) LAWN_INLINE_LAMBDA { sum = load(c + r * cStride + at); });
  } else if (p.bias != nullptr) {
    eachOfTile(sums, [&](Floats& sum, int, int at) LAWN_INLINE_LAMBDA { sum = load(p.bias + column + at); });
  } else {
    eachOfTile(sums, [&](Floats& sum, int, int) LAWN_INLINE_LAMBDA { sum = Floats{}; });
  }
  // One pointer for three rows: the other two are one and two strides away, which an address can say. The compiler must
  // not find out that the pointers are related, or it derives all rows from one and runs out of registers.
  constexpr int groups = (Rows + 2) / 3;
  const float* a[groups];
#pragma GCC unroll 4
  for (int g = 0; g < groups; g++) {
    a[g] = p.a + (row + 3 * g) * p.aRowStride;
    asm("" : "+r"(a[g]));
  }
  const int64_t aRowStride = p.aRowStride, aTermStride = p.aTermStride, bStride = p.bStride;
  const float* b = p.b + column;
  for (int64_t k = 0; k < p.terms; k++) {
    Floats bRow[Vectors];
#pragma GCC unroll 4
    for (int v = 0; v < Vectors; v++) bRow[v] = load(b + v * kLanes);
#pragma GCC unroll 16
    for (int r = 0; r < Rows; r++) {
      const Floats factor = broadcast(a[r / 3][r % 3 * aRowStride]);
#pragma GCC unroll 4
      for (int v = 0; v < Vectors; v++) sums[r][v] += factor * bRow[v];
    }
#pragma GCC unroll 4
    for (int g = 0; g < groups; g++) a[g] += aTermStride;
    b += bStride;
  }
  if (p.rectify) {
    eachOfTile(sums, [&](Floats& sum, int, int) LAWN_INLINE_LAMBDA { sum = whereAboveZero(sum, sum); });
  }
  if (p.gate != nullptr) {
    const float* gate = p.gate + row * p.gateStride + column;
    const int64_t gateStride = p.gateStride;
    eachOfTile(sums, [&](Floats& sum, int r, int at)
                         LAWN_INLINE_LAMBDA { sum = whereAboveZero(load(gate + r * gateStride + at), sum); });
  }
  eachOfTile(sums, [&](Floats& sum, int r, int at) LAWN_INLINE_LAMBDA { store(c + r * cStride + at, sum); });
}

/// A panel one vector wide takes taller tiles: fewer than eight sums under way do not keep the multipliers busy.
template <int Vectors>
LAWN_INLINE void productPanel(const MatrixProduct& p, int64_t column) {
  constexpr int tileRows = Vectors == 1 ? 12 : kTileRows;
  int64_t row = 0;
  // Eight rows left are two tiles of four: a single row has too few sums under way as well.
  for (; row + tileRows <= p.rows && (tileRows != 6 || p.rows - row != 8); row += tileRows) {
    productTile<tileRows, Vectors>(p, row, column);
  }
  for (; row + 4 <= p.rows; row += 4) productTile<4, Vectors>(p, row, column);
  for (; row < p.rows; row++) productTile<1, Vectors>(p, row, column);
}

inline void multiply(const MatrixProduct& p) {
  int64_t column = 0;
  for (; column + 2 * kLanes <= p.columns; column += 2 * kLanes) productPanel<2>(p, column);
  if (column < p.columns) productPanel<1>(p, column);
}

}  // namespace lawn::LAWN_ISA
