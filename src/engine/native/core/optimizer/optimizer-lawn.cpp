// What happens between the optimizer's passes: LAWN's switch, projections, trust ratios and retractions, from dots in
// float64. Twins: src/optimizer/{lawn/{lawn,lawn-switch,sphere},rules/{lamb,lars}}.ts.
#include <algorithm>
#include <cmath>

#include "core/optimizer/optimizer.hpp"

namespace lawn {

namespace {

/// The share of w in x, <w,x> / <w,w>, as the kernels will subtract it: rounded to float32.
float along(double wx, double ww, bool projects) {
  return projects && ww > kVanishingNorm * kVanishingNorm ? float(wx / ww) : 0.0f;
}

/// <w, u - a w> and ||u - a w||^2.
DirectionDots projected(const DirectionDots& dots, double ww, double a) {
  return {dots.wu - a * ww, std::max(0.0, dots.uu - 2 * a * dots.wu + a * a * ww)};
}

}  // namespace

/// The switch by step: constrains every block at its present norm.
void Optimizer::switchIfDue() {
  if (!settings_.hasLawn || isLawnActive() || double(stepsDone) < settings_.lawn.switchStep) return;
  zeroBlocks = 0;
  segments_.resize(denseSegments_);
  pool_.run(int64_t(segments_.size()), [this](int64_t task, int) {
    const Segment& segment = segments_[size_t(task)];
    NormState& state = states_[size_t(segment.tensor)];
    if (state.group >= 0)
      kernels_.rowDots(viewOf(segment, arraysOf(segment, StepKind::norms, 0)), true,
                       state.dots.data() + segment.firstDots);
  });
  for (LawnGroup& group : groups) {
    if (isLazy(group.members[0])) {
      normsOfTables(group);
    } else {
      for (int64_t row = 0; row < group.rows; row++) {
        double ww = 0;
        for (const int tensor : group.members) ww += rowDots(tensor, row).ww;
        group.target[size_t(row)] = std::sqrt(ww);
      }
    }
    for (int64_t row = 0; row < group.rows; row++) {
      group.constrained[size_t(row)] = 1;
      if (group.target[size_t(row)] <= kVanishingNorm) zeroBlocks++;
    }
    if (!settings_.lawn.resetsState) continue;
    for (const int tensor : group.members) {
      for (AlignedArray<float>* slot : {&slots[size_t(tensor)].velocity, &slots[size_t(tensor)].root}) {
        std::fill(slot->data(), slot->data() + slot->size(), 0.0f);
      }
    }
  }
  switchedAt = stepsDone;  // last: from here on rowDots takes targets for norms
}

/// The switch by norm, of one block; the norm itself counts as reached.
void Optimizer::switchGrownRows(LawnGroup& group, size_t block, double norm) {
  if (!settings_.lawn.switchesByNorm || group.constrained[block] != 0 || norm < settings_.lawn.switchNorm) return;
  group.constrained[block] = 1;
  group.target[block] = norm;
}

/// From the first dots: which part of gradient and velocity to take off, and the gradient's trust ratio.
void Optimizer::planDirections() {
  for (size_t t = 0; t < states_.size(); t++) {
    if (!stepsByNorms(int(t))) continue;
    for (RowMove& move : states_[t].moves) move = {};
  }
  if (isLawnActive()) {
    for (LawnGroup& group : groups) {
      if (!stepsByNorms(group.members[0])) continue;
      for (int64_t row = 0; row < steppedRows(group); row++) {
        const size_t block = blockOf(group, row);
        RowDots sum{};
        for (const int tensor : group.members) {
          const RowDots dots = rowDots(tensor, row);
          sum.ww += dots.ww;
          sum.wg += dots.wg;
          sum.wm += dots.wm;
        }
        switchGrownRows(group, block, std::sqrt(sum.ww));
        const bool projects = settings_.lawn.projectsGradient && group.constrained[block] != 0;
        for (const int tensor : group.members) {
          RowMove& move = states_[size_t(tensor)].moves[size_t(row)];
          move.gradientAlong = along(sum.wg, sum.ww, projects);
          move.velocityAlong = along(sum.wm, sum.ww, projects);
        }
      }
    }
  }
  if (facts().ratio != Ratio::gradient) return;
  for (size_t t = 0; t < states_.size(); t++) {
    NormState& state = states_[t];
    if (model_.tensors[t].isBias) continue;  // ratio 1
    double ww = 0, gg = 0;
    for (int64_t row = 0; row < state.rows; row++) {
      const RowDots dots = rowDots(int(t), row);
      ww += dots.ww;
      gg += projected({dots.wg, dots.gg}, dots.ww, state.moves[size_t(row)].gradientAlong).uu;
    }
    const double weightNorm = std::sqrt(ww), gradientNorm = std::sqrt(gg);
    const double ratio = settings_.trustCoefficient * weightNorm /
                         (gradientNorm + settings_.weightDecay * weightNorm + settings_.epsilon);
    state.gradientRatio = weightNorm > 0 ? float(ratio) : 1.0f;
  }
}

/// From the direction's dots: its projection, LAMB's ratio, and the factor that brings each block back to its norm.
void Optimizer::planMoves(double learningRate) {
  if (isLawnActive() && settings_.lawn.projectsDirection) {
    for (const LawnGroup& group : groups) {
      if (!stepsByNorms(group.members[0])) continue;
      for (int64_t row = 0; row < steppedRows(group); row++) {
        if (group.constrained[blockOf(group, row)] == 0) continue;
        double ww = 0, wu = 0;
        for (const int tensor : group.members) {
          ww += rowDots(tensor, row).ww;
          wu += directionDots(tensor, row).wu;
        }
        for (const int tensor : group.members) {
          states_[size_t(tensor)].moves[size_t(row)].directionAlong = along(wu, ww, true);
        }
      }
    }
  }
  for (size_t t = 0; t < states_.size(); t++) {
    if (stepsByNorms(int(t))) moveFactors(int(t), learningRate);
  }
  if (!isLawnActive()) return;
  for (LawnGroup& group : groups) {
    if (stepsByNorms(group.members[0])) retractGroup(group);
  }
}

/// The learning rate, times LAMB's ratio of the whole tensor.
void Optimizer::moveFactors(int tensor, double learningRate) {
  NormState& state = states_[size_t(tensor)];
  double ratio = 1;
  if (facts().ratio == Ratio::direction && !model_.tensors[size_t(tensor)].isBias) {
    double ww = 0, uu = 0;
    for (int64_t row = 0; row < state.rows; row++) {
      const double rowWw = rowDots(tensor, row).ww;
      ww += rowWw;
      uu += projected(directionDots(tensor, row), rowWw, state.moves[size_t(row)].directionAlong).uu;
    }
    if (ww > 0 && uu > 0) ratio = std::sqrt(ww) / std::sqrt(uu);
  }
  for (RowMove& move : state.moves) move.step = float(learningRate * ratio);
}

/// ||w - s u||^2 = <w,w> - 2 s <w,u> + s^2 <u,u>, and from it c / ||w - s u||. NaN is passed on, to be seen.
void Optimizer::retractGroup(LawnGroup& group) {
  for (int64_t row = 0; row < steppedRows(group); row++) {
    const size_t block = blockOf(group, row);
    if (group.constrained[block] == 0) continue;
    double square = 0;
    for (const int tensor : group.members) {
      const RowMove& move = states_[size_t(tensor)].moves[size_t(row)];
      const double ww = rowDots(tensor, row).ww, s = move.step;
      const DirectionDots dots = projected(directionDots(tensor, row), ww, move.directionAlong);
      square += ww - 2 * s * dots.wu + s * s * dots.uu;
    }
    const double norm = square <= 0 ? 0 : std::sqrt(square);
    const double target = group.target[block];
    const bool isSphere = target > kVanishingNorm, hasVanished = norm <= kVanishingNorm;
    if (isSphere && hasVanished) keptBlocks++;
    for (const int tensor : group.members) {
      RowMove& move = states_[size_t(tensor)].moves[size_t(row)];
      move.moves = isSphere && !hasVanished;
      move.retraction = float(target / norm);
    }
  }
}

}  // namespace lawn
