// What the optimizer hands to the kernels of its passes (update-rules.hpp, tensor-dots.hpp, sphere-rows.hpp,
// lazy-rows.hpp): rules, rows of a tensor, how rows are moved.
#pragma once

#include <cstdint>

namespace lawn {

/// Which vector a trust ratio rescales, per tensor.
enum class Ratio { none, gradient, direction };

/// What is known of a rule, its arithmetic apart. Twin: its row in src/config/optimizer/rule-table.ts;
/// native-rules.ts compares them.
struct RuleFacts {
  const char* name;
  bool hasVelocity, hasSquare;
  bool isDecoupled;  // weight decay joins the direction, not the gradient
  Ratio ratio;
};

/// Constants of one step of a rule.
struct RuleStep {
  int32_t rule;  // among KernelTable::rules
  float learningRate, weightDecay, epsilon;
  float firstDecay, firstShare;           // momentum or beta1, and 1 or 1 - beta1. Twin: src/engine/rule-numbers.ts
  float secondDecay, secondShare;         // beta2 or the decay of squares, and 1 - it; where squares add up, both 1
  float rootDecay;                        // root of secondDecay
  float firstCorrection, rootCorrection;  // 1 / (1 - firstDecay^t), and the root of 1 / (1 - secondDecay^t)
};

/// Floats that are updated at once: with gradient and moments they stay in the level 2 cache.
constexpr int64_t kSegmentFloats = 8192;
/// Likewise of rows that are gathered first: they stay in the level 1 cache.
constexpr int64_t kLazySegmentFloats = 2048;

/// A run of rows of one tensor, of at most kSegmentFloats unless it is a single row; rows * width consecutive floats.
struct UpdateView {
  float *weight, *gradient;
  float *velocity, *root;  // null where the rule has none; `root` is the square root of the second moment
  int64_t rows, width;
  float gradientRatio;  // the trust ratio of the gradient; 1 without one
  /// Of each row of the table, sampledWidth floats long: 0 where its gradient is zero; null: unknown.
  const uint8_t* isSampled;
  int64_t sampledWidth;
};

/// Arrays of a tensor's weights, or of some of its rows.
struct RowArrays {
  float *weight, *gradient;
  float *velocity, *root;  // null where the rule has none
};

/// Some rows of a table, and where they lie side by side while they are stepped.
struct LazyRowsView {
  const uint32_t* rows;          // [count] of the table
  const uint32_t* gradientRows;  // [count] where they stand in its gradient
  int64_t count, width;
  const float *velocityFactors, *rootFactors;  // [count] what the steps a row was absent from leave of its slots
  bool hasRootOfRow;                           // the table has one root a row; side by side there is one a weight
  RowArrays table, gathered;
};

/// How a row is moved by LAWN and the trust ratio; with the learning rate as its step, the rest left as it is: the free
/// step.
struct RowMove {
  float gradientAlong = 0, velocityAlong = 0;  // <w,g> / <w,w> and <w,m> / <w,w>, or 0
  float directionAlong = 0;                    // <w,u> / <w,w>, or 0
  float step = 0;                              // learning rate times trust ratio
  float retraction = 1;                        // c / ||w'||, or 1
  bool moves = true;                           // false: the row stays as it is
};

/// ww and gg only where asked for.
struct RowDots {
  double ww, wg, wm, gg;
};
struct DirectionDots {
  double wu, uu;
};

/// At or below this norm a vector has no usable direction. Twin: vanishingNorm of src/optimizer/lawn/sphere.ts.
constexpr double kVanishingNorm = 1e-12;

/// Rows that are LAWN blocks of their own, all constrained.
struct SphereRows {
  const double* targets;  // [rows]
  bool projectsGradient, projectsDirection;
};

}  // namespace lawn
