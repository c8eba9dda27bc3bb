// The inverse of a large symmetric matrix, in the memory of the matrix. Results do not depend on the number of threads.
#pragma once

#include "core/runtime/thread-pool.hpp"
#include "kernels/kernel-table.hpp"

namespace lawn {

/// [size][size], symmetric positive definite, of which the lower triangle alone is read, becomes its inverse in place;
/// false, with the matrix destroyed, where it is not positive definite. Sweeps of blocks of pivots (Goodnight 1979, "A
/// tutorial on the SWEEP operator") without pivoting, which such matrices do not need: size^3 operations, nearly all of
/// them one matrix product in float32. Pivot blocks are inverted in double.
bool invertPositiveDefinite(const AlgebraTable& algebra, ThreadPool& pool, int64_t size, float* matrix);

}  // namespace lawn
