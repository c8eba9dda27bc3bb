// Every base rule, for whole vectors and single floats alike, and the passes that move tensors along their directions.
// Twins: src/optimizer/{sgd,adagrad,rmsprop,adam,adamw,lamb,lars}.ts for the rules, src/optimizer/lawn.ts for the moves.
//
//   free:         freeStep                                                                  one pass
//   LAMB:         rowDots? direction(+dots) -> move                                         two passes
//   LAWN, LARS:   rowDots -> direction(+dots) -> move                                       three passes
//
// The norm after a step needs no pass of its own: ||w - s u||^2 = <w,w> - 2 s <w,u> + s^2 <u,u>.
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

template <Rule rule>
struct FreeStep {
  const RuleStep& k;
  const UpdateView& view;
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

/// Sums of products in float64, whatever the width of the vectors.
struct DoubleSum {
  double total = 0;
  template <int N>
  LAWN_INLINE void add(FloatsOf<N> a, FloatsOf<N> b) {
    if constexpr (N == 1) {
      total += double(a) * double(b);
    } else if constexpr (N == 4) {
      four += __builtin_convertvector(a, Vector<4>::doubles) * __builtin_convertvector(b, Vector<4>::doubles);
    } else if constexpr (N == 8) {
      eight += __builtin_convertvector(a, Vector<8>::doubles) * __builtin_convertvector(b, Vector<8>::doubles);
    } else {
      FloatsOf<8> left[2], right[2];
      memcpy(left, &a, sizeof a);
      memcpy(right, &b, sizeof b);
      eight += __builtin_convertvector(left[0], Vector<8>::doubles) * __builtin_convertvector(right[0], Vector<8>::doubles);
      high += __builtin_convertvector(left[1], Vector<8>::doubles) * __builtin_convertvector(right[1], Vector<8>::doubles);
    }
  }
  LAWN_INLINE double sum() const {
    const Vector<8>::doubles both = eight + high;
    Vector<4>::doubles halves[2];
    memcpy(halves, &both, sizeof both);
    const Vector<4>::doubles v = halves[0] + halves[1] + four;
    return ((v[0] + v[2]) + (v[1] + v[3])) + total;
  }
  Vector<4>::doubles four = {};
  Vector<8>::doubles eight = {}, high = {};
};

struct RowDotsPass {
  const UpdateView& view;
  DoubleSum ww, wg, wm, gg;
  template <int N>
  LAWN_INLINE void run(int64_t at) {
    const auto w = load<N>(view.weight + at), g = load<N>(view.gradient + at);
    ww.template add<N>(w, w);
    wg.template add<N>(w, g);
    gg.template add<N>(g, g);
    if (view.velocity != nullptr) wm.template add<N>(w, load<N>(view.velocity + at));
  }
};

LAWN_INLINE UpdateView rowOf(const UpdateView& view, int64_t row) {
  UpdateView one = view;
  const int64_t at = row * view.width;
  one.weight += at;
  one.gradient += at;
  if (one.velocity != nullptr) one.velocity += at;
  if (one.square != nullptr) one.square += at;
  return one;
}

inline void rowDots(const UpdateView& view, RowDots* perRow) {
  for (int64_t row = 0; row < view.rows; row++) {
    const UpdateView one = rowOf(view, row);
    RowDotsPass pass{one, {}, {}, {}, {}};
    forEachPiece(view.width, pass);
    perRow[row] = {pass.ww.sum(), pass.wg.sum(), pass.wm.sum(), pass.gg.sum()};
  }
}

/// u of one row from the projected gradient and velocity, in the gradient's place.
template <Rule rule>
struct DirectionPass {
  const RuleStep& k;
  const UpdateView& view;
  const RowMove& row;
  DoubleSum wu, uu;
  template <int N>
  LAWN_INLINE void run(int64_t at) {
    const auto w = load<N>(view.weight + at);
    const auto g = load<N>(view.gradient + at) - row.gradientAlong * w;
    auto velocity = broadcast<N>(0), square = broadcast<N>(0);
    if constexpr (hasVelocity<rule>) velocity = load<N>(view.velocity + at) - row.velocityAlong * w;
    if constexpr (hasSquare<rule>) square = load<N>(view.square + at);
    const auto u = ruleDirection<rule>(k, w, g, velocity, square, view.layerRatio);
    if constexpr (hasVelocity<rule>) store<N>(view.velocity + at, velocity);
    if constexpr (hasSquare<rule>) store<N>(view.square + at, square);
    store<N>(view.gradient + at, u);
    wu.template add<N>(w, u);
    uu.template add<N>(u, u);
  }
};

struct MovePass {
  const UpdateView& view;
  const RowMove& row;
  template <int N>
  LAWN_INLINE void run(int64_t at) {
    const auto w = load<N>(view.weight + at);
    const auto u = load<N>(view.gradient + at) - row.directionAlong * w;
    store<N>(view.weight + at, (w - row.step * u) * row.retraction);
    store<N>(view.gradient + at, broadcast<N>(0));
  }
};

/// Moves each row along the direction that stands in its gradient's place, and zeroes that.
inline void move(const UpdateView& view, const RowMove* perRow) {
  for (int64_t row = 0; row < view.rows; row++) {
    const UpdateView one = rowOf(view, row);
    if (!perRow[row].moves) {
      memset(one.gradient, 0, view.width * sizeof(float));
      continue;
    }
    MovePass pass{one, perRow[row]};
    forEachPiece(view.width, pass);
  }
}

template <Rule rule>
void directionOf(const RuleStep& k, const UpdateView& view, const RowMove* perRow, DirectionDots* dots) {
  for (int64_t row = 0; row < view.rows; row++) {
    const UpdateView one = rowOf(view, row);
    DirectionPass<rule> pass{k, one, perRow[row], {}, {}};
    forEachPiece(view.width, pass);
    dots[row] = {pass.wu.sum(), pass.uu.sum()};
  }
}

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

struct VisitDirection {
  const RuleStep& k;
  const UpdateView& view;
  const RowMove* perRow;
  DirectionDots* dots;
  template <Rule rule>
  LAWN_INLINE void run() {
    directionOf<rule>(k, view, perRow, dots);
  }
};

inline void freeStep(const RuleStep& k, const UpdateView& view) { withRule(k.rule, VisitFreeStep{k, view}); }

inline void direction(const RuleStep& k, const UpdateView& view, const RowMove* perRow, DirectionDots* dots) {
  withRule(k.rule, VisitDirection{k, view, perRow, dots});
}

}  // namespace lawn::LAWN_ISA
