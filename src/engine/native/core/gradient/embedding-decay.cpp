// See embedding-decay.hpp.
#include "core/gradient/embedding-decay.hpp"

namespace lawn {

void EmbeddingDecay::addTo(const BatchPlan& plan) {
  if (strength_ == 0) return;
  userCounts_.assign(plan.userRuns.distinct.size(), 0);
  itemCounts_.assign(plan.itemRuns.distinct.size(), 0);
  pool_.run(2, [&](int64_t task, int) {
    if (task == 0) countRows(plan, plan.userRuns, userCounts_);
    else countRows(plan, plan.itemRuns, itemCounts_);
  });
  constexpr int64_t slotsPerTask = 256;
  const int64_t users = int64_t(plan.userRuns.distinct.size()), items = int64_t(plan.itemRuns.distinct.size());
  const int64_t userTasks = divideUp(users, slotsPerTask), itemTasks = divideUp(items, slotsPerTask);
  const double share = strength_ / double(plan.losses());
  pool_.run(userTasks + itemTasks, [&](int64_t task, int) {
    const bool isUserSide = task < userTasks;
    const int64_t begin = (isUserSide ? task : task - userTasks) * slotsPerTask;
    const int64_t end = std::min(begin + slotsPerTask, isUserSide ? users : items);
    const SideRuns& side = isUserSide ? plan.userRuns : plan.itemRuns;
    const std::vector<uint32_t>& counts = isUserSide ? userCounts_ : itemCounts_;
    const int tables[3] = {isUserSide ? model_.userDot : model_.itemDot, isUserSide ? model_.userGmf : model_.itemGmf,
                           isUserSide ? model_.userMlp : model_.itemMlp};
    for (const int table : tables) {
      if (table < 0) continue;
      const int64_t width = model_.tensors[size_t(table)].width;
      for (int64_t slot = begin; slot < end; slot++) {
        const float factor = float(share * double(counts[size_t(slot)]));
        const float* row = model_.value(table) + side.distinct[size_t(slot)] * width;
        float* gradient = model_.gradient(table) + side.distinct[size_t(slot)] * width;
        for (int64_t c = 0; c < width; c++) gradient[c] += factor * row[c];
      }
    }
  });
}

void EmbeddingDecay::countRows(const BatchPlan& plan, const SideRuns& side, std::vector<uint32_t>& counts) const {
  for (int64_t chunk = 0; chunk < plan.chunks(); chunk++) {
    const uint32_t* starts = side.starts.data() + plan.chunkBegin(chunk) + chunk;
    const uint32_t* slots = side.slots.data() + plan.chunkBegin(chunk) + chunk;
    for (int64_t r = 0; r < side.counts[size_t(chunk)]; r++) counts[slots[r]] += starts[r + 1] - starts[r];
  }
}

}  // namespace lawn
