// The gradient of rows that share their negatives, by matrix products over blocks (kernels/lists/shared-block.hpp), of
// a ranker that is a sum of products. A block's sums have their own order, and what blocks contribute to a table row is
// added in the order of rows and blocks, so the number of threads never shows.
#pragma once

#include <array>
#include <vector>

#include "core/batch/batch-plan.hpp"
#include "core/batch/shared-masks.hpp"
#include "core/exchange/row-delivery.hpp"
#include "core/gradient/lane-shares.hpp"
#include "core/gradient/overlapped-work.hpp"
#include "core/ranker-model.hpp"
#include "core/runtime/thread-pool.hpp"

namespace lawn {

class SharedGradient {
 public:
  SharedGradient(RankerModel& model, const KernelTable& kernels, ThreadPool& pool, const Loss& loss);

  /// Reads the negatives of a prepared plan, and sorts what contributes to which row.
  void begin(BatchPlan& plan);
  /// Returns the summed loss; leaves in the gradients of this rank's rows what they have to be finished from. Units
  /// must be fresh.
  double compute(const BatchPlan& plan, const OverlappedWork& overlapped, const LaneShares& shares, Exchange& exchange);

 private:
  struct Scratch {
    AlignedArray<float> items, panels, scaled, plain, positive, logits, bias;
    AlignedArray<uint32_t> masked;
    SharedMasks masks;
  };

  void reserve(const BatchPlan& plan);
  double computeBlock(const BatchPlan& plan, int64_t block, Scratch& scratch);
  void deliverContributions(const BatchPlan& plan, const LaneShares& shares, Exchange& exchange);
  void addContributions(const BatchPlan& plan, const LaneShares& shares);

  RankerModel& model_;
  const KernelTable& kernels_;
  ThreadPool& pool_;
  const Loss loss_;
  const int64_t pad_;
  std::vector<Scratch> scratch_;
  std::array<RowSorter, kSides> sorters_;
  std::array<AlignedArray<float>, kSides> columns_;  // [contributions][pad]
  std::vector<double> losses_;                       // [blocks]
  RowDelivery delivery_;                             // of contributions
};

}  // namespace lawn
