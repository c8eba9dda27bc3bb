// Mean loss of a batch and its gradient, left in the tensors' gradient arrays. Every sum has a fixed order: which chunk
// and which lane a sample falls into depends on its index and the batch alone, never on threads; a lane sums its
// samples in order, and the lanes are summed in order.
#pragma once

#include <array>
#include <vector>

#include "core/batch/batch-plan.hpp"
#include "core/gradient/distinct-rows.hpp"
#include "core/gradient/embedding-decay.hpp"
#include "core/gradient/shared-gradient.hpp"
#include "core/ranker-model.hpp"
#include "core/runtime/thread-pool.hpp"
#include "core/sides/mixed-sides.hpp"

namespace lawn {

class BatchGradient {
 public:
  BatchGradient(RankerModel& model, const KernelTable& kernels, ThreadPool& pool, const Loss& loss,
                double embeddingDecay);

  /// The plan must be prepared, and the tables' gradients zero, as an optimizer's step or `clear` leaves them. Rows
  /// with samples are marked as such until `forgetSamples`.
  double compute(BatchPlan& plan, const OverlappedWork& overlapped);
  void forgetSamples(const BatchPlan& plan);
  /// The table rows that a plan touches, once computed.
  BatchRowsOfSides rowsOf(const BatchPlan& plan) const {
    return {mixed_.rowsOf(plan, kUsers), mixed_.rowsOf(plan, kItems)};
  }
  /// Zeroes the gradients of the rows with samples, and forgets those.
  void clear(const BatchPlan& plan);

 private:
  struct ThreadScratch {
    std::vector<AlignedArray<float>> memory;
    std::vector<float*> activations, deltas;
    AlignedArray<float> logits;
    BlockScratch view{};
  };

  double computeShared(BatchPlan& plan, const OverlappedWork& overlapped);
  void finishRows(const BatchPlan& plan);
  void prepareSlots(BatchPlan& plan);
  SamplesView samplesOf(const BatchPlan& plan, int64_t chunk);
  void trainChunk(const BatchPlan& plan, int64_t chunk, const OverlappedWork* overlapped);
  void addChunk(const BatchPlan& plan, int64_t chunk);

  RankerModel& model_;
  const KernelTable& kernels_;
  ThreadPool& pool_;
  const Loss loss_;
  std::vector<ThreadScratch> scratch_;
  std::array<SlotIndex, kSides> indexes_;
  MixedSides mixed_;
  DistinctRows rows_;
  AlignedArray<float> slopes_, firstDeltas_;
  AlignedArray<float> lanes_;  // [gradient lanes, at most][layout.size]
  std::vector<BlockTotals> totals_;
  SharedGradient shared_;
  EmbeddingDecay decay_;
};

}  // namespace lawn
