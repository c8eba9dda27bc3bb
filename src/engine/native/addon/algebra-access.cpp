// See algebra-access.hpp. A pool of threads lives as long as the one call, which is long enough to start some.
#include "addon/algebra-access.hpp"

#include "core/algebra/dense-algebra.hpp"
#include "core/algebra/symmetric-inverse.hpp"

namespace lawn {

napi_value invertMatrix(const Call& call) {
  const KernelTable& kernels = kernelsOf(call);
  const int threads = int(call.whole(1, "threads", 1, kMostThreads));
  const int64_t size = call.whole(2, "size", 1, int64_t(1) << 24);
  const Span<float> matrix = span<float>(call.env, call.arguments[3], "matrix");
  if (matrix.size != size * size) throw std::runtime_error("native addon: wrong size of matrix");
  return PromiseWork::start(call.env, {call.arguments[3]}, [&kernels, threads, size, matrix] {
    ThreadPool pool(threads);
    return invertPositiveDefinite(*kernels.algebra, pool, size, matrix.data) ? 1.0 : 0.0;
  });
}

napi_value sweepFactors(const Call& call) {
  const KernelTable& kernels = kernelsOf(call);
  const int threads = int(call.whole(1, "threads", 1, kMostThreads));
  const auto sizes = call.copied<double>(2);
  constexpr int64_t most = 0xffffffff;
  const Span<uint32_t> offsets = span<uint32_t>(call.env, call.arguments[3], "offsets");
  const Span<uint32_t> columns = span<uint32_t>(call.env, call.arguments[4], "columns");
  const bool hasConfidences = !isNothing(call.env, call.arguments[5]);
  const Span<float> confidences =
      hasConfidences ? span<float>(call.env, call.arguments[5], "confidences") : Span<float>{};
  const Span<float> other = span<float>(call.env, call.arguments[6], "other factors");
  const Span<double> ridge = span<double>(call.env, call.arguments[7], "ridge");
  const Span<float> own = span<float>(call.env, call.arguments[8], "own factors");
  const SweepView sweep{
      .rows = wholeNumber(sizes.at(0), "rows", 1, most),
      .otherRows = wholeNumber(sizes.at(1), "other rows", 0, most),
      .width = wholeNumber(sizes.at(2), "width", 1, int64_t(1) << 24),
      .offsets = offsets.data,
      .columns = columns.data,
      .confidences = hasConfidences ? confidences.data : nullptr,
      .other = other.data,
      .ridge = ridge.data,
      .weight = sizes.at(3),
      .own = own.data,
  };
  expect(
      ridge.size == sweep.rows && other.size == sweep.otherRows * sweep.width && own.size == sweep.rows * sweep.width,
      "wrong sizes of a sweep");
  expect(!hasConfidences || confidences.size == columns.size, "confidences of a sweep");
  checkOffsets("offsets of a sweep", offsets, sweep.rows, columns.size);
  checkIndices("columns of a sweep", columns.data, columns.size, sweep.otherRows);
  std::vector<napi_value> keep{call.arguments[3], call.arguments[4], call.arguments[6], call.arguments[7],
                               call.arguments[8]};
  if (hasConfidences) keep.push_back(call.arguments[5]);
  return PromiseWork::start(call.env, keep, [&kernels, threads, sweep] {
    ThreadPool pool(threads);
    return sweepLeastSquares(kernels, pool, sweep) ? 1.0 : 0.0;
  });
}

}  // namespace lawn
