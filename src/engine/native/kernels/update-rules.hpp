// Every base rule, once, for whole vectors and single floats alike; and the free step, one pass over a tensor.
// Twins: src/optimizer/{sgd,adagrad,rmsprop,adam,adamw,lamb,lars}.ts.
#pragma once

#include "kernel-table.hpp"
#include "simd.hpp"

namespace lawn::LAWN_ISA {

/// The direction u of one rule (the free step is w - lr u); brings the slots up to date. V is Floats or float.
template <Rule rule, typename V>
LAWN_INLINE V ruleDirection(const RuleStep& k, V w, V g, V& velocity, V& square, float layerRatio) {
  constexpr bool adamLike = rule == Rule::adam || rule == Rule::adamw || rule == Rule::lamb;
  if constexpr (rule != Rule::adamw && rule != Rule::lamb) g = g + k.weightDecay * w;
  if constexpr (rule == Rule::sgd) {
    return g;
  } else if constexpr (rule == Rule::momentum || rule == Rule::nesterov) {
    velocity = k.first * velocity + g;
    return rule == Rule::nesterov ? g + k.first * velocity : velocity;
  } else if constexpr (rule == Rule::lars) {
    velocity = k.first * velocity + layerRatio * g;
    return velocity;
  } else if constexpr (rule == Rule::adagrad) {
    square = square + g * g;
    return g / (squareRoot(square) + k.epsilon);
  } else if constexpr (rule == Rule::rmsprop) {
    square = k.second * square + k.secondComplement * (g * g);
    return g / (squareRoot(square) + k.epsilon);
  } else {
    static_assert(adamLike);
    velocity = k.first * velocity + k.firstComplement * g;
    square = k.second * square + k.secondComplement * (g * g);
    V u = (velocity * k.firstCorrection) / (squareRoot(square * k.secondCorrection) + k.epsilon);
    if constexpr (rule != Rule::adam) u = u + k.weightDecay * w;
    return u;
  }
}

template <Rule rule>
constexpr bool hasVelocity = rule != Rule::sgd && rule != Rule::adagrad && rule != Rule::rmsprop;
template <Rule rule>
constexpr bool hasSquare = rule == Rule::adagrad || rule == Rule::rmsprop || rule == Rule::adam || rule == Rule::adamw ||
                           rule == Rule::lamb;

/// Holds copies of the constants and pointers: what is only referred to, the compiler must read again after every store.
template <Rule rule>
struct FreeStep {
  const RuleStep k;
  const UpdateView view;
  template <int N>
  LAWN_INLINE void run(int64_t at) {
    const auto w = load<N>(view.weight + at);
    const auto g = load<N>(view.gradient + at);
    auto velocity = broadcast<N>(0), square = broadcast<N>(0);
    if constexpr (hasVelocity<rule>) velocity = load<N>(view.velocity + at);
    if constexpr (hasSquare<rule>) square = load<N>(view.square + at);
    const auto u = ruleDirection<rule>(k, w, g, velocity, square, view.layerRatio);
    if constexpr (hasVelocity<rule>) store<N>(view.velocity + at, velocity);
    if constexpr (hasSquare<rule>) store<N>(view.square + at, square);
    store<N>(view.weight + at, w - k.learningRate * u);
  }
};

template <Rule rule>
void freeStepOf(const RuleStep& k, const UpdateView& view) {
  FreeStep<rule> pass{k, view};
  forEachPiece(view.rows * view.width, pass);
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
