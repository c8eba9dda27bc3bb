// See scoring.hpp.
#include "core/scoring.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <limits>

#include "core/batch/side-tasks.hpp"

namespace lawn {

namespace {

constexpr int64_t kPairsPerTask = 4096;
constexpr int64_t kItemsPerTask = 8 * kBlockSamples;
constexpr int64_t kRowsPerTask = 4096;
/// Of a dot product: an item's row is read once for so many users, and their scores stay in the level 2 cache.
constexpr int64_t kUsersTogether = 8;

constexpr float kNothing = -std::numeric_limits<float>::infinity();
constexpr uint32_t kNoItem = std::numeric_limits<uint32_t>::max();

/// The best of [items] scores, which it changes, into lists of k: those of the `row`-th asked user.
void chooseBest(float* scores, int64_t items, int64_t k, const ItemLists& masked, int64_t row,
                std::vector<uint32_t>& best, uint32_t* outItems, float* outScores) {
  for (int64_t item = 0; item < items; item++) {
    if (std::isnan(scores[item])) scores[item] = kNothing;
  }
  // A masked item is marked by NaN, which no score is any more.
  if (masked.offsets != nullptr) {
    for (uint32_t at = masked.offsets[row]; at < masked.offsets[row + 1]; at++) scores[masked.items[at]] = NAN;
  }
  best.clear();  // a heap whose front is the worst kept
  const auto isBetter = [scores](uint32_t a, uint32_t b) {
    return scores[a] > scores[b] || (scores[a] == scores[b] && a < b);
  };
  for (uint32_t item = 0; item < uint32_t(items); item++) {
    if (std::isnan(scores[item])) continue;
    if (int64_t(best.size()) < k) {
      best.push_back(item);
      std::push_heap(best.begin(), best.end(), isBetter);
    } else if (isBetter(item, best.front())) {
      std::pop_heap(best.begin(), best.end(), isBetter);
      best.back() = item;
      std::push_heap(best.begin(), best.end(), isBetter);
    }
  }
  std::sort_heap(best.begin(), best.end(), isBetter);
  for (int64_t rank = 0; rank < k; rank++) {
    const bool isThere = rank < int64_t(best.size());
    outItems[rank] = isThere ? best[size_t(rank)] : kNoItem;
    outScores[rank] = isThere ? scores[best[size_t(rank)]] : kNothing;
  }
}

}  // namespace

Scoring::Scoring(RankerModel& model, const KernelTable& kernels, ThreadPool& pool)
    : model_(model),
      kernels_(kernels),
      pool_(pool),
      allItems_(model.spec.rows[kItems]),
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
  if (model_.isCosine()) refreshUnits();
  if (model_.firstPad == 0) return;
  const int64_t items = model_.spec.rows[kItems];
  itemHalves_.reserve(items * model_.firstPad);
  pool_.run(divideUp(items, kItemsPerTask), [&](int64_t task, int thread) {
    RowsView rows = model_.rowsView(kItems);
    rows.rows = allItems_.data();
    rows.halves = itemHalves_.data();
    rows.gathered = scratch_[size_t(thread)].gathered.data();
    kernels_.halves(rows, task * kItemsPerTask, std::min(items, (task + 1) * kItemsPerTask));
  });
}

void Scoring::refreshUnits() {
  const SideTasks tasks(divideUp(model_.spec.rows[kUsers], kRowsPerTask),
                        divideUp(model_.spec.rows[kItems], kRowsPerTask));
  pool_.run(tasks.count(), [&](int64_t task, int) {
    const auto [side, part] = tasks.partOf(task);
    const int64_t begin = part * kRowsPerTask, end = std::min(begin + kRowsPerTask, model_.spec.rows[side]);
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
  const int64_t items = model_.spec.rows[kItems];
  std::fill(scratch.users.data(), scratch.users.data() + items, user);
  scorePairs(items, scratch.users.data(), allItems_.data(), scratch, out);
}

void Scoring::scoreUsers(const uint32_t* users, int64_t count, Scratch& scratch, float* out) {
  const int64_t items = model_.spec.rows[kItems];
  const RankerView view = model_.view();
  if (view.dot > 0 && view.gmf == 0 && view.firstPad == 0) {
    return kernels_.catalogueScores(view, users, count, items, out);
  }
  for (int64_t k = 0; k < count; k++) scoreUser(users[k], scratch, out + k * items);
}

int64_t Scoring::usersPerTask(int64_t count) const {
  return std::max<int64_t>(1, std::min(kUsersTogether, divideUp(count, int64_t(pool_.threads()))));
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
  const int64_t items = model_.spec.rows[kItems], perTask = usersPerTask(count);
  reserve(items);
  pool_.run(divideUp(count, perTask), [&](int64_t task, int thread) {
    const int64_t begin = task * perTask, length = std::min(perTask, count - begin);
    scoreUsers(users + begin, length, scratch_[size_t(thread)], out + begin * items);
  });
}

bool Scoring::standings(int64_t count, const uint32_t* users, const ItemLists& positives, const ItemLists& masked,
                        float* scores, uint32_t* above, uint32_t* equal) {
  refresh();
  const int64_t items = model_.spec.rows[kItems], perTask = usersPerTask(count);
  reserve(items);
  for (Scratch& scratch : scratch_) scratch.block.reserve(perTask * items);
  std::atomic<bool> areNumbers{true};
  pool_.run(divideUp(count, perTask), [&](int64_t task, int thread) {
    Scratch& scratch = scratch_[size_t(thread)];
    const int64_t begin = task * perTask, end = std::min(begin + perTask, count);
    scoreUsers(users + begin, end - begin, scratch, scratch.block.data());
    for (int64_t k = begin; k < end; k++) {
      float* row = scratch.block.data() + (k - begin) * items;
      const uint32_t first = positives.offsets[k], last = positives.offsets[k + 1];
      for (uint32_t at = first; at < last; at++) scores[at] = row[positives.items[at]];
      uint32_t unordered = 0;
      for (int64_t item = 0; item < items; item++) unordered |= uint32_t(row[item] != row[item]);
      if (unordered != 0) areNumbers = false;
      // NaN stands neither above nor beside a number.
      for (uint32_t at = first; at < last; at++) row[positives.items[at]] = NAN;
      for (uint32_t at = masked.offsets[k]; at < masked.offsets[k + 1]; at++) row[masked.items[at]] = NAN;
      kernels_.countAbove(row, items, scores + first, int64_t(last - first), above + first, equal + first);
    }
  });
  return areNumbers;
}

void Scoring::top(int64_t count, const uint32_t* users, int64_t k, const ItemLists& masked, uint32_t* outItems,
                  float* outScores) {
  refresh();
  const int64_t items = model_.spec.rows[kItems];
  reserve(items);
  const int64_t perTask = usersPerTask(count);
  for (Scratch& scratch : scratch_) {
    scratch.block.reserve(perTask * items);
    scratch.order.reserve(size_t(std::min(k, items)));
  }
  pool_.run(divideUp(count, perTask), [&](int64_t task, int thread) {
    Scratch& scratch = scratch_[size_t(thread)];
    const int64_t begin = task * perTask, end = std::min(begin + perTask, count);
    scoreUsers(users + begin, end - begin, scratch, scratch.block.data());
    for (int64_t row = begin; row < end; row++) {
      float* scores = scratch.block.data() + (row - begin) * items;
      chooseBest(scores, items, k, masked, row, scratch.order, outItems + row * k, outScores + row * k);
    }
  });
}

}  // namespace lawn
