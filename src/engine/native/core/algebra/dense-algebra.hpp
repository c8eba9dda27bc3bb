// Dense linear algebra of the baselines on the kernels and a pool of threads. Results do not depend on the number of
// threads.
#pragma once

#include "core/runtime/thread-pool.hpp"
#include "kernels/kernel-table.hpp"

namespace lawn {

/// One side of an alternating least squares sweep: for each row r with its vectors v = other[columns[offsets[r] ..
/// offsets[r + 1])] and their confidences c, own[r] = (weight x sum over all `other` of o o^T + ridge[r] I + sum of
/// c v v^T)^-1 sum of c v.
struct SweepView {
  int64_t rows, otherRows, width;
  const uint32_t *offsets, *columns;
  const float* confidences;  // as columns; null where all are 1
  const float* other;        // [otherRows][width]
  const double* ridge;       // [rows]
  double weight;
  float* own;  // [rows][width] out
};

/// False where a system was not positive definite.
bool sweepLeastSquares(const KernelTable& kernels, ThreadPool& pool, const SweepView& sweep);

}  // namespace lawn
