// Every base rule, once, for whole vectors and single floats alike; and the free step, one pass over a tensor.
// Twins: src/optimizer/rules.
#pragma once

#include "kernels/kernel-table.hpp"
#include "kernels/simd.hpp"

namespace lawn::LAWN_ISA {

// Every rule, a line each: its name, its slots, where its weight decay enters and what its trust ratio is of.
#define LAWN_RULES(RULE)                                                                              \
  RULE(adam, .hasVelocity = true, .hasSquare = true, .isDecoupled = false, .ratio = Ratio::none)      \
  RULE(adamw, .hasVelocity = true, .hasSquare = true, .isDecoupled = true, .ratio = Ratio::none)      \
  RULE(sgd, .hasVelocity = false, .hasSquare = false, .isDecoupled = false, .ratio = Ratio::none)     \
  RULE(momentum, .hasVelocity = true, .hasSquare = false, .isDecoupled = false, .ratio = Ratio::none) \
  RULE(nesterov, .hasVelocity = true, .hasSquare = false, .isDecoupled = false, .ratio = Ratio::none) \
  RULE(adagrad, .hasVelocity = false, .hasSquare = true, .isDecoupled = false, .ratio = Ratio::none)  \
  RULE(rmsprop, .hasVelocity = false, .hasSquare = true, .isDecoupled = false, .ratio = Ratio::none)  \
  RULE(lamb, .hasVelocity = true, .hasSquare = true, .isDecoupled = true, .ratio = Ratio::direction)  \
  RULE(lars, .hasVelocity = true, .hasSquare = false, .isDecoupled = false, .ratio = Ratio::gradient) \
  RULE(lion, .hasVelocity = true, .hasSquare = false, .isDecoupled = true, .ratio = Ratio::none)

#define LAWN_RULE_NAME(rule, ...) rule,
enum class Rule : int32_t { LAWN_RULES(LAWN_RULE_NAME) };

#define LAWN_RULE_FACTS(rule, ...) {.name = #rule, __VA_ARGS__},
constexpr RuleFacts ruleFacts[] = {LAWN_RULES(LAWN_RULE_FACTS)};
constexpr int32_t ruleCount = int32_t(sizeof ruleFacts / sizeof ruleFacts[0]);

template <Rule rule>
constexpr bool hasVelocity = ruleFacts[int32_t(rule)].hasVelocity;
template <Rule rule>
constexpr bool hasRoot = ruleFacts[int32_t(rule)].hasSquare;  // of which the root is kept
template <Rule rule>
constexpr bool isDecoupled = ruleFacts[int32_t(rule)].isDecoupled;
/// Whether a row without a sample moves all the same.
template <Rule rule>
constexpr bool movesIdleRows = hasVelocity<rule> || isDecoupled<rule>;

/// decay slot + share g; g is 0 where a row is idle.
template <bool isIdle, typename V>
LAWN_INLINE V movedVelocity(float decay, V velocity, float share, V g) {
  if constexpr (isIdle) return decay * velocity;
  else return decay * velocity + share * g;
}

/// The root of decay root^2 + share g^2, which an idle row need not take.
template <bool isIdle, typename V>
LAWN_INLINE V movedRoot(const RuleStep& k, V root, V g) {
  if constexpr (isIdle) return k.rootDecay * root;
  else return squareRoot(k.secondDecay * (root * root) + k.secondShare * (g * g));
}

/// -1, 0 or 1; NaN stays, and shows.
template <typename V>
LAWN_INLINE V signOf(V x) {
  const V one = V{} + 1.0f;
  return x > 0.0f ? one : x < 0.0f ? -one : x;
}

/// The direction u of one rule from the gradient g, which holds the decay of rules whose decay joins it; brings the
/// slots up to date. V is Floats or float.
template <Rule rule, bool isIdle, typename V>
LAWN_INLINE V ruleArithmetic(const RuleStep& k, V g, V& velocity, V& root, float gradientRatio) {
  if constexpr (rule == Rule::sgd) {
    return g;
  } else if constexpr (rule == Rule::momentum) {
    velocity = movedVelocity<isIdle>(k.firstDecay, velocity, 1, g);
    return velocity;
  } else if constexpr (rule == Rule::nesterov) {
    velocity = movedVelocity<isIdle>(k.firstDecay, velocity, 1, g);
    return movedVelocity<isIdle>(k.firstDecay, velocity, 1, g);
  } else if constexpr (rule == Rule::lars) {
    velocity = movedVelocity<isIdle>(k.firstDecay, velocity, gradientRatio, g);
    return velocity;
  } else if constexpr (rule == Rule::adagrad || rule == Rule::rmsprop) {
    root = movedRoot<isIdle>(k, root, g);
    return g / (root + k.epsilon);
  } else if constexpr (rule == Rule::adam || rule == Rule::adamw || rule == Rule::lamb) {
    velocity = movedVelocity<isIdle>(k.firstDecay, velocity, k.firstShare, g);
    root = movedRoot<isIdle>(k, root, g);
    return (velocity * k.firstCorrection) / (root * k.rootCorrection + k.epsilon);
  } else if constexpr (rule == Rule::lion) {
    const V u = signOf(movedVelocity<isIdle>(k.firstDecay, velocity, k.firstShare, g));
    velocity = movedVelocity<isIdle>(k.secondDecay, velocity, k.secondShare, g);
    return u;
  } else {
    static_assert(int32_t(rule) < 0, "a rule without arithmetic");
  }
}

/// The direction u, weight decay included; the free step is w - lr u. An idle row has no gradient and no decay in it.
template <Rule rule, bool isIdle, typename V>
LAWN_INLINE V ruleDirection(const RuleStep& k, V w, V g, V& velocity, V& root, float gradientRatio) {
  if constexpr (!isIdle && !isDecoupled<rule>) g = g + k.weightDecay * w;
  V u = ruleArithmetic<rule, isIdle>(k, g, velocity, root, gradientRatio);
  if constexpr (isDecoupled<rule>) u = u + k.weightDecay * w;
  return u;
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
    auto g = broadcast<N>(0), velocity = broadcast<N>(0), root = broadcast<N>(0);
    if constexpr (hasVelocity<rule>) velocity = load<N>(view.velocity + at);
    if constexpr (hasRoot<rule>) root = load<N>(view.root + at);
    if constexpr (!isIdle) g = load<N>(view.gradient + at);
    const auto u = ruleDirection<rule, isIdle>(k, w, g, velocity, root, view.gradientRatio);
    if constexpr (hasVelocity<rule>) store<N>(view.velocity + at, velocity);
    if constexpr (hasRoot<rule>) store<N>(view.root + at, root);
    if constexpr (!isIdle || movesIdleRows<rule>) store<N>(view.weight + at, w - k.learningRate * u);
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
  // What an idle row has beside its weight are squares, which need not decay.
  const bool changesIdle = movesIdleRows<rule> || (hasRoot<rule> && k.rootDecay != 1);
  const uint8_t* isSampled = view.isSampled;
  const int64_t width = view.sampledWidth, rows = view.rows * view.width / width;
  for (int64_t row = 0; row < rows; row++) {
    if (isSampled[row] != 0) stepRow<Width>(full, row, width);
    else if (changesIdle) stepRow<Width>(idle, row, width);
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
LAWN_INLINE void withRule(int32_t rule, Visit&& visit) {
#define LAWN_RULE_CASE(rule, ...) \
  case Rule::rule: return visit.template run<Rule::rule>();
  switch (Rule(rule)) { LAWN_RULES(LAWN_RULE_CASE) }
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
