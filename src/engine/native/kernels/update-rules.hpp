// Every base rule, once, for whole vectors and single floats alike; and the free step, one pass over a tensor.
// Twins: src/optimizer/{sgd,adagrad,rmsprop,adam,adamw,lamb,lars}.ts.
#pragma once

#include "kernels/kernel-table.hpp"
#include "kernels/simd.hpp"

namespace lawn::LAWN_ISA {

template <Rule rule>
constexpr bool isAdamLike = rule == Rule::adam || rule == Rule::adamw || rule == Rule::lamb;
template <Rule rule>
constexpr bool isDecoupled = rule == Rule::adamw || rule == Rule::lamb;  // weight decay stays out of the moments
template <Rule rule>
constexpr bool hasVelocity = !(rule == Rule::sgd || rule == Rule::adagrad || rule == Rule::rmsprop);
template <Rule rule>
constexpr bool hasRoot = rule == Rule::adagrad || rule == Rule::rmsprop || isAdamLike<rule>;
template <Rule rule>
constexpr bool changesIdleRows = hasVelocity<rule> || rule == Rule::rmsprop;  // Adagrad's sums of squares do not decay

/// The direction u of an adaptive rule, from its moments.
template <Rule rule, typename V>
LAWN_INLINE V adaptiveDirection(const RuleStep& k, V w, V g, V velocity, V root) {
  if constexpr (!isAdamLike<rule>) return g / (root + k.epsilon);
  V u = (velocity * k.firstCorrection) / (root * k.rootCorrection + k.epsilon);
  if constexpr (isDecoupled<rule>) u = u + k.weightDecay * w;
  return u;
}

/// The direction u of one rule (the free step is w - lr u); brings the slots up to date. V is Floats or float.
template <Rule rule, typename V>
LAWN_INLINE V ruleDirection(const RuleStep& k, V w, V g, V& velocity, V& root, float layerRatio) {
  if constexpr (!isDecoupled<rule>) g = g + k.weightDecay * w;
  if constexpr (rule == Rule::lars) velocity = k.first * velocity + layerRatio * g;
  else if constexpr (isAdamLike<rule>) velocity = k.first * velocity + k.firstComplement * g;
  else if constexpr (hasVelocity<rule>) velocity = k.first * velocity + g;
  if constexpr (hasRoot<rule>) {
    root = squareRoot(k.second * (root * root) + k.secondComplement * (g * g));
    return adaptiveDirection<rule>(k, w, g, velocity, root);
  }
  if constexpr (rule == Rule::nesterov) return g + k.first * velocity;
  return hasVelocity<rule> ? velocity : g;
}

/// The same where g is zero and no weight decay enters the moments: they only decay, and roots need not be taken.
template <Rule rule, typename V>
LAWN_INLINE V idleDirection(const RuleStep& k, V w, V& velocity, V& root) {
  if constexpr (hasVelocity<rule>) velocity = k.first * velocity;
  if constexpr (hasRoot<rule>) root = k.rootDecay * root;
  if constexpr (isAdamLike<rule>) return adaptiveDirection<rule>(k, w, w, velocity, root);
  return rule == Rule::nesterov ? k.first * velocity : velocity;
}

/// The same tensor, further on; which rows have samples is no longer known.
LAWN_INLINE UpdateView shifted(const UpdateView& view, int64_t at) {
  UpdateView one = view;
  one.weight += at;
  one.gradient += at;
  if (one.velocity != nullptr) one.velocity += at;
  if (one.root != nullptr) one.root += at;
  one.isSampled = nullptr;
  return one;
}

/// w <- w - lr u; the gradient becomes zero.
/// Holds copies of the constants and pointers: through references the compiler would reload them after every store.
template <Rule rule, bool isIdle>
struct FreeStep {
  const RuleStep k;
  const UpdateView view;
  template <int N>
  LAWN_INLINE void run(int64_t at) {
    const auto w = load<N>(view.weight + at);
    auto velocity = broadcast<N>(0), root = broadcast<N>(0), u = broadcast<N>(0);
    if constexpr (hasVelocity<rule>) velocity = load<N>(view.velocity + at);
    if constexpr (hasRoot<rule>) root = load<N>(view.root + at);
    if constexpr (isIdle) u = idleDirection<rule>(k, w, velocity, root);
    else u = ruleDirection<rule>(k, w, load<N>(view.gradient + at), velocity, root, view.layerRatio);
    if constexpr (hasVelocity<rule>) store<N>(view.velocity + at, velocity);
    if constexpr (hasRoot<rule>) store<N>(view.root + at, root);
    if constexpr (!isIdle || hasVelocity<rule>) store<N>(view.weight + at, w - k.learningRate * u);
    if constexpr (!isIdle) store<N>(view.gradient + at, broadcast<N>(0));
  }
};

/// One row of Width floats, unrolled whole; of `width` where Width is 0.
template <int Width, typename Step>
LAWN_INLINE void stepRow(Step& step, int64_t row, int64_t width) {
  if constexpr (Width == 0) {
    forEachPiece((row + 1) * width, step, row * width);
  } else if constexpr (Width < kLanes) {
    step.template run<Width>(row * Width);
  } else {
#pragma GCC unroll 16
    for (int at = 0; at < Width; at += kLanes) step.template run<kLanes>(row * Width + at);
  }
}

/// Rows of a table, of which some have a sample. Which is unpredictable, so there is one branch per row and no
/// inner loop over runs of rows.
template <Rule rule, int Width>
void freeStepOfRows(const RuleStep& k, const UpdateView& view) {
  FreeStep<rule, false> full{k, view};
  FreeStep<rule, true> idle{k, view};
  const uint8_t* isSampled = view.isSampled;
  const int64_t width = view.sampledWidth, rows = view.rows * view.width / width;
  for (int64_t row = 0; row < rows; row++) {
    if (isSampled[row] != 0) stepRow<Width>(full, row, width);
    else if constexpr (changesIdleRows<rule>) stepRow<Width>(idle, row, width);
  }
}

template <Rule rule>
void freeStepOf(const RuleStep& k, const UpdateView& view) {
  const bool decaysAll = !isDecoupled<rule> && k.weightDecay != 0;
  if (view.isSampled == nullptr || decaysAll || view.sampledWidth == 1) {
    FreeStep<rule, false> full{k, view};
    return forEachPiece(view.rows * view.width, full);
  }
  switch (view.sampledWidth) {
    case 8: return freeStepOfRows<rule, 8>(k, view);
    case 32: return freeStepOfRows<rule, 32>(k, view);
    case 64: return freeStepOfRows<rule, 64>(k, view);
    default: return freeStepOfRows<rule, 0>(k, view);
  }
}

/// Calls `visit.template run<rule>()` for the rule known only now.
template <typename Visit>
LAWN_INLINE void withRule(Rule rule, Visit&& visit) {
  switch (rule) {
    case Rule::sgd: return visit.template run<Rule::sgd>();
    case Rule::momentum: return visit.template run<Rule::momentum>();
    case Rule::nesterov: return visit.template run<Rule::nesterov>();
    case Rule::adagrad: return visit.template run<Rule::adagrad>();
    case Rule::rmsprop: return visit.template run<Rule::rmsprop>();
    case Rule::adam: return visit.template run<Rule::adam>();
    case Rule::adamw: return visit.template run<Rule::adamw>();
    case Rule::lamb: return visit.template run<Rule::lamb>();
    case Rule::lars: return visit.template run<Rule::lars>();
  }
}

struct VisitFreeStep {
  const RuleStep& k;
  const UpdateView& view;
  template <Rule rule>
  LAWN_INLINE void run() {
    freeStepOf<rule>(k, view);
  }
};

inline void freeStep(const RuleStep& k, const UpdateView& view) { withRule(k.rule, VisitFreeStep{k, view}); }

}  // namespace lawn::LAWN_ISA
