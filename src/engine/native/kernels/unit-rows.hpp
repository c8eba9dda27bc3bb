// Rows scaled to unit length, and the way back of their gradients. Twin: src/ranker/unit-rows.ts and openCosineBackward
// of src/engine/reference/backward.ts.
#pragma once

#include "kernels/kernel-table.hpp"
#include "kernels/simd.hpp"

namespace lawn::LAWN_ISA {

/// <a, b>
struct DotOfRows {
  const float *a, *b;
  Floats lanes = {};
  float total = 0;
  template <int N>
  LAWN_INLINE void run(int64_t at) {
    if constexpr (N == kLanes) lanes += load(a + at) * load(b + at);
    else total += sumLanes(load<N>(a + at) * load<N>(b + at));
  }
};

LAWN_INLINE float dotOfRows(const float* a, const float* b, int64_t width) {
  DotOfRows dot{.a = a, .b = b};
  forEachPiece(width, dot);
  return dot.total + sumLanes(dot.lanes);
}

struct ScaleRow {
  const float* from;
  float* to;
  float scale;
  template <int N>
  LAWN_INLINE void run(int64_t at) {
    store<N>(to + at, load<N>(from + at) * scale);
  }
};

inline void unitRows(const UnitRowsView& view, int64_t begin, int64_t end) {
  constexpr float vanishing = float(kVanishingNorm);
  for (int64_t k = begin; k < end; k++) {
    const int64_t row = view.rows == nullptr ? k : view.rows[k];
    const float* from = view.table + row * view.width;
    const float norm = squareRoot(dotOfRows(from, from, view.width));
    const float scale = norm <= vanishing ? 0.0f : view.factor / norm;  // NaN goes on, to be found
    view.scales[row] = scale;
    ScaleRow scaled{.from = from, .to = view.units + row * view.width, .scale = scale};
    forEachPiece(view.width, scaled);
  }
}

/// gradient <- scale (gradient - along unit)
struct TangentRow {
  const float* unit;
  float* gradient;
  float scale, along;
  template <int N>
  LAWN_INLINE void run(int64_t at) {
    store<N>(gradient + at, scale * (load<N>(gradient + at) - along * load<N>(unit + at)));
  }
};

inline void unitGradients(const UnitRowsView& view, int64_t begin, int64_t end) {
  for (int64_t k = begin; k < end; k++) {
    const int64_t row = view.rows == nullptr ? k : view.rows[k];
    const float* unit = view.units + row * view.width;
    float* gradient = view.gradient + view.gradientRows[k] * view.width;
    const float along = dotOfRows(unit, gradient, view.width) / (view.factor * view.factor);
    TangentRow tangent{.unit = unit, .gradient = gradient, .scale = view.scales[row], .along = along};
    forEachPiece(view.width, tangent);
  }
}

}  // namespace lawn::LAWN_ISA
