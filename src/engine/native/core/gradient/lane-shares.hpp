// What of a batch's gradient each rank computes: consecutive lanes, and so consecutive samples of every chunk and
// consecutive slots of each side. A function of the batch and of how many ranks there are; a sum's order is the lanes',
// so ranks never show.
#pragma once

#include "core/exchange/exchange.hpp"
#include "core/gradient/gradient-lanes.hpp"

namespace lawn {

/// [begin, end)
struct Stretch {
  int64_t begin, end;
  int64_t length() const { return end - begin; }
  bool holds(int64_t index) const { return index >= begin && index < end; }
};

class LaneShares {
 public:
  LaneShares(const BatchPlan& plan, const Exchange& exchange)
      : lanes_(lanesOf(plan)), own_(exchange.rank()), ranks_(exchange.ranks()) {
    for (int side = 0; side < kSides; side++) slotCounts_[side] = plan.sides[side].slots();
  }

  int64_t own() const { return own_; }
  int64_t ranks() const { return ranks_; }
  Stretch lanes(int64_t rank) const { return {lanes_ * rank / ranks_, lanes_ * (rank + 1) / ranks_}; }
  /// Of `count` samples in whole units, see LaneRange.
  Stretch samples(int64_t rank, int64_t count, int64_t unit) const { return cut(lanes(rank), count, unit); }
  /// Of one side's rows.
  Stretch slots(int64_t rank, int side) const { return cut(lanes(rank), slotCounts_[side], kBlockSamples); }
  /// Of whatever is computed in `count` pieces.
  Stretch pieces(int64_t rank, int64_t count) const { return {count * rank / ranks_, count * (rank + 1) / ranks_}; }

 private:
  Stretch cut(const Stretch& lanes, int64_t count, int64_t unit) const {
    return {LaneRange(count, lanes.begin, lanes_, unit).begin, LaneRange(count, lanes.end, lanes_, unit).begin};
  }

  int64_t lanes_, own_, ranks_;
  int64_t slotCounts_[kSides];
};

}  // namespace lawn
