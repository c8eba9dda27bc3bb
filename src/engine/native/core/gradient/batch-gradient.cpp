// See batch-gradient.hpp; the kernels and their data flow are drawn in kernels/kernel-table.hpp.
#include "core/gradient/batch-gradient.hpp"

#include <algorithm>

#include "core/batch/side-tasks.hpp"

namespace lawn {

namespace {

/// Lanes are partial sums over samples, or over table rows: at most this many per batch, which also bounds the threads
/// that find work.
constexpr int64_t kMostGradientLanes = 16;
constexpr int64_t kSlotsPerTask = 2 * kBlockSamples;
/// Samples per task where the order of sums does not depend on it.
constexpr int64_t kSamplesPerTask = 2048;

/// A block, or as many lists as fill one.
int64_t laneUnit(int64_t list) { return list * divideUp(kBlockSamples, list); }

/// [begin, end) of lane `lane`: consecutive whole units, the same number for each lane give or take one.
struct LaneRange {
  LaneRange(int64_t count, int64_t lane, int64_t lanes, int64_t unit = kBlockSamples) {
    const int64_t units = divideUp(count, unit);
    begin = std::min(count, units * lane / lanes * unit);
    end = std::min(count, units * (lane + 1) / lanes * unit);
  }
  int64_t begin, end;
};

SideTasks slotTasksOf(const BatchPlan& plan) {
  return {divideUp(plan.sides[kUsers].slots(), kSlotsPerTask), divideUp(plan.sides[kItems].slots(), kSlotsPerTask)};
}

/// Lanes of a batch: no more than its first chunk has blocks, because every lane is cleared and summed in full. Later
/// chunks are no longer than the first, and a batch of one chunk has no more distinct rows than samples.
int64_t lanesOf(const BatchPlan& plan) {
  return plan.chunks() == 0 ? 1 : std::min(kMostGradientLanes, divideUp(plan.chunkLength(0), kBlockSamples));
}

}  // namespace

BatchGradient::BatchGradient(RankerModel& model, const KernelTable& kernels, ThreadPool& pool, const Loss& loss,
                             double embeddingDecay)
    : model_(model),
      kernels_(kernels),
      pool_(pool),
      loss_(loss),
      scratch_(size_t(pool.threads())),
      sides_{{{SlotIndex(model.spec.rows[kUsers]), {}, {}}, {SlotIndex(model.spec.rows[kItems]), {}, {}}}},
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
    scratch.gathered = AlignedArray<float>(kBlockSamples * model.embeddingPad);
    scratch.product = AlignedArray<float>(kBlockSamples * model.embeddingPad);
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
  for (int64_t chunk = 0; chunk < plan.chunks(); chunk++) {
    trainChunk(plan, chunk, chunk == 0 ? &overlapped : nullptr);
    addChunk(plan, chunk);
  }
  finishRows(plan);
  finishUnits(plan);
  decay_.addTo(plan);
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
  pool_.run(kSides, [&](int64_t side, int) { plan.numberRows(int(side), sides_[side].index); });
  const int64_t pad = model_.firstPad;
  for (int side = 0; side < kSides; side++) {
    sides_[side].halves.reserve(plan.sides[side].slots() * pad);
    sides_[side].sums.reserve(plan.sides[side].slots() * pad);
  }
  const int64_t atOnce = std::min(plan.samples(), plan.chunkSamples());
  slopes_.reserve(atOnce);
  firstDeltas_.reserve(atOnce * pad);

  const SideTasks slotTasks = slotTasksOf(plan);
  pool_.run(1 + plan.chunks() + slotTasks.count(), [&](int64_t task, int thread) {
    if (task == 0) return std::fill(lanes_.data(), lanes_.data() + lanesOf(plan) * model_.layout.size, 0.0f);
    task -= 1;
    if (task < plan.chunks()) {
      for (int side = 0; side < kSides; side++) plan.writeSampleSlots(task, side, sides_[side].index);
      return;
    }
    prepareRows(plan, slotTasks.partOf(task - plan.chunks()), thread);
  });
}

/// Marks some of one side's distinct rows as sampled, and makes ready what is computed once for each.
void BatchGradient::prepareRows(const BatchPlan& plan, const SideTasks::Part& part, int thread) {
  const int64_t pad = model_.firstPad;
  const PlanSide& side = plan.sides[part.side];
  const int64_t begin = part.index * kSlotsPerTask, end = std::min(begin + kSlotsPerTask, side.slots());
  model_.markSampled(part.side, side.distinct.data() + begin, end - begin, true);
  if (model_.isCosine()) kernels_.unitRows(unitRowsOf(plan, part.side), begin, end);
  if (pad == 0) return;
  kernels_.halves(rowsOf(plan, part.side, thread), begin, end);
  float* sums = sides_[part.side].sums.data();
  std::fill(sums + begin * pad, sums + end * pad, 0.0f);
}

double BatchGradient::computeShared(BatchPlan& plan, const OverlappedWork& overlapped) {
  shared_.begin(plan);
  std::fill(lanes_.data(), lanes_.data() + lanesOf(plan) * model_.layout.size, 0.0f);
  const SideTasks tasks = slotTasksOf(plan);
  pool_.run(tasks.count(), [&](int64_t task, int thread) { prepareRows(plan, tasks.partOf(task), thread); });
  const double loss = shared_.compute(plan, overlapped);
  finishRows(plan);
  finishUnits(plan);
  decay_.addTo(plan);
  model_.reduceDense(lanes_.data(), lanesOf(plan), 0.0);
  return loss / double(plan.losses());
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
  for (int side = 0; side < kSides; side++) ranker.sides[side].halves = sides_[side].halves.data();
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
    gradients[side].sums = sides_[side].sums.data();
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

/// From sums per row to the gradients of tables and of the first layer.
void BatchGradient::finishRows(const BatchPlan& plan) {
  if (model_.firstPad == 0 && model_.spec.gmf == 0) return;
  const DenseLayout& layout = model_.layout;
  const int64_t lanes = lanesOf(plan);
  const SideTasks tasks(lanes, lanes);
  pool_.run(tasks.count(), [&](int64_t task, int thread) {
    const auto [side, lane] = tasks.partOf(task);
    const LaneRange range(plan.sides[side].slots(), lane, lanes);
    if (range.begin == range.end) return;
    // The two sides of a lane write to different parts of it.
    float* dense = lanes_.data() + lane * layout.size;
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
void BatchGradient::finishUnits(const BatchPlan& plan) {
  if (!model_.isCosine()) return;
  const SideTasks tasks = slotTasksOf(plan);
  pool_.run(tasks.count(), [&](int64_t task, int) {
    const auto [side, part] = tasks.partOf(task);
    const int64_t begin = part * kSlotsPerTask, end = std::min(begin + kSlotsPerTask, plan.sides[side].slots());
    kernels_.unitGradients(unitRowsOf(plan, side), begin, end);
  });
}

UnitRowsView BatchGradient::unitRowsOf(const BatchPlan& plan, int side) {
  UnitRowsView units = model_.unitRowsView(side);
  units.rows = plan.sides[side].distinct.data();
  return units;
}

RowsView BatchGradient::rowsOf(const BatchPlan& plan, int side, int thread) {
  RowsView rows = model_.rowsView(side);
  rows.rows = plan.sides[side].distinct.data();
  rows.halves = sides_[side].halves.data();
  rows.sums = sides_[side].sums.data();
  rows.gathered = scratch_[size_t(thread)].gathered.data();
  rows.product = scratch_[size_t(thread)].product.data();
  return rows;
}

void BatchGradient::forgetSamples(const BatchPlan& plan) {
  for (int side = 0; side < kSides; side++) {
    model_.markSampled(side, plan.sides[side].distinct.data(), plan.sides[side].slots(), false);
  }
}

void BatchGradient::clear(const BatchPlan& plan) {
  for (int side = 0; side < kSides; side++) {
    for (const int table : model_.sides[side].tables()) {
      if (table < 0) continue;
      const int64_t width = model_.tensors[size_t(table)].width;
      float* gradient = model_.gradient(table);
      for (const uint32_t row : plan.sides[side].distinct) {
        std::fill(gradient + row * width, gradient + (row + 1) * width, 0.0f);
      }
    }
  }
  forgetSamples(plan);
}

}  // namespace lawn
