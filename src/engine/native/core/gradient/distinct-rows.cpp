// See distinct-rows.hpp.
#include "core/gradient/distinct-rows.hpp"

#include <algorithm>

#include "core/gradient/gradient-lanes.hpp"

namespace lawn {

namespace {

constexpr int64_t kSlotsPerTask = 2 * kBlockSamples;

}  // namespace

DistinctRows::DistinctRows(RankerModel& model, const KernelTable& kernels, ThreadPool& pool, MixedSides& mixed)
    : model_(model), kernels_(kernels), pool_(pool), mixed_(mixed) {
  for (int thread = 0; thread < pool.threads(); thread++) {
    product_.emplace_back(kBlockSamples * model.embeddingPad);
  }
}

void DistinctRows::reserve(const BatchPlan& plan) {
  for (int side = 0; side < kSides; side++) {
    sides_[side].halves.reserve(plan.sides[side].slots() * model_.firstPad);
    sides_[side].sums.reserve(plan.sides[side].slots() * model_.firstPad);
    sides_[side].embeddings.reserve(plan.sides[side].slots() * model_.embeddingPad);
    model_.reserveGradients(side, plan.sides[side].slots());
  }
}

SideTasks DistinctRows::tasksOf(const BatchPlan& plan) {
  return {divideUp(plan.sides[kUsers].slots(), kSlotsPerTask), divideUp(plan.sides[kItems].slots(), kSlotsPerTask)};
}

void DistinctRows::prepare(const BatchPlan& plan, const SideTasks::Part& part, int thread) {
  const int64_t pad = model_.firstPad;
  const PlanSide& side = plan.sides[part.side];
  const int64_t begin = part.index * kSlotsPerTask, end = std::min(begin + kSlotsPerTask, side.slots());
  if (mixed_.mixes(part.side)) mixed_.mix(plan, part.side, begin, end);
  else model_.markSampled(part.side, side.distinct.data() + begin, end - begin, true);
  if (model_.isCosine()) kernels_.unitRows(unitRowsOf(plan, part.side), begin, end);
  if (pad == 0) return;
  kernels_.halves(rowsOf(plan, part.side, thread), begin, end);
  float* sums = sides_[part.side].sums.data();
  std::fill(sums + begin * pad, sums + end * pad, 0.0f);
}

void DistinctRows::finish(const BatchPlan& plan, float* lanes) {
  finishRows(plan, lanes);
  finishUnits(plan);
}

/// From sums per row to the gradients of tables and of the first layer.
void DistinctRows::finishRows(const BatchPlan& plan, float* lanes) {
  if (model_.firstPad == 0 && model_.spec.gmf == 0) return;
  const DenseLayout& layout = model_.layout;
  const int64_t count = lanesOf(plan);
  const SideTasks tasks(count, count);
  pool_.run(tasks.count(), [&](int64_t task, int thread) {
    const auto [side, lane] = tasks.partOf(task);
    const LaneRange range(plan.sides[side].slots(), lane, count);
    if (range.begin == range.end) return;
    // The two sides of a lane write to different parts of it.
    float* dense = lanes + lane * layout.size;
    RowsView rows = rowsOf(plan, side, thread);
    rows.weightGradient = dense + layout.firstWeight[side];
    if (side == kUsers) {  // of what both sides share, one side's sum is the whole
      rows.biasGradient = dense + layout.firstBias;
      rows.headGmfGradient = dense + layout.headGmf;
    }
    kernels_.rowGradients(rows, range.begin, range.end);
  });
}

/// From the gradients of units to those of the rows that they were made of.
void DistinctRows::finishUnits(const BatchPlan& plan) {
  if (!model_.isCosine()) return;
  const SideTasks tasks = tasksOf(plan);
  pool_.run(tasks.count(), [&](int64_t task, int) {
    const auto [side, part] = tasks.partOf(task);
    const int64_t begin = part * kSlotsPerTask, end = std::min(begin + kSlotsPerTask, plan.sides[side].slots());
    kernels_.unitGradients(unitRowsOf(plan, side), begin, end);
  });
}

UnitRowsView DistinctRows::unitRowsOf(const BatchPlan& plan, int side) {
  UnitRowsView units = model_.unitRowsView(side);
  units.rows = plan.sides[side].distinct.data();
  units.gradientRows = model_.gradientRows(side, units.rows);
  return units;
}

RowsView DistinctRows::rowsOf(const BatchPlan& plan, int side, int thread) {
  RowsView rows = model_.rowsView(side);
  rows.rows = plan.sides[side].distinct.data();
  rows.gradientRows = model_.gradientRows(side, rows.rows);
  rows.halves = sides_[side].halves.data();
  rows.sums = sides_[side].sums.data();
  rows.keepsGathered = true;
  rows.gathered = sides_[side].embeddings.data();
  rows.product = product_[size_t(thread)].data();
  return rows;
}

}  // namespace lawn
