// See optimizer.hpp.
#include "core/optimizer/optimizer.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <stdexcept>

namespace lawn {

namespace {

/// Whether a lazy rule's tables have slots of which a step without a gradient leaves a part.
bool catchesUp(const OptimizerSettings& settings, const KernelTable& kernels) {
  if (!settings.isLazy || settings.hasRootOfRow) return false;
  return kernels.rules[settings.rule].hasSquare || settings.firstDecay != 0;
}

}  // namespace

Optimizer::Optimizer(RankerModel& model, const OptimizerSettings& settings, std::vector<LawnGroup> given,
                     const KernelTable& kernels, ThreadPool& pool)
    : slots(model.tensors.size()),
      groups(std::move(given)),
      lazy(model.spec.rows, catchesUp(settings, kernels), settings.firstDecay, std::sqrt(settings.secondDecay)),
      model_(model),
      settings_(settings),
      kernels_(kernels),
      pool_(pool),
      states_(model.tensors.size()),
      gathered_(model.tensors.size()) {
  for (size_t g = 0; g < groups.size(); g++) {
    bool fits = !groups[g].members.empty();
    for (const int tensor : groups[g].members) {
      fits = fits && size_t(tensor) < model.tensors.size() && states_[size_t(tensor)].group < 0 &&
             model.tensors[size_t(tensor)].size % groups[g].rows == 0;
      if (!fits) break;
      states_[size_t(tensor)].group = int(g);
      states_[size_t(tensor)].rows = groups[g].rows;
    }
    if (!fits) throw std::invalid_argument("LAWN's groups do not fit the ranker");
    groups[g].target.assign(size_t(groups[g].rows), 0);
    groups[g].constrained.assign(size_t(groups[g].rows), 0);
  }
  if (settings.isLazy) openLazyTables();
  for (size_t t = 0; t < model.tensors.size(); t++) {
    const Tensor& tensor = model.tensors[t];
    const bool hasRootOfRow = settings.hasRootOfRow && isLazy(int(t));
    if (keepsVelocity(int(t))) slots[t].velocity = AlignedArray<float>(tensor.size);
    if (hasRoot()) slots[t].root = AlignedArray<float>(hasRootOfRow ? tensor.size / tensor.width : tensor.size);
    if (!isLazy(int(t))) addSegments(int(t), tensor.size, states_[t].rows);
  }
  denseSegments_ = segments_.size();
}

void Optimizer::addSegments(int tensor, int64_t size, int64_t rows) {
  NormState& state = states_[size_t(tensor)];
  state.moves.resize(size_t(rows));
  const int64_t rowWidth = rows == 1 || isLazy(tensor) ? model_.tensors[size_t(tensor)].width : size / rows;
  const int64_t rowsAtOnce = std::max<int64_t>(1, (isLazy(tensor) ? kLazySegmentFloats : kSegmentFloats) / rowWidth);
  int64_t dots = 0;
  for (int64_t begin = 0; begin < size; begin += rowsAtOnce * rowWidth) {
    const int64_t length = std::min(rowsAtOnce * rowWidth, size - begin);
    const int64_t segmentRows = rows == 1 && !isLazy(tensor) ? 1 : length / rowWidth;
    segments_.push_back({
        .tensor = tensor,
        .begin = begin,
        .firstRow = rows == 1 ? 0 : begin / rowWidth,
        .rows = segmentRows,
        .width = length / segmentRows,
        .firstDots = dots,
    });
    dots += segmentRows;
  }
  state.dots.resize(size_t(dots));
  state.directionDots.resize(size_t(dots));
}

Optimizer::StepKind Optimizer::kindOf(int tensor) const {
  if (hasRatio() && !model_.tensors[size_t(tensor)].isBias) return StepKind::norms;
  const int group = states_[size_t(tensor)].group;
  if (!isLawnActive() || group < 0) return StepKind::free;
  const LawnGroup& blocks = groups[size_t(group)];
  const bool rowsAreBlocks = (blocks.rows > 1 || isLazy(tensor)) && blocks.members.size() == 1;
  if (isLazy(tensor) && settings_.hasRootOfRow) return StepKind::norms;  // a row's sum is of its projected gradient
  return rowsAreBlocks && !settings_.lawn.switchesByNorm ? StepKind::rows : StepKind::norms;
}

/// Whether <w,w> must be summed in each step; the norm of a constrained block of one tensor is known, its target.
bool Optimizer::wantsNorms(const NormState& state) const {
  return hasRatio() || settings_.lawn.switchesByNorm || state.lazySide >= 0 ||
         groups[size_t(state.group)].members.size() > 1;
}

RuleStep Optimizer::ruleStep(double learningRate, double t) const {
  const OptimizerSettings& s = settings_;
  RuleStep k{};
  k.rule = s.rule;
  k.learningRate = float(learningRate);
  k.weightDecay = float(s.weightDecay);
  k.epsilon = float(s.epsilon);
  k.firstDecay = float(s.firstDecay);
  k.firstShare = float(s.firstShare);
  k.secondDecay = float(s.secondDecay);
  k.secondShare = float(s.secondShare);
  k.rootDecay = float(std::sqrt(s.secondDecay));
  // Infinite where slots add up: such a rule has no bias to correct.
  k.firstCorrection = float(1 / (1 - std::pow(s.firstDecay, t)));
  k.rootCorrection = float(1 / std::sqrt(1 - std::pow(s.secondDecay, t)));
  return k;
}

RowArrays Optimizer::tensorArrays(int tensor) {
  Tensor& own = model_.tensors[size_t(tensor)];
  Slots& ownSlots = slots[size_t(tensor)];
  return {
      .weight = own.value.data(),
      .gradient = own.gradient.data(),
      .velocity = keepsVelocity(tensor) ? ownSlots.velocity.data() : nullptr,
      .root = hasRoot() ? ownSlots.root.data() : nullptr,
  };
}

UpdateView Optimizer::viewOf(const Segment& segment, const RowArrays& arrays) {
  const size_t t = size_t(segment.tensor);
  UpdateView view{};
  view.weight = arrays.weight;
  view.gradient = arrays.gradient;
  view.velocity = arrays.velocity;
  view.root = arrays.root;
  view.rows = segment.rows;
  view.width = segment.width;
  view.gradientRatio = states_[t].gradientRatio;
  view.sampledWidth = model_.tensors[t].width;
  if (isLazy(segment.tensor)) {
    view.isSampled = allSampled_.data();
  } else if (model_.tensors[t].isSampled != nullptr) {
    view.isSampled = model_.tensors[t].isSampled + segment.begin / view.sampledWidth;
  }
  return view;
}

void Optimizer::step(double learningRate, const BatchRowsOfSides& rows) {
  switchIfDue();
  if (settings_.isLazy) beginLazy(rows);
  const double t = double(stepsDone + 1);
  const RuleStep free = ruleStep(learningRate, t);
  const bool restarted = settings_.lawn.resetsState && switchedAt >= 0;
  const RuleStep constrained = restarted ? ruleStep(learningRate, double(stepsDone - switchedAt + 1)) : free;

  std::vector<StepKind> kinds(states_.size());
  for (size_t i = 0; i < kinds.size(); i++) kinds[i] = kindOf(int(i));
  const auto eachSegment = [&](auto&& visit) {
    pool_.run(int64_t(segments_.size()), [&](int64_t task, int thread) {
      const Segment& segment = segments_[size_t(task)];
      const StepKind kind = kinds[size_t(segment.tensor)];
      visit(segment, states_[size_t(segment.tensor)], kind, arraysOf(segment, kind, thread), thread);
    });
  };

  std::atomic<int64_t> kept{0};
  eachSegment([&](const Segment& segment, NormState& state, StepKind kind, const RowArrays& arrays, int thread) {
    const bool gathers = isLazy(segment.tensor);
    if (gathers && kind == StepKind::free && !keepsVelocity(segment.tensor) && !settings_.hasRootOfRow) {
      return kernels_.lazyStep(free, lazyRowsOf(segment, arrays));
    }
    if (gathers) kernels_.gatherRows(lazyRowsOf(segment, arrays));
    const UpdateView view = viewOf(segment, arrays);
    if (kind == StepKind::free) {
      kernels_.freeStep(addSquaresOfRows(free, segment.tensor, view, nullptr), view);
    } else if (kind == StepKind::rows) {
      const SphereRows sphere{
          .targets = targetsOf(segment, thread),
          .projectsGradient = settings_.lawn.projectsGradient,
          .projectsDirection = settings_.lawn.projectsDirection,
      };
      kept += kernels_.sphereRows(constrained, view, sphere);
    } else {
      kernels_.rowDots(view, wantsNorms(state), state.dots.data() + segment.firstDots);
    }
    if (gathers && kind != StepKind::norms) kernels_.scatterRows(lazyRowsOf(segment, arrays));
  });
  keptBlocks += kept;
  stepsDone++;
  if (std::count(kinds.begin(), kinds.end(), StepKind::norms) == 0) return;

  planDirections();
  eachSegment([&](const Segment& segment, NormState& state, StepKind kind, const RowArrays& arrays, int) {
    if (kind != StepKind::norms) return;
    const UpdateView view = viewOf(segment, arrays);
    const RowMove* moves = state.moves.data() + segment.firstRow;
    const RuleStep step = addSquaresOfRows(state.group >= 0 ? constrained : free, segment.tensor, view, moves);
    kernels_.direction(step, view, moves, state.directionDots.data() + segment.firstDots);
  });
  planMoves(learningRate);
  eachSegment([&](const Segment& segment, NormState& state, StepKind kind, const RowArrays& arrays, int) {
    if (kind != StepKind::norms) return;
    kernels_.move(viewOf(segment, arrays), state.moves.data() + segment.firstRow);
    if (isLazy(segment.tensor)) kernels_.scatterRows(lazyRowsOf(segment, arrays));
  });
}

RowDots Optimizer::rowDots(int tensor, int64_t row) const {
  const NormState& state = states_[size_t(tensor)];
  if (state.rows > 1 || state.lazySide >= 0) return state.dots[size_t(row)];
  RowDots sum{};
  for (const RowDots& part : state.dots) {
    sum.ww += part.ww;
    sum.wg += part.wg;
    sum.wm += part.wm;
    sum.gg += part.gg;
  }
  if (state.group >= 0 && isLawnActive() && !wantsNorms(state)) {
    const double target = groups[size_t(state.group)].target[0];
    sum.ww = target * target;
  }
  return sum;
}

DirectionDots Optimizer::directionDots(int tensor, int64_t row) const {
  const NormState& state = states_[size_t(tensor)];
  if (state.rows > 1 || state.lazySide >= 0) return state.directionDots[size_t(row)];
  DirectionDots sum{};
  for (const DirectionDots& part : state.directionDots) {
    sum.wu += part.wu;
    sum.uu += part.uu;
  }
  return sum;
}

}  // namespace lawn
