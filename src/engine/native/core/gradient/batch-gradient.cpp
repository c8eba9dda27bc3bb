// See batch-gradient.hpp; the kernels and their data flow are drawn in kernels/kernel-table.hpp.
#include "core/gradient/batch-gradient.hpp"

#include <algorithm>

namespace lawn {

namespace {

/// Samples, or table rows, of a batch are summed in at most so many lanes. More threads than lanes find no work.
constexpr int64_t kMostGradientLanes = 16;
/// Samples per task where the order of sums does not hang on it.
constexpr int64_t kSamplesPerTask = 2048;

/// [begin, end) of lane `lane` when whole blocks are dealt evenly to lanes.
struct LaneRange {
  LaneRange(int64_t count, int64_t lane, int64_t lanes) {
    const int64_t blocks = divideUp(count, kBlockSamples);
    begin = std::min(count, blocks * lane / lanes * kBlockSamples);
    end = std::min(count, blocks * (lane + 1) / lanes * kBlockSamples);
  }
  int64_t begin, end;
};

/// Lanes of a batch: no more than it has blocks, for each is cleared and added up whole. A later chunk is no longer
/// than the first, and the rows of a batch of one chunk are no more than its samples.
int64_t lanesOf(const BatchPlan& plan) {
  return plan.chunks() == 0 ? 1 : std::min(kMostGradientLanes, divideUp(plan.chunkLength(0), kBlockSamples));
}

}  // namespace

int64_t chunkSamplesFor(int64_t firstPad) {
  // About 2 MiB of first-layer deltas: what the second level of the cache holds on the machines this was tuned for.
  const int64_t fitting = (int64_t(1) << 19) / std::max<int64_t>(firstPad, 1);
  return std::clamp<int64_t>(fitting, 2048, 16384) / 2 * 2;
}

BatchGradient::BatchGradient(RankerModel& model, const KernelTable& kernels, ThreadPool& pool, double embeddingDecay)
    : model_(model),
      kernels_(kernels),
      pool_(pool),
      scratch_(size_t(pool.threads())),
      userIndex_(model.spec.users),
      itemIndex_(model.spec.items),
      lanes_(kMostGradientLanes * model.layout.size),
      totals_(kMostGradientLanes),
      decay_(model, pool, embeddingDecay) {
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
    scratch.view = {scratch.activations.data(), scratch.deltas.data(), scratch.logits.data()};
  }
}

double BatchGradient::compute(BatchPlan& plan, const Beside& beside) {
  prepareSlots(plan);
  std::fill(totals_.begin(), totals_.end(), BlockTotals{});
  for (int64_t chunk = 0; chunk < plan.chunks(); chunk++) {
    trainChunk(plan, chunk, chunk == 0 ? &beside : nullptr);
    addChunk(plan, chunk);
  }
  finishRows(plan);
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
  pool_.run(2, [&](int64_t task, int) { plan.number(task == 0, task == 0 ? userIndex_ : itemIndex_); });
  const int64_t users = int64_t(plan.userRuns.distinct.size()), items = int64_t(plan.itemRuns.distinct.size());
  const int64_t pad = model_.firstPad;
  userHalves_.reserve(users * pad);
  itemHalves_.reserve(items * pad);
  userSums_.reserve(users * pad);
  itemSums_.reserve(items * pad);
  slopes_.reserve(std::min(plan.samples(), chunkSamplesFor(pad)));
  firstDeltas_.reserve(std::min(plan.samples(), chunkSamplesFor(pad)) * pad);

  constexpr int64_t rowsPerTask = 2 * kBlockSamples;
  const int64_t userTasks = divideUp(users, rowsPerTask), itemTasks = divideUp(items, rowsPerTask);
  pool_.run(1 + plan.chunks() + userTasks + itemTasks, [&](int64_t task, int thread) {
    if (task == 0) return std::fill(lanes_.data(), lanes_.data() + lanesOf(plan) * model_.layout.size, 0.0f);
    task -= 1;
    if (task < plan.chunks()) return plan.spreadSlots(task, userIndex_, itemIndex_);
    task -= plan.chunks();
    const bool isUserSide = task < userTasks;
    if (!isUserSide) task -= userTasks;
    const int64_t begin = task * rowsPerTask, end = std::min(begin + rowsPerTask, isUserSide ? users : items);
    model_.markSampled(isUserSide, (isUserSide ? plan.userRuns : plan.itemRuns).distinct.data() + begin, end - begin,
                       true);
    if (pad == 0) return;
    kernels_.halves(rowsOf(plan, isUserSide, thread), begin, end);
    float* sums = (isUserSide ? userSums_ : itemSums_).data();
    std::fill(sums + begin * pad, sums + end * pad, 0.0f);
  });
}

void BatchGradient::trainChunk(BatchPlan& plan, int64_t chunk, const Beside* beside) {
  RankerView ranker = model_.view();
  ranker.userHalves = userHalves_.data();
  ranker.itemHalves = itemHalves_.data();
  const int64_t begin = plan.chunkBegin(chunk), count = plan.chunkLength(chunk);
  SamplesView samples{};
  samples.users = plan.users.data() + begin;
  samples.items = plan.items.data() + begin;
  samples.userSlots = plan.userRuns.sampleSlots.data() + begin;
  samples.itemSlots = plan.itemRuns.sampleSlots.data() + begin;
  samples.labels = plan.isPairwise() ? nullptr : plan.labels.data() + begin;
  samples.inverseCount = float(1.0 / double(plan.losses()));
  samples.slopes = slopes_.data();
  samples.firstDeltas = firstDeltas_.data();
  const int64_t besideTasks = beside == nullptr ? 0 : beside->tasks, lanes = lanesOf(plan);
  pool_.run(besideTasks + lanes, [&](int64_t task, int thread) {
    if (task < besideTasks) return beside->run(task, thread);
    const int64_t lane = task - besideTasks;
    const LaneRange range(count, lane, lanes);
    if (range.begin == range.end) return;
    const BlockTotals totals =
        kernels_.trainBlocks(ranker, samples, range.begin, range.end, scratch_[size_t(thread)].view,
                             lanes_.data() + lane * model_.layout.size);
    totals_[size_t(lane)].loss += totals.loss;
    totals_[size_t(lane)].slopes += totals.slopes;
  });
}

/// Adds the chunk's slopes and deltas to the rows they belong to. A row belongs to one run, and a run to one task.
void BatchGradient::addChunk(BatchPlan& plan, int64_t chunk) {
  const RankerView ranker = model_.view();
  const int64_t begin = plan.chunkBegin(chunk), count = plan.chunkLength(chunk);
  SamplesView samples{};
  samples.slopes = slopes_.data();
  samples.firstDeltas = firstDeltas_.data();
  const auto runsOf = [&](const SideRuns& side, bool isUserSide) {
    return RunsView{side.starts.data() + begin + chunk, side.slots.data() + begin + chunk,
                    isUserSide ? nullptr : plan.itemOrder.data() + begin,
                    (isUserSide ? plan.users : plan.items).data() + begin,
                    (isUserSide ? plan.items : plan.users).data() + begin};
  };
  const RunsView userRuns = runsOf(plan.userRuns, true), itemRuns = runsOf(plan.itemRuns, false);
  RankerModel& m = model_;
  const SideView userSide{ranker.itemDot,        ranker.itemGmf,         m.gradient(m.userDot),
                          m.gradient(m.userGmf), m.gradient(m.userBias), userSums_.data()};
  const SideView itemSide{ranker.userDot,        ranker.userGmf,         m.gradient(m.itemDot),
                          m.gradient(m.itemGmf), m.gradient(m.itemBias), itemSums_.data()};
  const int64_t tasksPerSide = divideUp(count, kSamplesPerTask);
  pool_.run(2 * tasksPerSide, [&](int64_t task, int) {
    const bool isUserSide = task < tasksPerSide;
    const int64_t part = isUserSide ? task : task - tasksPerSide;
    const RunsView& runs = isUserSide ? userRuns : itemRuns;
    const int64_t runCount = (isUserSide ? plan.userRuns : plan.itemRuns).counts[size_t(chunk)];
    // Runs that begin within this part of the samples.
    const auto runAt = [&](int64_t sample) {
      return std::lower_bound(runs.starts, runs.starts + runCount, uint32_t(sample)) - runs.starts;
    };
    const int64_t first = runAt(part * kSamplesPerTask), last = runAt(std::min(count, (part + 1) * kSamplesPerTask));
    kernels_.addRuns(ranker, samples, runs, isUserSide ? userSide : itemSide, first, last);
  });
}

/// From sums per row to the gradients of tables and of the first layer.
void BatchGradient::finishRows(BatchPlan& plan) {
  if (model_.firstPad == 0 && model_.spec.gmf == 0) return;
  const DenseLayout& layout = model_.layout;
  const int64_t lanes = lanesOf(plan);
  pool_.run(2 * lanes, [&](int64_t task, int thread) {
    const bool isUserSide = task < lanes;
    const int64_t lane = isUserSide ? task : task - lanes;
    const LaneRange range(int64_t((isUserSide ? plan.userRuns : plan.itemRuns).distinct.size()), lane, lanes);
    if (range.begin == range.end) return;
    // The two sides of a lane write to different parts of it.
    float* dense = lanes_.data() + lane * layout.size;
    RowsView rows = rowsOf(plan, isUserSide, thread);
    rows.weightGradient = dense + (isUserSide ? layout.userWeight : layout.itemWeight);
    rows.biasGradient = isUserSide ? dense + layout.firstBias : nullptr;
    rows.headGmfGradient = isUserSide ? dense + layout.headGmf : nullptr;
    kernels_.rowGradients(rows, range.begin, range.end);
  });
}

RowsView BatchGradient::rowsOf(const BatchPlan& plan, bool isUserSide, int thread) {
  RowsView rows = model_.rowsView(isUserSide);
  rows.rows = (isUserSide ? plan.userRuns : plan.itemRuns).distinct.data();
  rows.halves = (isUserSide ? userHalves_ : itemHalves_).data();
  rows.sums = (isUserSide ? userSums_ : itemSums_).data();
  rows.gathered = scratch_[size_t(thread)].gathered.data();
  rows.product = scratch_[size_t(thread)].product.data();
  return rows;
}

void BatchGradient::forgetSamples(const BatchPlan& plan) {
  for (const bool isUserSide : {true, false}) {
    const std::vector<uint32_t>& rows = (isUserSide ? plan.userRuns : plan.itemRuns).distinct;
    model_.markSampled(isUserSide, rows.data(), int64_t(rows.size()), false);
  }
}

void BatchGradient::clear(const BatchPlan& plan) {
  RankerModel& m = model_;
  const auto clearRows = [&](int tensor, const std::vector<uint32_t>& rows) {
    if (tensor < 0) return;
    const int64_t width = m.tensors[size_t(tensor)].width;
    float* gradient = m.gradient(tensor);
    for (const uint32_t row : rows) std::fill(gradient + row * width, gradient + (row + 1) * width, 0.0f);
  };
  for (const int table : {m.userDot, m.userGmf, m.userMlp, m.userBias}) clearRows(table, plan.userRuns.distinct);
  for (const int table : {m.itemDot, m.itemGmf, m.itemMlp, m.itemBias}) clearRows(table, plan.itemRuns.distinct);
  forgetSamples(plan);
}

}  // namespace lawn
