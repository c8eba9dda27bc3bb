// See optimizer.hpp.
#include "core/optimizer/optimizer.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>

namespace lawn {

Optimizer::Optimizer(RankerModel& model, const OptimizerSettings& settings, std::vector<LawnGroup> given,
                     const KernelTable& kernels, ThreadPool& pool)
    : slots(model.tensors.size()),
      groups(std::move(given)),
      model_(model),
      settings_(settings),
      kernels_(kernels),
      pool_(pool),
      governed_(model.tensors.size()) {
  for (size_t g = 0; g < groups.size(); g++) {
    groups[g].target.assign(size_t(groups[g].rows), 0);
    groups[g].constrained.assign(size_t(groups[g].rows), 0);
    for (const int tensor : groups[g].members) {
      governed_[size_t(tensor)].group = int(g);
      governed_[size_t(tensor)].rows = groups[g].rows;
    }
  }
  for (size_t t = 0; t < model.tensors.size(); t++) {
    if (hasVelocity()) slots[t].velocity = AlignedArray<float>(model.tensors[t].size);
    if (hasRoot()) slots[t].root = AlignedArray<float>(model.tensors[t].size);
    cut(int(t), governed_[t].rows);
  }
}

void Optimizer::cut(int tensor, int64_t rows) {
  const int64_t size = model_.tensors[size_t(tensor)].size;
  Governed& governed = governed_[size_t(tensor)];
  governed.moves.resize(size_t(rows));
  if (rows == 1) {
    const int64_t width = model_.tensors[size_t(tensor)].width,
                  length = std::max<int64_t>(1, kSegmentFloats / width) * width;
    int64_t place = 0;
    for (int64_t at = 0; at < size; at += length) {
      segments_.push_back({tensor, at, 0, 1, std::min(length, size - at), place++});
    }
    governed.dots.resize(size_t(place));
    governed.directionDots.resize(size_t(place));
    return;
  }
  const int64_t width = size / rows, rowsPerSegment = std::max<int64_t>(1, kSegmentFloats / width);
  for (int64_t row = 0; row < rows; row += rowsPerSegment) {
    segments_.push_back({tensor, row * width, row, std::min(rowsPerSegment, rows - row), width, row});
  }
  governed.dots.resize(size_t(rows));
  governed.directionDots.resize(size_t(rows));
}

Optimizer::Manner Optimizer::mannerOf(int tensor) const {
  if (hasRatio() && !model_.tensors[size_t(tensor)].isBias) return Manner::governed;
  const int group = governed_[size_t(tensor)].group;
  const bool isActive = settings_.lawn.switchesByNorm || switchedAt >= 0;
  if (!settings_.hasLawn || !isActive || group < 0) return Manner::free;
  const LawnGroup& blocks = groups[size_t(group)];
  const bool isAlone = blocks.rows > 1 && blocks.members.size() == 1 && !settings_.lawn.switchesByNorm;
  return isAlone ? Manner::alone : Manner::governed;
}

/// Whether <w,w> must be summed anew: a constrained block of one tensor has its target for a norm.
bool Optimizer::wantsNorms(const Governed& governed) const {
  return hasRatio() || settings_.lawn.switchesByNorm || groups[size_t(governed.group)].members.size() > 1;
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

UpdateView Optimizer::viewOf(const Segment& segment) {
  const size_t t = size_t(segment.tensor);
  UpdateView view{};
  view.weight = model_.tensors[t].value.data() + segment.begin;
  view.gradient = model_.tensors[t].gradient.data() + segment.begin;
  if (hasVelocity()) view.velocity = slots[t].velocity.data() + segment.begin;
  if (hasRoot()) view.root = slots[t].root.data() + segment.begin;
  view.rows = segment.rows;
  view.width = segment.width;
  view.gradientRatio = governed_[t].layerRatio;
  view.sampledWidth = model_.tensors[t].width;
  if (model_.tensors[t].isSampled != nullptr) {
    view.isSampled = model_.tensors[t].isSampled + segment.begin / view.sampledWidth;
  }
  return view;
}

void Optimizer::step(double learningRate) {
  switchIfDue();
  const double t = double(stepsDone + 1);
  const RuleStep free = ruleStep(learningRate, t);
  const bool restarted = settings_.hasLawn && settings_.lawn.resetsState && switchedAt >= 0;
  const RuleStep constrained = restarted ? ruleStep(learningRate, double(stepsDone - switchedAt + 1)) : free;

  const SphereRows sphere{nullptr, settings_.lawn.projectsGradient, settings_.lawn.projectsDirection};
  std::vector<Manner> manners(governed_.size());
  bool anyGoverned = false;
  for (size_t i = 0; i < manners.size(); i++) {
    manners[i] = mannerOf(int(i));
    anyGoverned |= manners[i] == Manner::governed;
  }
  std::atomic<int64_t> kept{0};
  const auto each = [&](auto&& visit) {
    pool_.run(int64_t(segments_.size()), [&](int64_t task, int) {
      const Segment& segment = segments_[size_t(task)];
      visit(segment, governed_[size_t(segment.tensor)], manners[size_t(segment.tensor)]);
    });
  };

  each([&](const Segment& segment, Governed& governed, Manner manner) {
    if (manner == Manner::free) {
      kernels_.freeStep(free, viewOf(segment));
    } else if (manner == Manner::alone) {
      SphereRows rows = sphere;
      rows.targets = groups[size_t(governed.group)].target.data() + segment.firstRow;
      kept += kernels_.sphereRows(constrained, viewOf(segment), rows);
    } else {
      kernels_.rowDots(viewOf(segment), wantsNorms(governed), governed.dots.data() + segment.place);
    }
  });
  keptBlocks += kept;
  stepsDone++;
  if (!anyGoverned) return;

  planDirections();
  each([&](const Segment& segment, Governed& governed, Manner manner) {
    if (manner != Manner::governed) return;
    const RuleStep& k = governed.group >= 0 && switchedAt >= 0 ? constrained : free;
    kernels_.direction(k, viewOf(segment), governed.moves.data() + segment.firstRow,
                       governed.directionDots.data() + segment.place);
  });
  planMoves(learningRate);
  each([&](const Segment& segment, Governed& governed, Manner manner) {
    if (manner == Manner::governed) kernels_.move(viewOf(segment), governed.moves.data() + segment.firstRow);
  });
}

RowDots Optimizer::rowDots(int tensor, int64_t row) const {
  const Governed& governed = governed_[size_t(tensor)];
  if (governed.rows > 1) return governed.dots[size_t(row)];
  RowDots sum{};
  for (const RowDots& part : governed.dots) {
    sum.ww += part.ww;
    sum.wg += part.wg;
    sum.wm += part.wm;
    sum.gg += part.gg;
  }
  if (governed.group >= 0 && switchedAt >= 0 && !wantsNorms(governed)) {
    const double target = groups[size_t(governed.group)].target[0];
    sum.ww = target * target;
  }
  return sum;
}

DirectionDots Optimizer::directionDots(int tensor, int64_t row) const {
  const Governed& governed = governed_[size_t(tensor)];
  if (governed.rows > 1) return governed.directionDots[size_t(row)];
  DirectionDots sum{};
  for (const DirectionDots& part : governed.directionDots) {
    sum.wu += part.wu;
    sum.uu += part.uu;
  }
  return sum;
}

}  // namespace lawn
