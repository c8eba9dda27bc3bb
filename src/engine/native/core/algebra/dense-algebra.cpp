// See dense-algebra.hpp.
#include "core/algebra/dense-algebra.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <vector>

#include "core/runtime/aligned-array.hpp"

namespace lawn {

namespace {

constexpr int64_t kBlock = 96;
constexpr int64_t kRowsPerTask = 48;
constexpr int64_t kColumnsPerTask = 256;
constexpr int64_t kSystemsPerTask = 16;

/// In place by Cholesky: block = L L^T, then L^-1, then L^-T L^-1. False where a pivot is not above zero.
bool invertBlock(int64_t size, double* block) {
  std::vector<double> lower(size_t(size * size), 0.0);
  const auto at = [size](int64_t row, int64_t column) { return size_t(row * size + column); };
  for (int64_t j = 0; j < size; j++) {
    for (int64_t i = j; i < size; i++) {
      double sum = block[at(i, j)];
      for (int64_t k = 0; k < j; k++) sum -= lower[at(i, k)] * lower[at(j, k)];
      if (i > j) lower[at(i, j)] = sum / lower[at(j, j)];
      else if (sum > 0 && std::isfinite(sum)) lower[at(j, j)] = std::sqrt(sum);
      else return false;
    }
  }
  std::vector<double> inverse(size_t(size * size), 0.0);
  for (int64_t j = 0; j < size; j++) {
    inverse[at(j, j)] = 1 / lower[at(j, j)];
    for (int64_t i = j + 1; i < size; i++) {
      double sum = 0;
      for (int64_t k = j; k < i; k++) sum -= lower[at(i, k)] * inverse[at(k, j)];
      inverse[at(i, j)] = sum / lower[at(i, i)];
    }
  }
  for (int64_t i = 0; i < size; i++) {
    for (int64_t j = 0; j <= i; j++) {
      double sum = 0;
      for (int64_t k = i; k < size; k++) sum += inverse[at(k, i)] * inverse[at(k, j)];
      block[at(i, j)] = block[at(j, i)] = sum;
    }
  }
  return true;
}

}  // namespace

bool invertPositiveDefinite(const AlgebraTable& algebra, ThreadPool& pool, int64_t size, double* matrix) {
  const int64_t panelStride = roundUp(size, 8);
  AlignedArray<double> panel(kBlock * panelStride);  // the pivot rows times the pivot block's inverse
  AlignedArray<double> pivot(kBlock * kBlock), negated(kBlock * kBlock);
  std::vector<AlignedArray<double>> copies;
  for (int thread = 0; thread < pool.threads(); thread++) copies.emplace_back(kRowsPerTask * kBlock);

  for (int64_t first = 0; first < size; first += kBlock) {
    const int64_t width = std::min(kBlock, size - first);
    for (int64_t i = 0; i < width; i++) {
      std::memcpy(&pivot[i * width], matrix + (first + i) * size + first, size_t(width) * sizeof(double));
    }
    if (!invertBlock(width, pivot.data())) return false;
    for (int64_t i = 0; i < width * width; i++) negated[i] = -pivot[i];

    pool.run(divideUp(size, kColumnsPerTask), [&](int64_t task, int) {
      const int64_t column = task * kColumnsPerTask, columns = std::min(kColumnsPerTask, size - column);
      for (int64_t i = 0; i < width; i++) {
        std::memset(&panel[i * panelStride + column], 0, size_t(columns) * sizeof(double));
      }
      algebra.subtractProduct({
          .rows = width,
          .columns = columns,
          .terms = width,
          .a = negated.data(),
          .aStride = width,
          .b = matrix + first * size + column,
          .bStride = size,
          .c = &panel[column],
          .cStride = panelStride,
      });
    });
    for (int64_t i = 0; i < width; i++) {
      std::memcpy(&panel[i * panelStride + first], &pivot[i * width], size_t(width) * sizeof(double));
    }

    // Every other row loses its part along the pivot rows; where the pivot columns were, that leaves -row x inverse.
    pool.run(divideUp(size, kRowsPerTask), [&](int64_t task, int thread) {
      const int64_t row = task * kRowsPerTask, end = std::min(size, row + kRowsPerTask);
      double* copy = copies[size_t(thread)].data();
      const auto eliminate = [&](int64_t from, int64_t to) {
        if (from >= to) return;
        for (int64_t i = from; i < to; i++) {
          double* own = matrix + i * size + first;
          std::memcpy(copy + (i - from) * width, own, size_t(width) * sizeof(double));
          std::memset(own, 0, size_t(width) * sizeof(double));
        }
        algebra.subtractProduct({
            .rows = to - from,
            .columns = size,
            .terms = width,
            .a = copy,
            .aStride = width,
            .b = panel.data(),
            .bStride = panelStride,
            .c = matrix + from * size,
            .cStride = size,
        });
      };
      eliminate(row, std::min(end, first));
      eliminate(std::max(row, first + width), end);
    });
    for (int64_t i = 0; i < width; i++) {
      std::memcpy(matrix + (first + i) * size, &panel[i * panelStride], size_t(size) * sizeof(double));
    }
  }
  return true;
}

bool sweepLeastSquares(const KernelTable& kernels, ThreadPool& pool, const SweepView& sweep) {
  const int64_t widthPad = roundUp(sweep.width, kernels.lanes);
  struct Scratch {
    AlignedArray<float> gathered, matrix;
  };
  std::vector<Scratch> scratch;
  for (int thread = 0; thread < pool.threads(); thread++) {
    scratch.push_back({AlignedArray<float>(kGatheredVectors * widthPad), AlignedArray<float>(sweep.width * widthPad)});
  }
  AlignedArray<float> gram(sweep.width * widthPad);
  const AlgebraTable& algebra = *kernels.algebra;
  algebra.gram(sweep.otherRows, sweep.width, widthPad, sweep.other, float(sweep.weight), scratch[0].gathered.data(),
               gram.data());

  std::atomic<bool> isSolved{true};
  pool.run(divideUp(sweep.rows, kSystemsPerTask), [&](int64_t task, int thread) {
    Scratch& own = scratch[size_t(thread)];
    for (int64_t row = task * kSystemsPerTask; row < std::min(sweep.rows, (task + 1) * kSystemsPerTask); row++) {
      const uint32_t begin = sweep.offsets[row], end = sweep.offsets[row + 1];
      const RowSystem system{
          .width = sweep.width,
          .widthPad = widthPad,
          .gram = gram.data(),
          .ridge = float(sweep.ridge[row]),
          .count = int64_t(end - begin),
          .columns = sweep.columns + begin,
          .confidences = sweep.confidences == nullptr ? nullptr : sweep.confidences + begin,
          .other = sweep.other,
          .gathered = own.gathered.data(),
          .matrix = own.matrix.data(),
          .solution = sweep.own + row * sweep.width,
      };
      if (!algebra.solveRow(system)) isSolved = false;
    }
  });
  return isSolved;
}

}  // namespace lawn
