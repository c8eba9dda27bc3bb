// See dense-algebra.hpp.
#include "core/algebra/dense-algebra.hpp"

#include <algorithm>
#include <atomic>
#include <vector>

#include "core/runtime/aligned-array.hpp"

namespace lawn {

namespace {

constexpr int64_t kSystemsPerTask = 16;

}  // namespace

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
