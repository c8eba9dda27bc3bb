// See algebra-access.hpp. A pool of threads lives as long as the one call, which is long enough to start some.
#include "addon/algebra-access.hpp"

#include "core/algebra/dense-algebra.hpp"

namespace lawn {

namespace {

const KernelTable& kernelsOf(const Call& call) {
  const KernelTable* kernels = chooseKernels(text(call.env, call.arguments[0], "instruction set").c_str());
  if (kernels == nullptr) throw std::runtime_error("native addon: unknown instruction set");
  return *kernels;
}

}  // namespace

napi_value invertMatrix(const Call& call) {
  const KernelTable& kernels = kernelsOf(call);
  const int threads = int(call.number(1));
  const int64_t size = int64_t(call.number(2));
  const Span<double> matrix = span<double>(call.env, call.arguments[3], "matrix");
  if (matrix.size != size * size) throw std::runtime_error("native addon: wrong size of matrix");
  return PromiseWork::start(call.env, {call.arguments[3]}, [&kernels, threads, size, matrix] {
    ThreadPool pool(threads);
    return invertPositiveDefinite(*kernels.algebra, pool, size, matrix.data) ? 1.0 : 0.0;
  });
}

napi_value sweepFactors(const Call& call) {
  const KernelTable& kernels = kernelsOf(call);
  const int threads = int(call.number(1));
  const auto sizes = call.copied<double>(2);
  const Span<uint32_t> offsets = span<uint32_t>(call.env, call.arguments[3], "offsets");
  const Span<uint32_t> columns = span<uint32_t>(call.env, call.arguments[4], "columns");
  const Span<float> other = span<float>(call.env, call.arguments[5], "other factors");
  const Span<double> ridge = span<double>(call.env, call.arguments[6], "ridge");
  const Span<float> own = span<float>(call.env, call.arguments[7], "own factors");
  const SweepView sweep{
      .rows = int64_t(sizes.at(0)),
      .otherRows = int64_t(sizes.at(1)),
      .width = int64_t(sizes.at(2)),
      .offsets = offsets.data,
      .columns = columns.data,
      .other = other.data,
      .ridge = ridge.data,
      .weight = sizes.at(3),
      .own = own.data,
  };
  if (offsets.size != sweep.rows + 1 || ridge.size != sweep.rows || other.size != sweep.otherRows * sweep.width ||
      own.size != sweep.rows * sweep.width || sweep.width < 1) {
    throw std::runtime_error("native addon: wrong sizes of a sweep");
  }
  return PromiseWork::start(
      call.env, {call.arguments[3], call.arguments[4], call.arguments[5], call.arguments[6], call.arguments[7]},
      [&kernels, threads, sweep] {
        ThreadPool pool(threads);
        return sweepLeastSquares(kernels, pool, sweep) ? 1.0 : 0.0;
      });
}

}  // namespace lawn
