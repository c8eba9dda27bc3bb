// Steps that a norm governs: LAWN's projections and retractions, and trust ratios. Twins: src/optimizer/{lawn,sphere}.ts.
//
//   blocks of a whole tensor:  rowDots -> (host: projections, LARS) -> direction -> (host: ratio, retraction) -> move
//   blocks of one row:         sphereRows does it all while the row is in the first level of the cache
//
// The norm after a step needs no pass of its own: ||w - s u||^2 = <w,w> - 2 s <w,u> + s^2 <u,u>.
#pragma once

#include "tensor-dots.hpp"
#include "update-rules.hpp"

namespace lawn::LAWN_ISA {

/// u of one run from the projected gradient and velocity, in the gradient's place.
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
    auto velocity = broadcast<N>(0), square = broadcast<N>(0);
    if constexpr (hasVelocity<rule>) velocity = load<N>(view.velocity + at) - velocityAlong * w;
    if constexpr (hasSquare<rule>) square = load<N>(view.square + at);
    const auto u = ruleDirection<rule>(k, w, g, velocity, square, view.layerRatio);
    if constexpr (hasVelocity<rule>) store<N>(view.velocity + at, velocity);
    if constexpr (hasSquare<rule>) store<N>(view.square + at, square);
    store<N>(view.gradient + at, u);
    wu.template add<N>(w, u);
    uu.template add<N>(u, u);
  }
};

template <Rule rule>
LAWN_INLINE DirectionDots directionOfRow(const RuleStep& k, const UpdateView& view, int64_t row, float gradientAlong,
                                         float velocityAlong) {
  DirectionDots dots{};
  forEachRun(view.width, [&](int64_t at, int64_t length) LAWN_INLINE_LAMBDA {
    const UpdateView run = shifted(view, row * view.width + at);
    DirectionPass<rule> pass{k, run, gradientAlong, velocityAlong, {}, {}};
    forEachPiece(length, pass);
    dots.wu += pass.wu.sum();
    dots.uu += pass.uu.sum();
  });
  return dots;
}

/// w <- (w - step (u - along w)) retraction; the direction's place becomes a zero gradient.
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

LAWN_INLINE void moveRow(const UpdateView& view, int64_t row, const RowMove& how) {
  const UpdateView one = shifted(view, row * view.width);
  if (!how.moves) {
    memset(one.gradient, 0, view.width * sizeof(float));
    return;
  }
  MovePass pass{one, how};
  forEachPiece(view.width, pass);
}

/// Moves each row along the direction that stands in its gradient's place, and zeroes that.
inline void move(const UpdateView& view, const RowMove* perRow) {
  for (int64_t row = 0; row < view.rows; row++) moveRow(view, row, perRow[row]);
}

struct VisitDirection {
  const RuleStep& k;
  const UpdateView& view;
  const RowMove* perRow;
  DirectionDots* dots;
  template <Rule rule>
  LAWN_INLINE void run() {
    for (int64_t row = 0; row < view.rows; row++) {
      dots[row] = directionOfRow<rule>(k, view, row, perRow[row].gradientAlong, perRow[row].velocityAlong);
    }
  }
};

inline void direction(const RuleStep& k, const UpdateView& view, const RowMove* perRow, DirectionDots* dots) {
  withRule(k.rule, VisitDirection{k, view, perRow, dots});
}

/// How a row comes back to its sphere after the step against u; `kept` counts rows whose direction would be lost.
LAWN_INLINE RowMove sphereMove(const SphereRows& sphere, double target, double step, const DirectionDots& u, int64_t& kept) {
  const double ww = target * target;
  const bool isSphere = target > kVanishingNorm;
  const float along = sphere.projectsDirection && isSphere ? float(u.wu / ww) : 0.0f;
  const double a = along;
  const double tangentWu = u.wu - a * ww, tangentUu = u.uu - 2 * a * u.wu + a * a * ww;
  const double square = ww - 2 * step * tangentWu + step * step * tangentUu;
  const double norm = square <= 0 ? 0 : __builtin_sqrt(square);  // NaN stays NaN, and shows
  const bool hasVanished = norm <= kVanishingNorm;
  kept += isSphere && hasVanished;
  return {0, 0, along, float(step), float(target / norm), isSphere && !hasVanished};
}

/// Rows whose dots are under way at once: a row's own dots wait for each other, those of its neighbours need not.
constexpr int64_t kSphereTile = 16;

struct VisitSphereRows {
  const RuleStep& k;
  const UpdateView& view;
  const SphereRows& sphere;
  int64_t kept = 0;
  template <Rule rule>
  LAWN_INLINE void run() {
    RowDots dots[kSphereTile] = {};
    DirectionDots u[kSphereTile];
    RowMove moves[kSphereTile];
    for (int64_t begin = 0; begin < view.rows; begin += kSphereTile) {
      const int64_t count = view.rows - begin < kSphereTile ? view.rows - begin : kSphereTile;
      const double* targets = sphere.targets + begin;
      UpdateView tile = shifted(view, begin * view.width);
      tile.rows = count;
      if (sphere.projectsGradient) rowDots(tile, false, dots);
      for (int64_t row = 0; row < count; row++) {
        const double perSquare = targets[row] > kVanishingNorm ? 1 / (targets[row] * targets[row]) : 0;
        u[row] = directionOfRow<rule>(k, tile, row, float(dots[row].wg * perSquare), float(dots[row].wm * perSquare));
      }
      for (int64_t row = 0; row < count; row++) moves[row] = sphereMove(sphere, targets[row], k.learningRate, u[row], kept);
      for (int64_t row = 0; row < count; row++) moveRow(tile, row, moves[row]);
    }
  }
};

/// A whole constrained step of rows that are blocks of their own, under a rule without trust ratio. Returns how many were kept.
inline int64_t sphereRows(const RuleStep& k, const UpdateView& view, const SphereRows& sphere) {
  VisitSphereRows visit{k, view, sphere};
  withRule(k.rule, visit);
  return visit.kept;
}

}  // namespace lawn::LAWN_ISA
