// The rows of a batch brought together and put back: a lazy rule steps them side by side by the same kernels as a
// dense one steps a table. Twin: src/optimizer/lazy/row-steps.ts.
#pragma once

#include "kernels/kernel-table.hpp"
#include "kernels/row-gradients.hpp"
#include "kernels/tensor-dots.hpp"

namespace lawn::LAWN_ISA {

struct ScaledCopy {
  const float* from;
  float* to;
  float factor;
  template <int N>
  LAWN_INLINE void run(int64_t at) {
    store<N>(to + at, load<N>(from + at) * factor);
  }
};

/// Moves the gradient: where it came from is left zero.
struct TakeRow {
  float *from, *to;
  template <int N>
  LAWN_INLINE void run(int64_t at) {
    store<N>(to + at, load<N>(from + at));
    store<N>(from + at, broadcast<N>(0));
  }
};

struct FillRow {
  float* to;
  float value;
  template <int N>
  LAWN_INLINE void run(int64_t at) {
    store<N>(to + at, broadcast<N>(0) + value);
  }
};

LAWN_INLINE void prefetchTableRow(const LazyRowsView& view, int64_t row) {
  const int64_t at = row * view.width;
  prefetchRow(view.table.weight + at, view.width);
  if (view.table.velocity != nullptr) prefetchRow(view.table.velocity + at, view.width);
  if (view.table.root == nullptr) return;
  if (view.hasRootOfRow) __builtin_prefetch(view.table.root + row);
  else prefetchRow(view.table.root + at, view.width);
}

/// Rows between a prefetch and its use.
constexpr int64_t kTableRowsAhead = 24;

inline void prefetchTableRows(const LazyRowsView& view) {
  for (int64_t k = 0; k < kTableRowsAhead && k < view.count; k++) prefetchTableRow(view, view.rows[k]);
}

/// Copies rows side by side, their slots caught up on the steps they were absent from; takes their gradients.
inline void gatherRows(const LazyRowsView& view) {
  const int64_t width = view.width;
  const RowArrays &table = view.table, &own = view.gathered;
  prefetchTableRows(view);
  for (int64_t k = 0; k < view.count; k++) {
    if (k + kTableRowsAhead < view.count) prefetchTableRow(view, view.rows[k + kTableRowsAhead]);
    const int64_t from = view.rows[k] * width, to = k * width;
    CopyRow weight{table.weight + from, own.weight + to};
    forEachPiece(width, weight);
    TakeRow gradient{table.gradient + view.gradientRows[k] * width, own.gradient + to};
    forEachPiece(width, gradient);
    if (table.velocity != nullptr) {
      ScaledCopy velocity{table.velocity + from, own.velocity + to, view.velocityFactors[k]};
      forEachPiece(width, velocity);
    } else if (own.velocity != nullptr) {
      FillRow velocity{own.velocity + to, 0};
      forEachPiece(width, velocity);
    }
    if (table.root == nullptr) continue;
    if (view.hasRootOfRow) {
      FillRow root{own.root + to, table.root[view.rows[k]]};
      forEachPiece(width, root);
    } else {
      ScaledCopy root{table.root + from, own.root + to, view.rootFactors[k]};
      forEachPiece(width, root);
    }
  }
}

/// Puts them back; gradients stay zero.
inline void scatterRows(const LazyRowsView& view) {
  const int64_t width = view.width;
  const RowArrays &table = view.table, &own = view.gathered;
  for (int64_t k = 0; k < view.count; k++) {
    const int64_t from = k * width, to = view.rows[k] * width;
    CopyRow weight{own.weight + from, table.weight + to};
    forEachPiece(width, weight);
    if (table.velocity != nullptr) {
      CopyRow velocity{own.velocity + from, table.velocity + to};
      forEachPiece(width, velocity);
    }
    if (table.root == nullptr) continue;
    if (view.hasRootOfRow) {
      table.root[view.rows[k]] = own.root[from];
    } else {
      CopyRow root{own.root + from, table.root + to};
      forEachPiece(width, root);
    }
  }
}

/// A free step of one row where it lies, from a root that catches up first; its velocity is 0. Its gradient becomes
/// zero.
template <Rule rule>
struct LazyStep {
  const RuleStep k;
  float *weight, *gradient, *root;
  float rootFactor;
  template <int N>
  LAWN_INLINE void run(int64_t at) {
    const auto w = load<N>(weight + at);
    auto velocity = broadcast<N>(0), r = broadcast<N>(0);
    if constexpr (hasRoot<rule>) r = load<N>(root + at) * rootFactor;
    const auto u = ruleDirection<rule, false>(k, w, load<N>(gradient + at), velocity, r, 1);
    if constexpr (hasRoot<rule>) store<N>(root + at, r);
    store<N>(weight + at, w - k.learningRate * u);
    store<N>(gradient + at, broadcast<N>(0));
  }
};

template <Rule rule, int Width>
void lazyStepOfRows(const RuleStep& k, const LazyRowsView& view) {
  prefetchTableRows(view);
  for (int64_t r = 0; r < view.count; r++) {
    if (r + kTableRowsAhead < view.count) prefetchTableRow(view, view.rows[r + kTableRowsAhead]);
    const int64_t at = view.rows[r] * view.width;
    LazyStep<rule> step{
        .k = k,
        .weight = view.table.weight + at,
        .gradient = view.table.gradient + view.gradientRows[r] * view.width,
        .root = hasRoot<rule> ? view.table.root + at : nullptr,
        .rootFactor = hasRoot<rule> ? view.rootFactors[r] : 1,
    };
    stepRow<Width>(step, 0, view.width);
  }
}

struct VisitLazyStep {
  const RuleStep& k;
  const LazyRowsView& view;
  template <Rule rule>
  LAWN_INLINE void run() {
    switch (view.width) {
      case 8: return lazyStepOfRows<rule, 8>(k, view);
      case 32: return lazyStepOfRows<rule, 32>(k, view);
      case 64: return lazyStepOfRows<rule, 64>(k, view);
      default: return lazyStepOfRows<rule, 0>(k, view);
    }
  }
};

/// Under a rule without trust ratio and without a velocity that outlasts a step, whose root is one a weight. With a
/// velocity rows are gathered and take the dense rule's way: how its two products are contracted decides its bits.
inline void lazyStep(const RuleStep& k, const LazyRowsView& view) { withRule(k.rule, VisitLazyStep{k, view}); }

/// Sum of squares of the gradient that the rule will see, projection and decay included.
struct RowSquares {
  const UpdateView& view;
  float along, weightDecay;
  RunSum squares;
  template <int N>
  LAWN_INLINE void run(int64_t at) {
    const auto w = load<N>(view.weight + at);
    const auto g = load<N>(view.gradient + at) - along * w + weightDecay * w;
    squares.template add<N>(g, g);
  }
};

/// Row-wise AdaGrad: each row's root takes up the mean of the squares of its gradient. `moves`: null for free rows.
/// Twin: src/optimizer/rules/rowwise-adagrad.ts.
inline void addRowSquares(const RuleStep& k, const UpdateView& view, const RowMove* moves) {
  for (int64_t row = 0; row < view.rows; row++) {
    double sum = 0;
    forEachRun(view.width, [&](int64_t at, int64_t length) LAWN_INLINE_LAMBDA {
      const UpdateView run = shifted(view, row * view.width + at);
      RowSquares pass{
          .view = run,
          .along = moves == nullptr ? 0.0f : moves[row].gradientAlong,
          .weightDecay = k.weightDecay,
          .squares = {},
      };
      forEachPiece(length, pass);
      sum += pass.squares.sum();
    });
    float* root = view.root + row * view.width;
    const double before = root[0];
    FillRow filled{root, float(__builtin_sqrt(before * before + sum / double(view.width)))};
    forEachPiece(view.width, filled);
  }
}

}  // namespace lawn::LAWN_ISA
