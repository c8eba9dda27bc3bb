// Dots over rows of a tensor. Norms that become LAWN's targets, or stand in a trust ratio, are summed in float64
// throughout; the dots that only project are summed in float32 over runs of 16 vectors and in float64 over the runs,
// which errs by less than the rounding of the vector that is projected.
#pragma once

#include "kernels/update-rules.hpp"

namespace lawn::LAWN_ISA {

/// Floats per run.
constexpr int64_t kRunFloats = 16 * kLanes;

/// One run's sum of products.
struct RunSum {
  Floats lanes = {};
  float rest = 0;
  template <int N>
  LAWN_INLINE void add(FloatsOf<N> a, FloatsOf<N> b) {
    if constexpr (N == kLanes) lanes += a * b;
    else rest += sumLanes(a * b);
  }
  LAWN_INLINE double sum() const { return double(sumLanes(lanes) + rest); }
};

/// Calls `pass(begin, length)` for the runs of a row.
template <typename Pass>
LAWN_INLINE void forEachRun(int64_t width, Pass&& pass) {
  for (int64_t at = 0; at < width; at += kRunFloats) pass(at, width - at < kRunFloats ? width - at : kRunFloats);
}

/// <w,g> and <w,m>, of one run.
struct ProjectionDots {
  const UpdateView& view;
  RunSum wg, wm;
  template <int N>
  LAWN_INLINE void run(int64_t at) {
    const auto w = load<N>(view.weight + at);
    wg.template add<N>(w, load<N>(view.gradient + at));
    if (view.velocity != nullptr) wm.template add<N>(w, load<N>(view.velocity + at));
  }
};

/// <w,w> and <g,g> in float64. Lanes are added in the order of memory: plain, and quick enough for what is rarely
/// asked.
struct SquareNorms {
  const UpdateView& view;
  double ww[kLanes] = {}, gg[kLanes] = {};
  template <int N>
  LAWN_INLINE void run(int64_t at) {
    for (int lane = 0; lane < N; lane++) {
      const double w = view.weight[at + lane], g = view.gradient[at + lane];
      ww[lane] += w * w;
      gg[lane] += g * g;
    }
  }
};

LAWN_INLINE RowDots projectionDotsOf(const UpdateView& view, int64_t row, int64_t width) {
  RowDots dots{};
  forEachRun(width, [&](int64_t at, int64_t length) LAWN_INLINE_LAMBDA {
    const UpdateView run = shifted(view, row * width + at);
    ProjectionDots pass{.view = run, .wg = {}, .wm = {}};
    forEachPiece(length, pass);
    dots.wg += pass.wg.sum();
    dots.wm += pass.wm.sum();
  });
  return dots;
}

inline void rowDots(const UpdateView& view, bool wantsNorms, RowDots* perRow) {
  for (int64_t row = 0; row < view.rows; row++) {
    RowDots dots = projectionDotsOf(view, row, view.width);
    if (wantsNorms) {
      const UpdateView whole = shifted(view, row * view.width);
      SquareNorms norms{whole};
      forEachPiece(view.width, norms);
      for (int lane = 0; lane < kLanes; lane++) {
        dots.ww += norms.ww[lane];
        dots.gg += norms.gg[lane];
      }
    }
    perRow[row] = dots;
  }
}

}  // namespace lawn::LAWN_ISA
