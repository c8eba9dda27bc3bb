// See batch-plan.hpp.
#include "core/batch/batch-plan.hpp"

namespace lawn {

BatchPlan::BatchPlan(int64_t userRows, int64_t itemRows, int64_t chunkSamples)
    : userRows_(userRows), itemRows_(itemRows), chunkSamples_(chunkSamples) {}

void BatchPlan::begin(const SampleSource& source) {
  source_ = source;
  const int64_t n = source.samples();
  users.reserve(n);
  items.reserve(n);
  itemOrder.reserve(n);
  labels.reserve(n);
  userRuns.distinct.reserve(size_t(std::min(n, userRows_)));
  itemRuns.distinct.reserve(size_t(std::min(n, itemRows_)));
  for (SideRuns* side : {&userRuns, &itemRuns}) {
    side->starts.reserve(n + chunks());
    side->rows.reserve(n + chunks());
    side->slots.reserve(n + chunks());
    side->sampleSlots.reserve(n);
    side->counts.assign(size_t(chunks()), 0);
  }
}

void BatchPlan::prepareChunk(int64_t chunk, SortScratch& scratch) {
  const int64_t begin = chunkBegin(chunk), count = chunkLength(chunk);
  source_.read(begin, count, scratch.users.data(), scratch.items.data(), scratch.labels.data());

  const auto sort = [&](const uint32_t* sampleRows, int64_t tableRows, uint32_t* order, SideRuns& runs) {
    runs.counts[size_t(chunk)] = scratch.sorter.sort(
        sampleRows, count, tableRows, {order, runs.starts.data() + begin + chunk, runs.rows.data() + begin + chunk});
  };
  sort(scratch.users.data(), userRows_, scratch.order.data(), userRuns);
  for (int64_t i = 0; i < count; i++) {
    const uint32_t drawn = scratch.order[i];
    users[begin + i] = scratch.users[drawn];
    items[begin + i] = scratch.items[drawn];
    labels[begin + i] = scratch.labels[drawn];
  }
  sort(items.data() + begin, itemRows_, itemOrder.data() + begin, itemRuns);
}

void BatchPlan::number(bool isUserSide, SlotIndex& index) {
  SideRuns& runs = isUserSide ? userRuns : itemRuns;
  std::vector<uint32_t>& distinct = runs.distinct;
  distinct.clear();
  for (int64_t chunk = 0; chunk < chunks(); chunk++) {
    const uint32_t* rows = runs.rows.data() + chunkBegin(chunk) + chunk;
    uint32_t* slots = runs.slots.data() + chunkBegin(chunk) + chunk;
    for (int64_t r = 0; r < runs.counts[size_t(chunk)]; r++) {
      uint32_t& slot = index.slotOf[rows[r]];
      if (slot >= distinct.size() || distinct[slot] != rows[r]) {
        slot = uint32_t(distinct.size());
        distinct.push_back(rows[r]);
      }
      slots[r] = slot;
    }
  }
}

void BatchPlan::spreadSlots(int64_t chunk, const SlotIndex& userIndex, const SlotIndex& itemIndex) {
  const int64_t begin = chunkBegin(chunk), end = begin + chunkLength(chunk);
  for (int64_t k = begin; k < end; k++) userRuns.sampleSlots[k] = userIndex.slotOf[users[k]];
  for (int64_t k = begin; k < end; k++) itemRuns.sampleSlots[k] = itemIndex.slotOf[items[k]];
}

}  // namespace lawn
