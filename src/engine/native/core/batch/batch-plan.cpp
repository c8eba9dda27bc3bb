// See batch-plan.hpp.
#include "core/batch/batch-plan.hpp"

namespace lawn {

int64_t chunkSamplesFor(int64_t firstPad, int64_t list) {
  // About 2 MiB of first-layer deltas: what the second level of the cache holds on the machines this was tuned for.
  const int64_t fitting = (int64_t(1) << 19) / std::max<int64_t>(firstPad, 1);
  const int64_t unit = std::max<int64_t>(list, 2);
  return std::max(unit, std::clamp<int64_t>(fitting, 2048, 16384) / unit * unit);
}

BatchPlan::BatchPlan(const std::array<int64_t, kSides>& entities, int64_t firstPad) : firstPad_(firstPad) {
  for (int side = 0; side < kSides; side++) sides[side].entities = entities[side];
}

void BatchPlan::begin(const SampleSource& source) {
  source_ = source;
  chunkSamples_ = chunkSamplesFor(firstPad_, source.list());
  if (isShared()) return beginShared();
  const int64_t n = source.samples();
  for (PlanSide& side : sides) {
    side.sampleRows.reserve(n);
    side.sampleSlots.reserve(n);
    side.runStarts.reserve(n + chunks());
    side.runRows.reserve(n + chunks());
    side.runSlots.reserve(n + chunks());
    side.runCounts.assign(size_t(chunks()), 0);
    side.distinct.reserve(size_t(std::min(n, side.entities)));
  }
  sides[kItems].order.reserve(n);
  labels.reserve(n);
  if (hasWeights()) weights.reserve(n);
}

void BatchPlan::beginShared() {
  for (int side = 0; side < kSides; side++) {
    PlanSide& of = sides[side];
    const int64_t n = contributions(side);
    of.sampleRows.reserve(n);
    of.order.reserve(n);
    of.runStarts.reserve(n + 1);
    of.runRows.reserve(n + 1);
    of.runSlots.reserve(n + 1);
    of.runCounts.assign(1, 0);
    of.distinct.reserve(size_t(std::min(n, of.entities)));
  }
  if (hasWeights()) weights.reserve(samples());
}

void BatchPlan::prepare(int64_t task, SortScratch& scratch) {
  if (!isShared()) return prepareChunk(task, scratch);
  const int64_t begin = task * kRowsPerPreparation, count = std::min(kRowsPerPreparation, samples() - begin);
  source_.read(begin, count, sides[kUsers].sampleRows.data() + begin, sides[kItems].sampleRows.data() + begin,
               scratch.labels.data(), hasWeights() ? weights.data() + begin : nullptr);
}

void BatchPlan::readNegatives(int64_t block) {
  uint32_t* items = sides[kItems].sampleRows.data();
  source_.readNegatives(block, items, items + samples() + block * source_.shared().negatives);
}

void BatchPlan::sortContributions(int side, RowSorter& sorter) {
  PlanSide& of = sides[side];
  const FoundRuns found{.order = of.order.data(), .starts = of.runStarts.data(), .rows = of.runRows.data()};
  const int64_t runs = sorter.sort(of.sampleRows.data(), contributions(side), of.entities, found);
  of.runCounts[0] = runs;
  of.distinct.assign(found.rows, found.rows + runs);  // within what was reserved
  for (int64_t r = 0; r < runs; r++) of.runSlots[r] = uint32_t(r);
}

void BatchPlan::prepareChunk(int64_t chunk, SortScratch& scratch) {
  const int64_t begin = chunkBegin(chunk), count = chunkLength(chunk);
  source_.read(begin, count, scratch.rows[kUsers].data(), scratch.rows[kItems].data(), scratch.labels.data(),
               scratch.weights.data());

  sortChunk(chunk, kUsers, scratch.rows[kUsers].data(), scratch.order.data(), scratch.sorter);
  uint32_t *users = sides[kUsers].sampleRows.data() + begin, *items = sides[kItems].sampleRows.data() + begin;
  for (int64_t i = 0; i < count; i++) {
    const uint32_t drawn = scratch.order[i];
    users[i] = scratch.rows[kUsers][drawn];
    items[i] = scratch.rows[kItems][drawn];
    labels[begin + i] = scratch.labels[drawn];
  }
  if (hasWeights()) {
    for (int64_t i = 0; i < count; i++) weights[begin + i] = scratch.weights[scratch.order[i]];
  }
  sortChunk(chunk, kItems, items, sides[kItems].order.data() + begin, scratch.sorter);
}

void BatchPlan::sortChunk(int64_t chunk, int side, const uint32_t* rows, uint32_t* order, RowSorter& sorter) {
  PlanSide& plan = sides[side];
  const FoundRuns found{
      .order = order,
      .starts = plan.runStarts.data() + runsBegin(chunk),
      .rows = plan.runRows.data() + runsBegin(chunk),
  };
  plan.runCounts[size_t(chunk)] = sorter.sort(rows, chunkLength(chunk), plan.entities, found);
}

void BatchPlan::numberRows(int side, SlotIndex& index) {
  PlanSide& plan = sides[side];
  std::vector<uint32_t>& distinct = plan.distinct;
  if (chunks() == 1) {  // each row is of one run: they are numbered as they come
    const int64_t runs = plan.runCounts[0];
    distinct.assign(plan.runRows.data(), plan.runRows.data() + runs);  // within what was reserved
    for (int64_t r = 0; r < runs; r++) plan.runSlots[r] = uint32_t(r);
    return;
  }
  distinct.clear();
  for (int64_t chunk = 0; chunk < chunks(); chunk++) {
    const uint32_t* rows = plan.runRows.data() + runsBegin(chunk);
    uint32_t* slots = plan.runSlots.data() + runsBegin(chunk);
    for (int64_t r = 0; r < plan.runCounts[size_t(chunk)]; r++) {
      uint32_t& slot = index.slotOf[rows[r]];
      if (slot >= distinct.size() || distinct[slot] != rows[r]) {
        slot = uint32_t(distinct.size());
        distinct.push_back(rows[r]);
      }
      slots[r] = slot;
    }
  }
}

void BatchPlan::writeSampleSlots(int64_t chunk, int side, const SlotIndex& index) {
  PlanSide& plan = sides[side];
  const int64_t begin = chunkBegin(chunk), end = begin + chunkLength(chunk);
  if (chunks() == 1) return writeSlotsOfRuns(side);
  for (int64_t k = begin; k < end; k++) plan.sampleSlots[k] = index.slotOf[plan.sampleRows[k]];
}

/// Of the only chunk: from its runs, whose samples lie together or are listed, instead of from an index at random.
void BatchPlan::writeSlotsOfRuns(int side) {
  PlanSide& plan = sides[side];
  for (int64_t r = 0; r < plan.runCounts[0]; r++) {
    for (uint32_t k = plan.runStarts[r]; k < plan.runStarts[r + 1]; k++) {
      plan.sampleSlots[side == kUsers ? k : plan.order[k]] = plan.runSlots[r];
    }
  }
}

}  // namespace lawn
