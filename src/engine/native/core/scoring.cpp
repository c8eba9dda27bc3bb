// See scoring.hpp.
#include "core/scoring.hpp"

#include <algorithm>

#include "core/batch/side-tasks.hpp"

namespace lawn {

namespace {

constexpr int64_t kPairsPerTask = 4096;
constexpr int64_t kItemsPerTask = 8 * kBlockSamples;
constexpr int64_t kRowsPerTask = 4096;

}  // namespace

Scoring::Scoring(RankerModel& model, const KernelTable& kernels, ThreadPool& pool)
    : model_(model),
      kernels_(kernels),
      pool_(pool),
      allItems_(model.entities[kItems]),
      scratch_(size_t(pool.threads())) {
  for (int64_t item = 0; item < allItems_.size(); item++) allItems_[item] = uint32_t(item);
  for (Scratch& scratch : scratch_) {
    for (size_t l = 0; l <= std::max<size_t>(model.spec.tower.size(), 1) - 1; l++) {
      const int64_t pad = l == 0 ? model.firstPad : roundUp(model.spec.tower[l], kernels.lanes);
      scratch.memory.emplace_back(kBlockSamples * pad);
      scratch.activations.push_back(scratch.memory.back().data());
    }
    scratch.gathered = AlignedArray<float>(kBlockSamples * model.embeddingPad);
    scratch.userHalves = AlignedArray<float>(model.firstPad);
    scratch.view = {.activations = scratch.activations.data(), .deltas = nullptr, .logits = nullptr};
  }
}

void Scoring::refresh() {
  if (isFresh_) return;
  isFresh_ = true;
  mixSides();
  if (model_.isCosine()) refreshUnits();
  if (model_.firstPad == 0) return;
  const int64_t items = model_.entities[kItems];
  itemHalves_.reserve(items * model_.firstPad);
  pool_.run(divideUp(items, kItemsPerTask), [&](int64_t task, int thread) {
    RowsView rows = model_.rowsView(kItems);
    rows.rows = allItems_.data();
    rows.halves = itemHalves_.data();
    rows.gathered = scratch_[size_t(thread)].gathered.data();
    kernels_.halves(rows, task * kItemsPerTask, std::min(items, (task + 1) * kItemsPerTask));
  });
}

/// Sums every entity's rows, where a side has a matrix: once, and not for each score.
void Scoring::mixSides() {
  const auto tasksOf = [&](int side) {
    return model_.matrices[side].isIdentity() ? 0 : divideUp(model_.entities[side], kRowsPerTask);
  };
  const SideTasks tasks(tasksOf(kUsers), tasksOf(kItems));
  pool_.run(tasks.count(), [&](int64_t task, int) {
    const auto [side, part] = tasks.partOf(task);
    const int64_t begin = part * kRowsPerTask, end = std::min(begin + kRowsPerTask, model_.entities[side]);
    for (const Path path : kEveryPath) {
      if (model_.hasPath(side, path)) kernels_.mixRows(model_.mixView(side, path), begin, end);
    }
  });
}

void Scoring::refreshUnits() {
  const SideTasks tasks(divideUp(model_.entities[kUsers], kRowsPerTask),
                        divideUp(model_.entities[kItems], kRowsPerTask));
  pool_.run(tasks.count(), [&](int64_t task, int) {
    const auto [side, part] = tasks.partOf(task);
    const int64_t begin = part * kRowsPerTask, end = std::min(begin + kRowsPerTask, model_.entities[side]);
    kernels_.unitRows(model_.unitRowsView(side), begin, end);
  });
}

void Scoring::reserve(int64_t pairs) {
  for (Scratch& scratch : scratch_) {
    scratch.users.reserve(pairs);
    scratch.userRows.reserve(pairs);
    scratch.slots.reserve(pairs);
    scratch.scores.reserve(pairs);
  }
}

RankerView Scoring::viewWith(const Scratch& scratch) const {
  RankerView view = model_.view();
  view.sides[kUsers].halves = scratch.userHalves.data();
  view.sides[kItems].halves = itemHalves_.data();
  return view;
}

void Scoring::scorePairs(int64_t count, const uint32_t* users, const uint32_t* items, Scratch& scratch, float* out) {
  if (model_.firstPad > 0) {
    uint32_t runs = 0;
    for (int64_t k = 0; k < count; k++) {
      if (k == 0 || users[k] != users[k - 1]) scratch.userRows[runs++] = users[k];
      scratch.slots[k] = runs - 1;
    }
    RowsView rows = model_.rowsView(kUsers);
    rows.rows = scratch.userRows.data();
    rows.halves = scratch.userHalves.data();
    rows.gathered = scratch.gathered.data();
    kernels_.halves(rows, 0, runs);
  }
  SamplesView samples{};
  samples.sides[kUsers] = {.rows = users, .slots = scratch.slots.data()};
  samples.sides[kItems] = {.rows = items, .slots = items};
  kernels_.logits(viewWith(scratch), samples, 0, count, scratch.view, out);
}

void Scoring::scoreUser(uint32_t user, Scratch& scratch, float* out) {
  const int64_t items = model_.entities[kItems];
  std::fill(scratch.users.data(), scratch.users.data() + items, user);
  scorePairs(items, scratch.users.data(), allItems_.data(), scratch, out);
}

void Scoring::pairs(int64_t count, const uint32_t* users, const uint32_t* items, float* out) {
  refresh();
  reserve(kPairsPerTask);
  for (Scratch& scratch : scratch_) scratch.userHalves.reserve(kPairsPerTask * model_.firstPad);
  pool_.run(divideUp(count, kPairsPerTask), [&](int64_t task, int thread) {
    const int64_t begin = task * kPairsPerTask, length = std::min(kPairsPerTask, count - begin);
    scorePairs(length, users + begin, items + begin, scratch_[size_t(thread)], out + begin);
  });
}

void Scoring::catalogue(int64_t count, const uint32_t* users, float* out) {
  refresh();
  reserve(model_.entities[kItems]);
  pool_.run(count, [&](int64_t task, int thread) {
    scoreUser(users[task], scratch_[size_t(thread)], out + task * model_.entities[kItems]);
  });
}

}  // namespace lawn
