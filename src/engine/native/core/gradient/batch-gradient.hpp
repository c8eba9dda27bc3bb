// Mean loss of a batch and its gradient, left in the tensors' gradient arrays. Every sum has a fixed order: samples are
// cut into chunks and lanes by their number alone, a lane adds its samples in turn, lanes are added up in turn.
#pragma once

#include <functional>
#include <vector>

#include "core/batch/batch-plan.hpp"
#include "core/gradient/embedding-decay.hpp"
#include "core/ranker-model.hpp"
#include "core/runtime/thread-pool.hpp"

namespace lawn {

/// Samples whose first-layer deltas are held at once: a function of the ranker alone, for the order of sums hangs on
/// it.
int64_t chunkSamplesFor(int64_t firstPad);

class BatchGradient {
 public:
  BatchGradient(RankerModel& model, const KernelTable& kernels, ThreadPool& pool, double embeddingDecay);

  /// Work that may run beside the gradient: `tasks` calls of `run`.
  struct Beside {
    int64_t tasks = 0;
    std::function<void(int64_t task, int thread)> run;
  };

  /// The plan must be prepared, and the tables' gradients zero: an optimizer's step leaves them so, or `clear`. Rows
  /// with samples are marked as such until `forgetSamples`.
  double compute(BatchPlan& plan, const Beside& beside);
  void forgetSamples(const BatchPlan& plan);
  /// Zeroes the gradients of the rows with samples, and forgets those.
  void clear(const BatchPlan& plan);

 private:
  struct ThreadScratch {
    std::vector<AlignedArray<float>> memory;
    std::vector<float*> activations, deltas;
    AlignedArray<float> logits, gathered, product;
    BlockScratch view{};
  };

  void prepareSlots(BatchPlan& plan);
  void trainChunk(BatchPlan& plan, int64_t chunk, const Beside* beside);
  void addChunk(BatchPlan& plan, int64_t chunk);
  void finishRows(BatchPlan& plan);
  RowsView rowsOf(const BatchPlan& plan, bool isUserSide, int thread);

  RankerModel& model_;
  const KernelTable& kernels_;
  ThreadPool& pool_;
  std::vector<ThreadScratch> scratch_;
  SlotIndex userIndex_, itemIndex_;
  AlignedArray<float> userHalves_, itemHalves_, userSums_, itemSums_;
  AlignedArray<float> slopes_, firstDeltas_;
  AlignedArray<float> lanes_;  // [gradient lanes, at most][layout.size]
  std::vector<BlockTotals> totals_;
  EmbeddingDecay decay_;
};

}  // namespace lawn
