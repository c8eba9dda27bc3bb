// Products for inverses, and the small systems of alternating least squares. See algebra-table.hpp.
#pragma once

#include "kernels/algebra-table.hpp"
#include "kernels/gemm.hpp"

namespace lawn::LAWN_ISA {

inline void product(const FloatProduct& p) {
  multiply({
      .rows = p.rows,
      .columns = p.columns,
      .terms = p.terms,
      .a = p.a,
      .aRowStride = p.aRowStride,
      .aTermStride = p.aTermStride,
      .b = p.b,
      .bStride = p.bStride,
      .c = p.c,
      .cStride = p.cStride,
  });
}

inline void subtractProducts(const PanelProducts& p) {
  const int64_t panels = (p.columns + kPanelColumns - 1) / kPanelColumns, stride = panels * kPanelColumns;
  for (int64_t panel = 0; panel < panels; panel++) {
    multiply({
        .rows = p.rows,
        .columns = kPanelColumns,
        .terms = p.terms,
        .a = p.a,
        .aRowStride = p.aStride,
        .aTermStride = 1,
        .b = p.panels + panel * p.panelStride,
        .bStride = kPanelColumns,
        .c = p.scratch + panel * kPanelColumns,
        .cStride = stride,
    });
  }
  for (int64_t row = 0; row < p.rows; row++) {
    float* c = p.c + row * p.cStride;
    const float* sums = p.scratch + row * stride;
    for (int64_t j = 0; j < p.columns; j++) c[j] -= sums[j];
  }
}

/// matrix += sum of v v^T over the gathered vectors; of the lower triangle only what shares a tile with the upper one.
LAWN_INLINE void addOuterProducts(int64_t count, int64_t width, int64_t widthPad, const float* gathered,
                                  float* matrix) {
  constexpr int64_t rowsAtOnce = 48;  // a multiple of every tile's height and of every vector
  for (int64_t row = 0; row < width; row += rowsAtOnce) {
    multiply({
        .rows = width - row < rowsAtOnce ? width - row : rowsAtOnce,
        .columns = widthPad - row,
        .terms = count,
        .a = gathered + row,
        .aRowStride = 1,
        .aTermStride = widthPad,
        .b = gathered + row,
        .bStride = widthPad,
        .c = matrix + row * widthPad + row,
        .cStride = widthPad,
        .accumulate = true,
    });
  }
}

/// Its upper triangle, as above.
inline void gram(int64_t count, int64_t width, int64_t widthPad, const float* vectors, float weight, float* gathered,
                 float* out) {
  memset(out, 0, size_t(width * widthPad) * sizeof(float));
  for (int64_t first = 0; first < count; first += kGatheredVectors) {
    const int64_t some = count - first < kGatheredVectors ? count - first : kGatheredVectors;
    for (int64_t v = 0; v < some; v++) {
      memcpy(gathered + v * widthPad, vectors + (first + v) * width, size_t(width) * sizeof(float));
    }
    addOuterProducts(some, width, widthPad, gathered, out);
  }
  for (int64_t i = 0; i < width * widthPad; i++) out[i] *= weight;
}

/// In place: the upper triangle becomes R of matrix = R^T R. Outer products, so that every inner loop runs along a row.
LAWN_INLINE bool choleskyUpper(int64_t width, int64_t stride, float* matrix) {
  for (int64_t k = 0; k < width; k++) {
    float* pivotRow = matrix + k * stride;
    if (!(pivotRow[k] > 0)) return false;
    const float pivot = squareRoot(pivotRow[k]);
    const float inverse = 1 / pivot;
    pivotRow[k] = pivot;
    for (int64_t j = k + 1; j < width; j++) pivotRow[j] *= inverse;
    for (int64_t i = k + 1; i < width; i++) {
      const float factor = pivotRow[i];
      float* row = matrix + i * stride;
      for (int64_t j = i; j < width; j++) row[j] -= factor * pivotRow[j];
    }
  }
  return true;
}

inline bool solveRow(const RowSystem& s) {
  memcpy(s.matrix, s.gram, size_t(s.width * s.widthPad) * sizeof(float));
  for (int64_t i = 0; i < s.width; i++) {
    s.matrix[i * s.widthPad + i] += s.ridge;
    s.solution[i] = 0;
  }
  for (int64_t first = 0; first < s.count; first += kGatheredVectors) {
    const int64_t some = s.count - first < kGatheredVectors ? s.count - first : kGatheredVectors;
    for (int64_t v = 0; v < some; v++) {
      const float* vector = s.other + int64_t(s.columns[first + v]) * s.width;
      float* gathered = s.gathered + v * s.widthPad;
      if (s.confidences == nullptr) {
        memcpy(gathered, vector, size_t(s.width) * sizeof(float));
        for (int64_t i = 0; i < s.width; i++) s.solution[i] += vector[i];
      } else {
        const float root = squareRoot(s.confidences[first + v]);  // its outer product has the confidence once
        for (int64_t i = 0; i < s.width; i++) gathered[i] = root * vector[i];
        for (int64_t i = 0; i < s.width; i++) s.solution[i] += root * gathered[i];
      }
    }
    addOuterProducts(some, s.width, s.widthPad, s.gathered, s.matrix);
  }
  if (!choleskyUpper(s.width, s.widthPad, s.matrix)) return false;
  // R^T y = b, then R x = y.
  for (int64_t k = 0; k < s.width; k++) {
    const float* row = s.matrix + k * s.widthPad;
    const float value = s.solution[k] /= row[k];
    for (int64_t j = k + 1; j < s.width; j++) s.solution[j] -= value * row[j];
  }
  for (int64_t k = s.width - 1; k >= 0; k--) {
    const float* row = s.matrix + k * s.widthPad;
    float sum = s.solution[k];
    for (int64_t j = k + 1; j < s.width; j++) sum -= row[j] * s.solution[j];
    s.solution[k] = sum / row[k];
  }
  return true;
}

}  // namespace lawn::LAWN_ISA
