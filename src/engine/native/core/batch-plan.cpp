// See batch-plan.hpp.
#include "batch-plan.hpp"

#include <utility>

namespace lawn {

namespace {

int64_t bitsFor(int64_t rows) {
  int64_t bits = 1;
  while ((int64_t(1) << bits) < rows) bits++;
  return bits;
}

/// Sorts [count] of (key << 32 | place) by key, stably: least significant digit first. Returns the array that holds the result.
uint64_t* radixSort(uint64_t* from, uint64_t* to, int64_t count, int64_t keyBits) {
  // Wide digits need fewer passes but more counters; counters should not outnumber what is sorted by much.
  const int64_t widest = std::min<int64_t>(11, std::max<int64_t>(6, bitsFor(count)));
  const int64_t passes = divideUp(keyBits, widest);
  const int64_t digitBits = divideUp(keyBits, passes);
  const uint64_t mask = (uint64_t(1) << digitBits) - 1;
  uint32_t starts[1 << 11];
  for (int64_t pass = 0; pass < passes; pass++) {
    const int64_t shift = 32 + pass * digitBits;
    std::fill(starts, starts + (mask + 1), 0u);
    for (int64_t i = 0; i < count; i++) starts[from[i] >> shift & mask]++;
    uint32_t total = 0;
    for (uint64_t digit = 0; digit <= mask; digit++) total += std::exchange(starts[digit], total);
    for (int64_t i = 0; i < count; i++) to[starts[from[i] >> shift & mask]++] = from[i];
    std::swap(from, to);
  }
  return from;
}

/// Finds runs of equal keys; returns how many.
int64_t findRuns(const uint64_t* sorted, int64_t count, uint32_t* starts, uint32_t* rows) {
  int64_t runs = 0;
  uint64_t previous = ~uint64_t(0);
  for (int64_t i = 0; i < count; i++) {
    const uint64_t row = sorted[i] >> 32;
    starts[runs] = uint32_t(i);
    rows[runs] = uint32_t(row);
    // Overwritten by the next sample unless a run begins here.
    if (row != previous) runs++;
    previous = row;
  }
  starts[runs] = uint32_t(count);
  return runs;
}

}  // namespace

BatchPlan::BatchPlan(int64_t userRows, int64_t itemRows, int64_t chunkSamples)
    : userBits_(bitsFor(userRows)), itemBits_(bitsFor(itemRows)), chunkSamples_(chunkSamples) {}

void BatchPlan::begin(const SampleSource& source) {
  source_ = source;
  const int64_t n = source.samples();
  users.reserve(n);
  items.reserve(n);
  itemOrder.reserve(n);
  labels.reserve(n);
  for (SideRuns* side : {&userRuns, &itemRuns}) {
    side->starts.reserve(n + chunks());
    side->rows.reserve(n + 1);
    side->slots.reserve(n + 1);
    side->sampleSlots.reserve(n);
    side->counts.assign(size_t(chunks()), 0);
  }
}

void BatchPlan::prepareChunk(int64_t chunk, SortScratch& scratch) {
  const int64_t begin = chunkBegin(chunk), count = chunkLength(chunk);
  source_.read(begin, count, scratch.users.data(), scratch.items.data(), scratch.labels.data());

  uint64_t* keys = scratch.keys.data();
  for (int64_t i = 0; i < count; i++) keys[i] = uint64_t(scratch.users[i]) << 32 | uint64_t(i);
  const uint64_t* byUser = radixSort(keys, scratch.other.data(), count, userBits_);
  for (int64_t i = 0; i < count; i++) {
    const uint32_t drawn = uint32_t(byUser[i]);
    users[begin + i] = uint32_t(byUser[i] >> 32);
    items[begin + i] = scratch.items[drawn];
    labels[begin + i] = scratch.labels[drawn];
  }
  userRuns.counts[size_t(chunk)] =
      findRuns(byUser, count, userRuns.starts.data() + begin + chunk, userRuns.rows.data() + begin);

  for (int64_t i = 0; i < count; i++) keys[i] = uint64_t(items[begin + i]) << 32 | uint64_t(i);
  const uint64_t* byItem = radixSort(keys, scratch.other.data(), count, itemBits_);
  for (int64_t i = 0; i < count; i++) itemOrder[begin + i] = uint32_t(byItem[i]);
  itemRuns.counts[size_t(chunk)] =
      findRuns(byItem, count, itemRuns.starts.data() + begin + chunk, itemRuns.rows.data() + begin);
}

void BatchPlan::number(SlotIndex& userIndex, SlotIndex& itemIndex) {
  numberSide(userRuns, userIndex);
  numberSide(itemRuns, itemIndex);
}

void BatchPlan::numberSide(SideRuns& runs, SlotIndex& index) {
  runs.distinct.clear();
  for (int64_t chunk = 0; chunk < chunks(); chunk++) {
    const uint32_t* rows = runs.rows.data() + chunkBegin(chunk);
    uint32_t* slots = runs.slots.data() + chunkBegin(chunk);
    for (int64_t r = 0; r < runs.counts[size_t(chunk)]; r++) {
      uint32_t& slot = index.slotOf[rows[r]];
      if (slot == 0) {
        runs.distinct.push_back(rows[r]);
        slot = uint32_t(runs.distinct.size());
      }
      slots[r] = slot - 1;
    }
  }
  for (const uint32_t row : runs.distinct) index.slotOf[row] = 0;
}

void BatchPlan::spreadSlots(int64_t chunk) {
  const int64_t begin = chunkBegin(chunk);
  const uint32_t* starts = userRuns.starts.data() + begin + chunk;
  for (int64_t r = 0; r < userRuns.counts[size_t(chunk)]; r++) {
    for (uint32_t k = starts[r]; k < starts[r + 1]; k++) userRuns.sampleSlots[begin + k] = userRuns.slots[begin + r];
  }
  starts = itemRuns.starts.data() + begin + chunk;
  for (int64_t r = 0; r < itemRuns.counts[size_t(chunk)]; r++) {
    for (uint32_t k = starts[r]; k < starts[r + 1]; k++) {
      itemRuns.sampleSlots[begin + itemOrder[begin + k]] = itemRuns.slots[begin + r];
    }
  }
}

}  // namespace lawn
