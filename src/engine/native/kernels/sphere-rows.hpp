// A whole constrained step of rows that are LAWN blocks of their own, a tile of rows at a time. The dots of a row
// depend on each other, those of different rows do not; and the divisions and roots of several rows are one
// instruction.
#pragma once

#include "kernels/sphere-moves.hpp"

namespace lawn::LAWN_ISA {

constexpr int64_t kSphereTile = 16;

/// The scalars of a tile's rows. Rows beyond the last have a target of 0: no sphere.
struct SphereTile {
  double target[kSphereTile], perSquare[kSphereTile];  // c, and 1 / c^2 or 0
  double wg[kSphereTile], wm[kSphereTile];             // <w,g> and <w,m>, or 0 where the gradient is not projected
  double wu[kSphereTile], uu[kSphereTile];
  double norm[kSphereTile];  // after the step
  float along[kSphereTile], retraction[kSphereTile];
};

LAWN_INLINE void beginTile(SphereTile& tile, const double* targets, int64_t count) {
  for (int64_t row = 0; row < kSphereTile; row++) tile.target[row] = row < count ? targets[row] : 0;
  for (int64_t row = 0; row < kSphereTile; row++) {
    const double perSquare = 1 / (tile.target[row] * tile.target[row]);
    tile.perSquare[row] = tile.target[row] > kVanishingNorm ? perSquare : 0;
  }
}

/// How each row returns to its sphere after the step along -u: ||w - s (u - a w)||^2 from the dots, and c over its
/// root.
LAWN_INLINE void planTile(SphereTile& tile, bool projectsDirection, double step) {
  const double projects = projectsDirection ? 1 : 0;
  for (int64_t row = 0; row < kSphereTile; row++) {
    tile.along[row] = float(projects * tile.wu[row] * tile.perSquare[row]);
  }
  for (int64_t row = 0; row < kSphereTile; row++) {
    const double ww = tile.target[row] * tile.target[row], wu = tile.wu[row], a = double(tile.along[row]);
    const double tangentWu = wu - a * ww, tangentUu = tile.uu[row] - 2 * a * wu + a * a * ww;
    const double square = ww - 2 * step * tangentWu + step * step * tangentUu;
    tile.norm[row] = __builtin_sqrt(square <= 0 ? 0.0 : square);  // NaN stays NaN, and shows
  }
  for (int64_t row = 0; row < kSphereTile; row++) tile.retraction[row] = float(tile.target[row] / tile.norm[row]);
}

struct VisitSphereRows {
  const RuleStep& k;
  const UpdateView& view;
  const SphereRows& sphere;
  int64_t kept = 0;  // rows whose direction would be lost
  template <Rule rule>
  LAWN_INLINE void run() {
    // Rows of the usual widths are unrolled whole: the loops around so few vectors cost as much as the vectors.
    switch (view.width) {
      case 8: return rowsOfWidth<rule>(8);
      case 32: return rowsOfWidth<rule>(32);
      case 64: return rowsOfWidth<rule>(64);
      default: return rowsOfWidth<rule>(view.width);
    }
  }

  template <Rule rule>
  LAWN_INLINE void rowsOfWidth(int64_t width) {
    const RuleStep constants = k;  // a copy stays in registers
    SphereTile tile{};
    for (int64_t begin = 0; begin < view.rows; begin += kSphereTile) {
      const int64_t count = view.rows - begin < kSphereTile ? view.rows - begin : kSphereTile;
      const UpdateView rows = shifted(view, begin * width);
      beginTile(tile, sphere.targets + begin, count);
      if (sphere.projectsGradient) {
        for (int64_t row = 0; row < count; row++) {
          const RowDots dots = projectionDotsOf(rows, row, width);
          tile.wg[row] = dots.wg;
          tile.wm[row] = dots.wm;
        }
      }
      for (int64_t row = 0; row < count; row++) {
        const DirectionDots dots =
            directionOfRow<rule>(constants, rows, row, width, float(tile.wg[row] * tile.perSquare[row]),
                                 float(tile.wm[row] * tile.perSquare[row]));
        tile.wu[row] = dots.wu;
        tile.uu[row] = dots.uu;
      }
      planTile(tile, sphere.projectsDirection, constants.learningRate);
      for (int64_t row = 0; row < count; row++) {
        const bool isSphere = tile.target[row] > kVanishingNorm, hasVanished = tile.norm[row] <= kVanishingNorm;
        kept += isSphere && hasVanished;
        moveRow(rows, row, width,
                {
                    .directionAlong = tile.along[row],
                    .step = constants.learningRate,
                    .retraction = tile.retraction[row],
                    .moves = isSphere && !hasVanished,
                });
      }
    }
  }
};

/// Under a rule without trust ratio. Returns how many rows were left unchanged.
inline int64_t sphereRows(const RuleStep& k, const UpdateView& view, const SphereRows& sphere) {
  VisitSphereRows visit{k, view, sphere};
  withRule(k.rule, visit);
  return visit.kept;
}

}  // namespace lawn::LAWN_ISA
