// See symmetric-inverse.hpp. Twin: `invert` of src/linear-algebra/plain-algebra.ts.
#include "core/algebra/symmetric-inverse.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <vector>

#include "core/runtime/aligned-array.hpp"

namespace lawn {

namespace {

constexpr int64_t kBlock = 256;        // pivots at once; a multiple of a panel
constexpr int64_t kPivotPad = 16;      // rows of `products` start in different sets of the cache
constexpr int64_t kRowsPerTask = 144;  // a multiple of every tile's height
constexpr int64_t kColumnsPerTask = 16 * kPanelColumns;
constexpr int64_t kPanelsPerTask = 4;

/// Gauss and Jordan's, in place. False where a pivot is not above zero.
bool invertBlock(int64_t size, double* block) {
  for (int64_t k = 0; k < size; k++) {
    double* pivotRow = block + k * size;
    if (!(pivotRow[k] > 0 && std::isfinite(pivotRow[k]))) return false;
    const double inverse = 1 / pivotRow[k];
    pivotRow[k] = 1;
    for (int64_t j = 0; j < size; j++) pivotRow[j] *= inverse;
    for (int64_t i = 0; i < size; i++) {
      if (i == k) continue;
      double* row = block + i * size;
      const double factor = row[k];
      row[k] = 0;
      for (int64_t j = 0; j < size; j++) row[j] -= factor * pivotRow[j];
    }
  }
  return true;
}

/// One block of pivots and what the rest of the matrix has in their columns.
struct Sweep {
  Sweep(int64_t size, int threads)
      : panels(divideUp(size, kPanelColumns) * kBlock * kPanelColumns),
        products(roundUp(size, kPanelColumns) * productStride),
        inverse(kBlock * kBlock),
        pivot(size_t(kBlock * kBlock)) {
    for (int thread = 0; thread < threads; thread++) scratch.emplace_back(kRowsPerTask * kColumnsPerTask);
  }

  static constexpr int64_t productStride = kBlock + kPivotPad;
  AlignedArray<float> panels;    // [size / 32][kBlock][32]: the columns of the pivots, transposed; 0 in their own rows
  AlignedArray<float> products;  // [size][productStride]: the same times the inverse of the pivot block
  AlignedArray<float> inverse;   // [kBlock / 32][kBlock][32] of the pivot block
  std::vector<double> pivot;     // [width][width]
  std::vector<AlignedArray<float>> scratch;
};

/// Inverts the pivot block, and packs its inverse.
bool takePivots(int64_t size, const float* matrix, int64_t first, int64_t width, Sweep& sweep) {
  for (int64_t i = 0; i < width; i++) {
    const float* row = matrix + (first + i) * size + first;
    for (int64_t j = 0; j <= i; j++) sweep.pivot[i * width + j] = sweep.pivot[j * width + i] = row[j];
  }
  if (!invertBlock(width, sweep.pivot.data())) return false;
  for (int64_t i = 0; i < width; i++) {
    for (int64_t j = 0; j < kBlock; j++) {
      float* place = &sweep.inverse[(j / kPanelColumns * kBlock + i) * kPanelColumns + j % kPanelColumns];
      *place = j < width ? float(sweep.pivot[i * width + j]) : 0;
    }
  }
  return true;
}

/// Column `panel`s of the transposed pivot columns: of rows above the pivots they stand in the pivots' rows.
void packPanel(int64_t size, const float* matrix, int64_t first, int64_t width, float* panel, int64_t at) {
  const int64_t end = std::min(size, at + kPanelColumns);
  for (int64_t k = 0; k < width; k++) {
    float* to = panel + k * kPanelColumns;
    const float* pivotRow = matrix + (first + k) * size;
    for (int64_t i = at; i < end; i++) {
      const bool isPivot = i >= first && i < first + width;
      to[i - at] = isPivot ? 0 : i < first ? pivotRow[i] : matrix[i * size + first + k];
    }
  }
}

/// Where the pivot columns were: their product with the inverse, and minus the inverse itself.
void putBack(int64_t size, float* matrix, int64_t first, int64_t width, const Sweep& sweep, int64_t row) {
  const float* product = &sweep.products[row * Sweep::productStride];
  if (row < first) {
    for (int64_t k = 0; k < width; k++) matrix[(first + k) * size + row] = product[k];
  } else if (row >= first + width) {
    std::memcpy(matrix + row * size + first, product, size_t(width) * sizeof(float));
  } else {
    const double* inverse = &sweep.pivot[(row - first) * width];
    for (int64_t j = 0; j <= row - first; j++) matrix[row * size + first + j] = float(-inverse[j]);
  }
}

}  // namespace

bool invertPositiveDefinite(const AlgebraTable& algebra, ThreadPool& pool, int64_t size, float* matrix) {
  Sweep sweep(size, pool.threads());
  const int64_t panels = divideUp(size, kPanelColumns), rowTasks = divideUp(size, kRowsPerTask);
  const int64_t columnTasks = divideUp(size, kColumnsPerTask), panelTasks = divideUp(panels, kPanelsPerTask);
  for (int64_t first = 0; first < size; first += kBlock) {
    const int64_t width = std::min(kBlock, size - first);
    if (!takePivots(size, matrix, first, width, sweep)) return false;

    pool.run(panelTasks, [&](int64_t task, int) {
      for (int64_t p = task * kPanelsPerTask; p < std::min(panels, (task + 1) * kPanelsPerTask); p++) {
        float* panel = &sweep.panels[p * kBlock * kPanelColumns];
        packPanel(size, matrix, first, width, panel, p * kPanelColumns);
        for (int64_t column = 0; column < width; column += kPanelColumns) {
          algebra.product({
              .rows = kPanelColumns,
              .columns = kPanelColumns,
              .terms = width,
              .a = panel,
              .aRowStride = 1,
              .aTermStride = kPanelColumns,
              .b = &sweep.inverse[column * kBlock],
              .bStride = kPanelColumns,
              .c = &sweep.products[p * kPanelColumns * Sweep::productStride + column],
              .cStride = Sweep::productStride,
          });
        }
      }
    });

    // Of the lower triangle, and of the upper one what shares a task with it.
    pool.run(rowTasks * columnTasks, [&](int64_t task, int thread) {
      const int64_t row = task / columnTasks * kRowsPerTask, end = std::min(size, row + kRowsPerTask);
      const int64_t column = task % columnTasks * kColumnsPerTask;
      if (column >= end) return;
      algebra.subtractProducts({
          .rows = end - row,
          .columns = std::min(kColumnsPerTask, end - column),
          .terms = width,
          .a = &sweep.products[row * Sweep::productStride],
          .aStride = Sweep::productStride,
          .panels = &sweep.panels[column * kBlock],
          .panelStride = kBlock * kPanelColumns,
          .scratch = sweep.scratch[size_t(thread)].data(),
          .c = matrix + row * size + column,
          .cStride = size,
      });
    });
    pool.run(rowTasks, [&](int64_t task, int) {
      const int64_t end = std::min(size, (task + 1) * kRowsPerTask);
      for (int64_t row = task * kRowsPerTask; row < end; row++) putBack(size, matrix, first, width, sweep, row);
    });
  }
  // All pivots swept leave minus the inverse, in the lower triangle.
  pool.run(rowTasks, [&](int64_t task, int) {
    const int64_t row = task * kRowsPerTask, end = std::min(size, row + kRowsPerTask);
    for (int64_t i = row; i < end; i++) {
      for (int64_t j = 0; j <= i; j++) matrix[i * size + j] = -matrix[i * size + j];
    }
    for (int64_t column = 0; column < end; column += kPanelColumns) {
      const int64_t columnEnd = std::min(end, column + kPanelColumns);
      for (int64_t j = column; j < columnEnd; j++) {
        for (int64_t i = std::max(row, j + 1); i < end; i++) matrix[j * size + i] = matrix[i * size + j];
      }
    }
  });
  return true;
}

}  // namespace lawn
