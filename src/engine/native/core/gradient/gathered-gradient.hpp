// The gradient that ranks have computed in shares, brought together: rows of entities, lanes of the dense layers, and
// what lanes sum of losses. Afterwards every rank has all of it, and updates all parameters by itself: to move rows
// that the rule has changed instead would take more, for a dense rule changes rows that no batch has looked up.
#pragma once

#include "core/exchange/exchange.hpp"
#include "core/gradient/lane-shares.hpp"
#include "core/ranker-model.hpp"
#include "core/runtime/thread-pool.hpp"

namespace lawn {

class GatheredGradient {
 public:
  GatheredGradient(RankerModel& model, ThreadPool& pool) : model_(model), pool_(pool) {}

  /// `lanes` is [gradient lanes][layout.size], `totals` [gradient lanes]. Does nothing for one rank.
  void gather(const BatchPlan& plan, const LaneShares& shares, float* lanes, BlockTotals* totals, Exchange& exchange);

 private:
  int64_t widthOf(int side) const;
  int64_t words(const LaneShares& shares, int64_t rank) const;
  /// Between a rank's words and where its part belongs.
  void move(const BatchPlan& plan, const LaneShares& shares, int64_t rank, float* lanes, BlockTotals* totals,
            bool packs);
  void moveRows(const BatchPlan& plan, int side, const Stretch& slots, float* words, bool packs);

  RankerModel& model_;
  ThreadPool& pool_;
  std::vector<int64_t> offsets_;
  AlignedArray<float> words_;
};

}  // namespace lawn
