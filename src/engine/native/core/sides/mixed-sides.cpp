// See mixed-sides.hpp.
#include "core/sides/mixed-sides.hpp"

#include <algorithm>

#include "core/batch/side-tasks.hpp"

namespace lawn {

namespace {

constexpr int64_t kEntriesPerTask = 2048;

}  // namespace

MixedSides::MixedSides(RankerModel& model, const KernelTable& kernels, ThreadPool& pool)
    : model_(model), kernels_(kernels), pool_(pool) {}

void MixedSides::reserve(const BatchPlan& plan) {
  for (int side = 0; side < kSides; side++) {
    if (!mixes(side)) continue;
    const SideMatrix& matrix = model_.matrices[size_t(side)];
    Entries& own = entries_[size_t(side)];
    own.features = 0;
    for (const uint32_t entity : plan.sides[size_t(side)].distinct) own.features += matrix.features(entity);
    // Batches differ a little: not every longer one should find memory anew.
    const int64_t features = own.features + own.features / 8, most = features + plan.sides[size_t(side)].slots();
    for (AlignedArray<uint32_t>* of : {&own.foundRows, &own.foundEntities, &own.order}) of->reserve(features);
    own.foundWeights.reserve(features);
    for (AlignedArray<uint32_t>* of : {&own.starts, &own.runRows}) of->reserve(most + 1);
    own.entities.reserve(most);
    own.weights.reserve(most);
    own.sorter.reserve(features, model_.spec.rows[size_t(side)] - matrix.ids);
    own.isWithoutId.reserve(plan.sides[size_t(side)].slots());
    model_.reserveEntityGradients();
  }
}

void MixedSides::mix(const BatchPlan& plan, int side, int64_t begin, int64_t end) {
  const uint32_t* entities = plan.sides[size_t(side)].distinct.data();
  const uint8_t* isWithoutId = leaveOutIds(plan, side, begin, end);
  for (const Path path : kEveryPath) {
    if (!model_.hasPath(side, path)) continue;
    MixView view = model_.mixView(side, path);
    view.entities = entities;
    view.isWithoutId = isWithoutId;
    kernels_.mixRows(view, begin, end);
    float* gradients = model_.entityGradients(side, path);
    for (int64_t slot = begin; slot < end; slot++) {
      std::fill_n(gradients + entities[slot] * view.width, view.width, 0.0f);
    }
  }
}

/// Of one side's slots, those of [begin, end) written; null where every id counts.
const uint8_t* MixedSides::leaveOutIds(const BatchPlan& plan, int side, int64_t begin, int64_t end) {
  const IdDraws& draws = plan.source().idDropout()[size_t(side)];
  if (draws.threshold == 0) return nullptr;
  const uint32_t* entities = plan.sides[size_t(side)].distinct.data();
  const SideMatrix& matrix = model_.matrices[size_t(side)];
  uint8_t* isWithoutId = entries_[size_t(side)].isWithoutId.data();
  kernels_.leaveOutIds(draws, entities, begin, end, isWithoutId);
  for (int64_t slot = begin; slot < end; slot++) isWithoutId[slot] &= uint8_t(matrix.hasId(entities[slot]));
  return isWithoutId;
}

OverlappedWork MixedSides::sortingBefore(const BatchPlan& plan, const OverlappedWork& overlapped) {
  std::vector<int> sides;
  for (int side = 0; side < kSides; side++) {
    if (mixes(side)) sides.push_back(side);
  }
  if (sides.empty()) return overlapped;
  const int64_t own = int64_t(sides.size());
  return {
      .tasks = own + overlapped.tasks,
      .run =
          [this, &plan, &overlapped, own, sides](int64_t task, int thread) {
            if (task < own) sort(plan, sides[size_t(task)]);
            else overlapped.run(task - own, thread);
          },
  };
}

void MixedSides::sort(const BatchPlan& plan, int side) {
  const SideMatrix& matrix = model_.matrices[size_t(side)];
  Entries& own = entries_[size_t(side)];
  const bool dropsIds = plan.source().idDropout()[size_t(side)].threshold > 0;
  int64_t found = 0, ids = 0;
  for (int64_t slot = 0; slot < plan.sides[size_t(side)].slots(); slot++) {
    const uint32_t entity = plan.sides[size_t(side)].distinct[size_t(slot)];
    const int64_t first = matrix.firstFeature(entity), end = matrix.offsets[entity + 1];
    if (first > matrix.offsets[entity]) {
      own.runRows[ids] = entity;
      own.starts[ids] = uint32_t(ids);
      own.entities[ids] = entity;
      // The row of an id that is left out is looked up all the same.
      own.weights[ids++] = dropsIds && own.isWithoutId[slot] != 0 ? 0.0f : matrix.weights[first - 1];
    }
    for (int64_t k = first; k < end; k++, found++) {
      own.foundRows[found] = matrix.rows[k] - uint32_t(matrix.ids);
      own.foundEntities[found] = entity;
      own.foundWeights[found] = matrix.weights[k];
    }
  }
  const FoundRuns sorted{
      .order = own.order.data(),
      .starts = own.starts.data() + ids,
      .rows = own.runRows.data() + ids,
  };
  own.runs = ids + own.sorter.sort(own.foundRows.data(), found, model_.spec.rows[size_t(side)] - matrix.ids, sorted);
  own.count = ids + found;
  for (int64_t run = ids; run <= own.runs; run++) {
    own.starts[run] += uint32_t(ids);
    own.runRows[run] += uint32_t(matrix.ids);
  }
  for (int64_t k = 0; k < found; k++) {
    own.entities[ids + k] = own.foundEntities[own.order[k]];
    own.weights[ids + k] = own.foundWeights[own.order[k]];
  }
}

void MixedSides::spread() {
  const auto tasksOf = [&](int side) { return mixes(side) ? divideUp(entries_[side].count, kEntriesPerTask) : 0; };
  const SideTasks tasks(tasksOf(kUsers), tasksOf(kItems));
  pool_.run(tasks.count(), [&](int64_t task, int) {
    const auto [side, part] = tasks.partOf(task);
    const Entries& own = entries_[size_t(side)];
    // Runs that begin within this part of the entries.
    const auto runAt = [&](int64_t entry) {
      return std::lower_bound(own.starts.data(), own.starts.data() + own.runs, uint32_t(entry)) - own.starts.data();
    };
    spreadRuns(side, runAt(part * kEntriesPerTask), runAt(std::min(own.count, (part + 1) * kEntriesPerTask)));
  });
}

void MixedSides::spreadRuns(int side, int64_t begin, int64_t end) {
  const Entries& own = entries_[size_t(side)];
  model_.markSampled(side, own.runRows.data() + begin, end - begin, true);
  for (const Path path : kEveryPath) {
    if (!model_.hasPath(side, path)) continue;
    kernels_.spreadRows(
        {
            .rows = own.runRows.data(),
            .starts = own.starts.data(),
            .entities = own.entities.data(),
            .weights = own.weights.data(),
            .width = model_.widthOf(side, path),
            .mixedGradient = model_.entityGradients(side, path),
            .gradient = model_.gradient(model_.sides[size_t(side)].tables()[path]),
        },
        begin, end);
  }
}

BatchRows MixedSides::rowsOf(const BatchPlan& plan, int side) const {
  if (!mixes(side))
    return {.rows = plan.sides[size_t(side)].distinct.data(), .count = plan.sides[size_t(side)].slots()};
  return {.rows = entries_[size_t(side)].runRows.data(), .count = entries_[size_t(side)].runs};
}

}  // namespace lawn
