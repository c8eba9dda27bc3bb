// See embedding-decay.hpp.
#include "core/gradient/embedding-decay.hpp"

#include "core/batch/side-tasks.hpp"

namespace lawn {

void EmbeddingDecay::addTo(const BatchPlan& plan) {
  if (strength_ == 0) return;
  pool_.run(kSides, [&](int64_t side, int) { countLookups(plan, int(side)); });
  constexpr int64_t slotsPerTask = 256;
  const SideTasks tasks(divideUp(plan.sides[kUsers].slots(), slotsPerTask),
                        divideUp(plan.sides[kItems].slots(), slotsPerTask));
  const double share = strength_ / double(plan.losses());
  pool_.run(tasks.count(), [&](int64_t task, int) {
    const SideTasks::Part part = tasks.partOf(task);
    const PlanSide& side = plan.sides[part.side];
    const uint32_t* gradientRows = model_.gradientRows(part.side, side.distinct.data());
    const int64_t begin = part.index * slotsPerTask, end = std::min(begin + slotsPerTask, side.slots());
    for (const Path path : {kDot, kGmf, kMlp}) {
      if (!model_.hasPath(part.side, path)) continue;
      const int64_t width = model_.widthOf(part.side, path);
      for (int64_t slot = begin; slot < end; slot++) {
        const float factor = float(share * double(lookups_[part.side][size_t(slot)]));
        const float* row = model_.entityRows(part.side, path) + side.distinct[size_t(slot)] * width;
        float* gradient = model_.entityGradients(part.side, path) + gradientRows[slot] * width;
        for (int64_t c = 0; c < width; c++) gradient[c] += factor * row[c];
      }
    }
  });
}

void EmbeddingDecay::countLookups(const BatchPlan& plan, int side) {
  const PlanSide& of = plan.sides[side];
  std::vector<uint32_t>& lookups = lookups_[side];
  lookups.assign(of.distinct.size(), 0);
  const uint32_t each = side == kUsers && looksUserUpOnce_ ? uint32_t(plan.list()) : 1;  // samples of a lookup
  for (int64_t chunk = 0; chunk < plan.chunks(); chunk++) {
    const uint32_t* starts = of.runStarts.data() + plan.runsBegin(chunk);
    const uint32_t* slots = of.runSlots.data() + plan.runsBegin(chunk);
    for (int64_t r = 0; r < of.runCounts[size_t(chunk)]; r++) {
      if (side == kUsers || !plan.hasMarks()) {
        lookups[slots[r]] += (starts[r + 1] - starts[r]) / each;
        continue;
      }
      const uint32_t* order = of.order.data() + plan.chunkBegin(chunk);
      const float* marks = plan.labels.data() + plan.chunkBegin(chunk);
      for (uint32_t k = starts[r]; k < starts[r + 1]; k++) lookups[slots[r]] += (int(marks[order[k]]) & kLookedUp) != 0;
    }
  }
}

}  // namespace lawn
