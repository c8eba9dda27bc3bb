// What a lazy rule adds to the optimizer: tables whose segments are the rows of the batch. Twin:
// src/optimizer/lazy/row-steps.ts.
#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "core/optimizer/optimizer.hpp"

namespace lawn {

/// Tables' sides. Where LAWN holds tables it holds their rows (src/optimizer/check-optimizer-config.ts).
void Optimizer::openLazyTables() {
  allSampled_ = AlignedArray<uint8_t>(kLazySegmentFloats);
  std::fill(allSampled_.data(), allSampled_.data() + kLazySegmentFloats, uint8_t(1));
  for (int side = 0; side < kSides; side++) {
    for (const int table : model_.sides[size_t(side)].tables()) {
      if (table < 0) continue;
      NormState& state = states_[size_t(table)];
      state.lazySide = side;
      const bool isWhole = state.group >= 0 && groups[size_t(state.group)].rows != model_.spec.rows[size_t(side)];
      if (isWhole) throw std::invalid_argument("LAWN's blocks of a lazy rule are rows");
    }
  }
  int64_t mostFloats = kLazySegmentFloats;
  for (const Tensor& tensor : model_.tensors) mostFloats = std::max(mostFloats, tensor.width);
  scratch_.resize(size_t(pool_.threads()));
  for (GatheredRows& own : scratch_) own.reserve(mostFloats, kLazySegmentFloats, hasVelocity(), hasRoot());
  for (const LawnGroup& group : groups) {
    const auto sideOf = [&](int tensor) { return states_[size_t(tensor)].lazySide; };
    const bool isOfOneSide = std::all_of(group.members.begin(), group.members.end(),
                                         [&](int tensor) { return sideOf(tensor) == sideOf(group.members[0]); });
    if (!isOfOneSide) throw std::invalid_argument("a block of a lazy rule is of one side");
  }
}

/// Makes room for the rows of the batch, and cuts them into segments. Tasks must not throw.
void Optimizer::beginLazy(const BatchRowsOfSides& rows) {
  lazy.begin(rows, stepsDone, pool_);
  segments_.resize(denseSegments_);
  for (size_t t = 0; t < states_.size(); t++) {
    NormState& state = states_[t];
    if (state.lazySide < 0) continue;
    const int64_t count = rows[size_t(state.lazySide)].count, size = count * model_.tensors[t].width;
    if (stepsByNorms(int(t))) gathered_[t].reserve(size, 0, hasVelocity(), hasRoot());
    state.rows = count;
    addSegments(int(t), size, count);
  }
}

void Optimizer::GatheredRows::reserve(int64_t floats, int64_t rows, bool withVelocity, bool withRoot) {
  weight.reserve(floats);
  gradient.reserve(floats);
  if (withVelocity) velocity.reserve(floats);
  if (withRoot) root.reserve(floats);
  target.reserve(rows);
}

/// From the segment's first weight on: where it is stepped.
RowArrays Optimizer::arraysOf(const Segment& segment, StepKind kind, int thread) {
  RowArrays from = tensorArrays(segment.tensor);
  int64_t begin = segment.begin;
  if (isLazy(segment.tensor)) {
    const bool isWhole = kind == StepKind::norms;
    GatheredRows& own = isWhole ? gathered_[size_t(segment.tensor)] : scratch_[size_t(thread)];
    from = {own.weight.data(), own.gradient.data(), own.velocity.data(), own.root.data()};
    if (!isWhole) begin = 0;
  }
  return {
      .weight = from.weight + begin,
      .gradient = from.gradient + begin,
      .velocity = hasVelocity() ? from.velocity + begin : nullptr,
      .root = hasRoot() ? from.root + begin : nullptr,
  };
}

LazyRowsView Optimizer::lazyRowsOf(const Segment& segment, const RowArrays& gathered) {
  const int side = states_[size_t(segment.tensor)].lazySide;
  const int64_t first = segment.firstRow;
  return {
      .rows = lazy.rowsOf(side).rows + first,
      .gradientRows = model_.gradientRows(side, lazy.rowsOf(side).rows) + first,
      .count = segment.rows,
      .width = segment.width,
      .velocityFactors = keepsVelocity(segment.tensor) ? lazy.velocityFactors(side) + first : nullptr,
      .rootFactors = hasRoot() && !settings_.hasRootOfRow ? lazy.rootFactors(side) + first : nullptr,
      .hasRootOfRow = settings_.hasRootOfRow,
      .table = tensorArrays(segment.tensor),
      .gathered = gathered,
  };
}

/// Under a rule with one square a row: takes up the gradient's squares, and returns the rule's step without them.
RuleStep Optimizer::addSquaresOfRows(const RuleStep& step, int tensor, const UpdateView& view, const RowMove* moves) {
  if (!settings_.hasRootOfRow || !isLazy(tensor)) return step;
  kernels_.addRowSquares(step, view, moves);
  RuleStep without = step;
  without.secondShare = 0;
  return without;
}

/// Of the segment's rows, each a block of its own.
const double* Optimizer::targetsOf(const Segment& segment, int thread) {
  const LawnGroup& group = groups[size_t(states_[size_t(segment.tensor)].group)];
  if (!isLazy(segment.tensor)) return group.target.data() + segment.firstRow;
  double* targets = scratch_[size_t(thread)].target.data();
  for (int64_t k = 0; k < segment.rows; k++) targets[k] = group.target[blockOf(group, segment.firstRow + k)];
  return targets;
}

int64_t Optimizer::steppedRows(const LawnGroup& group) const {
  const int side = states_[size_t(group.members[0])].lazySide;
  return side < 0 ? group.rows : lazy.rowsOf(side).count;
}

size_t Optimizer::blockOf(const LawnGroup& group, int64_t row) const {
  const int side = states_[size_t(group.members[0])].lazySide;
  return side < 0 ? size_t(row) : lazy.rowsOf(side).rows[row];
}

/// At the switch by step: the norms of all rows, also of those that no batch has looked up.
void Optimizer::normsOfTables(LawnGroup& group) {
  constexpr int64_t rowsPerTask = 256;
  pool_.run(divideUp(group.rows, rowsPerTask), [&](int64_t task, int) {
    const int64_t begin = task * rowsPerTask, count = std::min(rowsPerTask, group.rows - begin);
    double squares[rowsPerTask] = {};
    for (const int tensor : group.members) {
      RowDots dots[rowsPerTask];
      const int64_t width = model_.tensors[size_t(tensor)].width;
      const RowArrays arrays = tensorArrays(tensor);
      UpdateView view{};
      view.weight = arrays.weight + begin * width;
      view.gradient = arrays.weight + begin * width;  // whose dots nobody asks for
      view.rows = count;
      view.width = width;
      kernels_.rowDots(view, true, dots);
      for (int64_t row = 0; row < count; row++) squares[row] += dots[row].ww;
    }
    for (int64_t row = 0; row < count; row++) group.target[size_t(begin + row)] = std::sqrt(squares[row]);
  });
}

}  // namespace lawn
