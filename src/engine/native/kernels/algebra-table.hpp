// Dense linear algebra of the baselines, one table per instruction set. Plain twin:
// src/linear-algebra/plain-algebra.ts.
#pragma once

#include <cstdint>

namespace lawn {

/// Of a panel: as many columns as the tiles of every instruction set divide.
constexpr int64_t kPanelColumns = 32;

/// c = a b in float32; b and c are row-major, `columns` a multiple of 16.
struct FloatProduct {
  int64_t rows, columns, terms;
  const float* a;
  int64_t aRowStride, aTermStride;
  const float* b;
  int64_t bStride;
  float* c;
  int64_t cStride;
};

/// c -= a b, b in panels [terms][kPanelColumns] side by side. Sums are taken from zero and subtracted once, so that
/// their rounding is that of their own size.
struct PanelProducts {
  int64_t rows, columns, terms;
  const float* a;
  int64_t aStride;
  const float* panels;
  int64_t panelStride;
  float* scratch;  // [rows][columns], whole panels
  float* c;
  int64_t cStride;
};

/// One row of an alternating least squares sweep: (gram + ridge I + sum of c v v^T) x = sum of c v over the row's
/// vectors v and their confidences c.
struct RowSystem {
  int64_t width, widthPad;
  const float* gram;  // [width][widthPad], upper triangle
  float ridge;
  int64_t count;             // vectors of this row
  const uint32_t* columns;   // [count] their rows in `other`
  const float* confidences;  // [count], or null where all are 1
  const float* other;        // [.][width]
  float* gathered;           // scratch [kGatheredVectors][widthPad], padding zero
  float* matrix;             // scratch [width][widthPad]
  float* solution;           // out [width]
};

constexpr int64_t kGatheredVectors = 64;

struct AlgebraTable {
  void (*product)(const FloatProduct&);
  void (*subtractProducts)(const PanelProducts&);
  /// Upper triangle of out [width][widthPad] = weight x sum of v v^T over `count` vectors of [count][width]; `gathered`
  /// as in RowSystem.
  void (*gram)(int64_t count, int64_t width, int64_t widthPad, const float* vectors, float weight, float* gathered,
               float* out);
  /// False where the matrix is not positive definite.
  bool (*solveRow)(const RowSystem&);
};

}  // namespace lawn
