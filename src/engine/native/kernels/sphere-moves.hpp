// Steps that a norm governs: LAWN's projections and retractions, and trust ratios. Twins:
// src/optimizer/{lawn,sphere}.ts.
//
//   blocks of a whole tensor:  rowDots -> (host: projections, gradient's ratio) -> direction -> (host: ratio,
//   retraction) -> move blocks of one row:         sphereRows does it all while the row is in the level 1 cache
//   (sphere-rows.hpp)
//
// The norm after a step needs no pass of its own: ||w - s u||^2 = <w,w> - 2 s <w,u> + s^2 <u,u>.
#pragma once

#include "kernels/tensor-dots.hpp"
#include "kernels/update-rules.hpp"

namespace lawn::LAWN_ISA {

/// u of one run from the projected gradient and velocity; it overwrites the gradient.
template <Rule rule>
struct DirectionPass {
  const RuleStep k;
  const UpdateView view;
  float gradientAlong, velocityAlong;
  RunSum wu, uu;
  template <int N>
  LAWN_INLINE void run(int64_t at) {
    const auto w = load<N>(view.weight + at);
    const auto g = load<N>(view.gradient + at) - gradientAlong * w;
    auto velocity = broadcast<N>(0), root = broadcast<N>(0);
    if constexpr (hasVelocity<rule>) velocity = load<N>(view.velocity + at) - velocityAlong * w;
    if constexpr (hasRoot<rule>) root = load<N>(view.root + at);
    const auto u = ruleDirection<rule, false>(k, w, g, velocity, root, view.gradientRatio);
    if constexpr (hasVelocity<rule>) store<N>(view.velocity + at, velocity);
    if constexpr (hasRoot<rule>) store<N>(view.root + at, root);
    store<N>(view.gradient + at, u);
    wu.template add<N>(w, u);
    uu.template add<N>(u, u);
  }
};

template <Rule rule>
LAWN_INLINE DirectionDots directionOfRow(const RuleStep& k, const UpdateView& view, int64_t row, int64_t width,
                                         float gradientAlong, float velocityAlong) {
  DirectionDots dots{};
  forEachRun(width, [&](int64_t at, int64_t length) LAWN_INLINE_LAMBDA {
    const UpdateView run = shifted(view, row * width + at);
    DirectionPass<rule> pass{
        .k = k,
        .view = run,
        .gradientAlong = gradientAlong,
        .velocityAlong = velocityAlong,
        .wu = {},
        .uu = {},
    };
    forEachPiece(length, pass);
    dots.wu += pass.wu.sum();
    dots.uu += pass.uu.sum();
  });
  return dots;
}

/// w <- (w - step (u - along w)) retraction; the gradient's array, which holds u, is zeroed.
struct MovePass {
  const UpdateView view;
  const RowMove row;
  template <int N>
  LAWN_INLINE void run(int64_t at) {
    const auto w = load<N>(view.weight + at);
    const auto u = load<N>(view.gradient + at) - row.directionAlong * w;
    store<N>(view.weight + at, (w - row.step * u) * row.retraction);
    store<N>(view.gradient + at, broadcast<N>(0));
  }
};

LAWN_INLINE void moveRow(const UpdateView& view, int64_t row, int64_t width, const RowMove& how) {
  const UpdateView one = shifted(view, row * width);
  if (!how.moves) {
    memset(one.gradient, 0, width * sizeof(float));
    return;
  }
  MovePass pass{one, how};
  forEachPiece(width, pass);
}

/// Moves each row along the direction that its gradient's array holds, and zeroes that.
inline void move(const UpdateView& view, const RowMove* perRow) {
  for (int64_t row = 0; row < view.rows; row++) moveRow(view, row, view.width, perRow[row]);
}

struct VisitDirection {
  const RuleStep& k;
  const UpdateView& view;
  const RowMove* perRow;
  DirectionDots* dots;
  template <Rule rule>
  LAWN_INLINE void run() {
    for (int64_t row = 0; row < view.rows; row++) {
      dots[row] = directionOfRow<rule>(k, view, row, view.width, perRow[row].gradientAlong, perRow[row].velocityAlong);
    }
  }
};

inline void direction(const RuleStep& k, const UpdateView& view, const RowMove* perRow, DirectionDots* dots) {
  withRule(k.rule, VisitDirection{k, view, perRow, dots});
}

}  // namespace lawn::LAWN_ISA
