// See batch-gradient.hpp; the kernels and their data flow are drawn in kernels/kernel-table.hpp.
#include "core/gradient/batch-gradient.hpp"

#include <algorithm>

#include "core/gradient/gradient-lanes.hpp"

namespace lawn {

namespace {

/// Samples per task where the order of sums does not depend on it.
constexpr int64_t kSamplesPerTask = 2048;

}  // namespace

BatchGradient::BatchGradient(RankerModel& model, const KernelTable& kernels, ThreadPool& pool, const Loss& loss,
                             double embeddingDecay)
    : model_(model),
      kernels_(kernels),
      pool_(pool),
      loss_(loss),
      scratch_(size_t(pool.threads())),
      indexes_{{SlotIndex(model.entities[kUsers]), SlotIndex(model.entities[kItems])}},
      mixed_(model, kernels, pool),
      rows_(model, kernels, pool, mixed_),
      lanes_(kMostGradientLanes * model.layout.size),
      totals_(kMostGradientLanes),
      shared_(model, kernels, pool, loss),
      decay_(model, pool, loss, embeddingDecay) {
  std::vector<int64_t> pads{model.firstPad};
  for (size_t l = 1; l < model.spec.tower.size(); l++) pads.push_back(roundUp(model.spec.tower[l], kernels.lanes));
  for (ThreadScratch& scratch : scratch_) {
    for (const int64_t pad : pads) {
      for (std::vector<float*>* list : {&scratch.activations, &scratch.deltas}) {
        scratch.memory.emplace_back(kBlockSamples * pad);
        list->push_back(scratch.memory.back().data());
      }
    }
    scratch.logits = AlignedArray<float>(kBlockSamples);
    scratch.view = {
        .activations = scratch.activations.data(),
        .deltas = scratch.deltas.data(),
        .logits = scratch.logits.data(),
    };
  }
}

double BatchGradient::compute(BatchPlan& plan, const OverlappedWork& overlapped) {
  if (plan.isShared()) return computeShared(plan, overlapped);
  prepareSlots(plan);
  std::fill(totals_.begin(), totals_.end(), BlockTotals{});
  const OverlappedWork beside = mixed_.sortingBefore(plan, overlapped);
  for (int64_t chunk = 0; chunk < plan.chunks(); chunk++) {
    trainChunk(plan, chunk, chunk == 0 ? &beside : nullptr);
    addChunk(plan, chunk);
  }
  finishRows(plan);
  BlockTotals sum;
  for (const BlockTotals& lane : totals_) {
    sum.loss += lane.loss;
    sum.slopes += lane.slopes;
  }
  model_.reduceDense(lanes_.data(), lanesOf(plan), sum.slopes);
  return sum.loss / double(plan.losses());
}

/// Numbers the distinct rows, computes their halves of the first layer, and clears what will be summed.
void BatchGradient::prepareSlots(BatchPlan& plan) {
  pool_.run(kSides, [&](int64_t side, int) { plan.numberRows(int(side), indexes_[size_t(side)]); });
  mixed_.reserve(plan);
  rows_.reserve(plan);
  const int64_t atOnce = std::min(plan.samples(), plan.chunkSamples());
  slopes_.reserve(atOnce);
  firstDeltas_.reserve(atOnce * model_.firstPad);

  const SideTasks slotTasks = DistinctRows::tasksOf(plan);
  pool_.run(1 + plan.chunks() + slotTasks.count(), [&](int64_t task, int thread) {
    if (task == 0) return std::fill(lanes_.data(), lanes_.data() + lanesOf(plan) * model_.layout.size, 0.0f);
    task -= 1;
    if (task < plan.chunks()) {
      for (int side = 0; side < kSides; side++) plan.writeSampleSlots(task, side, indexes_[size_t(side)]);
      return;
    }
    rows_.prepare(plan, slotTasks.partOf(task - plan.chunks()), thread);
  });
}

double BatchGradient::computeShared(BatchPlan& plan, const OverlappedWork& overlapped) {
  shared_.begin(plan);
  rows_.reserve(plan);
  std::fill(lanes_.data(), lanes_.data() + lanesOf(plan) * model_.layout.size, 0.0f);
  mixed_.reserve(plan);
  const SideTasks tasks = DistinctRows::tasksOf(plan);
  pool_.run(tasks.count(), [&](int64_t task, int thread) { rows_.prepare(plan, tasks.partOf(task), thread); });
  const double loss = shared_.compute(plan, mixed_.sortingBefore(plan, overlapped));
  finishRows(plan);
  model_.reduceDense(lanes_.data(), lanesOf(plan), 0.0);
  return loss / double(plan.losses());
}

/// From what samples left to the gradients of tables.
void BatchGradient::finishRows(const BatchPlan& plan) {
  rows_.finish(plan, lanes_.data());
  decay_.addTo(plan);
  mixed_.spread();
}

/// What the kernels read and write of a chunk's samples.
SamplesView BatchGradient::samplesOf(const BatchPlan& plan, int64_t chunk) {
  const int64_t begin = plan.chunkBegin(chunk);
  SamplesView samples{};
  for (int side = 0; side < kSides; side++) {
    samples.sides[side] = {
        .rows = plan.sides[side].sampleRows.data() + begin,
        .slots = plan.sides[side].sampleSlots.data() + begin,
    };
  }
  samples.loss = loss_;
  samples.list = plan.list();
  samples.labels = plan.labels.data() + begin;
  samples.hasMarks = plan.hasMarks();
  samples.weights = plan.hasWeights() ? plan.weights.data() + begin : nullptr;
  samples.inverseCount = float(1.0 / double(plan.losses()));
  samples.slopes = slopes_.data();
  samples.firstDeltas = firstDeltas_.data();
  return samples;
}

void BatchGradient::trainChunk(const BatchPlan& plan, int64_t chunk, const OverlappedWork* overlapped) {
  RankerView ranker = model_.view();
  for (int side = 0; side < kSides; side++) ranker.sides[side].halves = rows_.halves(side);
  const SamplesView samples = samplesOf(plan, chunk);
  const int64_t count = plan.chunkLength(chunk), lanes = lanesOf(plan);
  const int64_t overlappedTasks = overlapped == nullptr ? 0 : overlapped->tasks;
  pool_.run(overlappedTasks + lanes, [&](int64_t task, int thread) {
    if (task < overlappedTasks) return overlapped->run(task, thread);
    const int64_t lane = task - overlappedTasks;
    const LaneRange range(count, lane, lanes, laneUnit(plan.list()));
    if (range.begin == range.end) return;
    const BlockTotals totals =
        kernels_.trainBlocks(ranker, samples, range.begin, range.end, scratch_[size_t(thread)].view,
                             lanes_.data() + lane * model_.layout.size);
    totals_[size_t(lane)].loss += totals.loss;
    totals_[size_t(lane)].slopes += totals.slopes;
  });
}

/// Adds the chunk's slopes and deltas to the rows they belong to. A row belongs to one run, and a run to one task.
void BatchGradient::addChunk(const BatchPlan& plan, int64_t chunk) {
  const RankerView ranker = model_.view();
  const SamplesView samples = samplesOf(plan, chunk);
  const int64_t begin = plan.chunkBegin(chunk), count = plan.chunkLength(chunk);
  RunsView runs[kSides];
  SideGradients gradients[kSides];
  for (int side = 0; side < kSides; side++) {
    const PlanSide& of = plan.sides[side];
    runs[side] = {
        .side = side,
        .starts = of.runStarts.data() + plan.runsBegin(chunk),
        .slots = of.runSlots.data() + plan.runsBegin(chunk),
        .order = side == kUsers ? nullptr : of.order.data() + begin,
    };
    gradients[side] = model_.gradientsOf(side);
    gradients[side].rows = model_.gradientRows(side, of.distinct.data());
    gradients[side].sums = rows_.sums(side);
  }
  // A list's slopes add up to 0, but in float32 leave rounding errors, which Adam takes for gradients.
  if (loss_.isOfLists()) gradients[kUsers].bias = nullptr;
  const int64_t tasksPerSide = divideUp(count, kSamplesPerTask);
  const SideTasks tasks(tasksPerSide, tasksPerSide);
  pool_.run(tasks.count(), [&](int64_t task, int) {
    const auto [side, part] = tasks.partOf(task);
    const uint32_t* starts = runs[side].starts;
    const int64_t runCount = plan.sides[side].runCounts[size_t(chunk)];
    // Runs that begin within this part of the samples.
    const auto runAt = [&](int64_t sample) {
      return std::lower_bound(starts, starts + runCount, uint32_t(sample)) - starts;
    };
    const int64_t first = runAt(part * kSamplesPerTask), last = runAt(std::min(count, (part + 1) * kSamplesPerTask));
    kernels_.addRuns(ranker, samples, runs[side], gradients[side], first, last);
  });
}

void BatchGradient::forgetSamples(const BatchPlan& plan) {
  for (int side = 0; side < kSides; side++) {
    const BatchRows touched = mixed_.rowsOf(plan, side);
    model_.markSampled(side, touched.rows, touched.count, false);
  }
}

void BatchGradient::clear(const BatchPlan& plan) {
  for (int side = 0; side < kSides; side++) {
    for (const int table : model_.sides[side].tables()) {
      if (table < 0) continue;
      const int64_t width = model_.tensors[size_t(table)].width;
      float* gradient = model_.gradient(table);
      const BatchRows touched = mixed_.rowsOf(plan, side);
      const uint32_t* rows = model_.gradientRows(side, touched.rows);
      for (int64_t k = 0; k < touched.count; k++) std::fill_n(gradient + rows[k] * width, width, 0.0f);
    }
  }
  forgetSamples(plan);
}

}  // namespace lawn
