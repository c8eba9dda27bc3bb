// What is computed once for each distinct row of a batch, not once per sample: forward the sums of table rows where a
// side has a matrix, the halves of the first layer and the units of cosines, backward the gradients that the sums over
// a row's samples make.
#pragma once

#include <array>
#include <vector>

#include "core/batch/batch-plan.hpp"
#include "core/batch/side-tasks.hpp"
#include "core/ranker-model.hpp"
#include "core/runtime/thread-pool.hpp"
#include "core/sides/mixed-sides.hpp"

namespace lawn {

class DistinctRows {
 public:
  DistinctRows(RankerModel& model, const KernelTable& kernels, ThreadPool& pool, MixedSides& mixed);

  /// Makes room for the rows of a plan. Then prepare for each task of tasksOf, in any order or at once.
  void reserve(const BatchPlan& plan);
  static SideTasks tasksOf(const BatchPlan& plan);
  /// Marks some of one side's rows as sampled, makes ready what is computed once for each, and clears their sums.
  void prepare(const BatchPlan& plan, const SideTasks::Part& part, int thread);
  /// [slots][firstPad]
  const float* halves(int side) const { return sides_[side].halves.data(); }
  float* sums(int side) { return sides_[side].sums.data(); }
  /// From sums per row to the gradients of tables, and of the first layer in the plan's lanes (gradient-lanes.hpp).
  void finish(const BatchPlan& plan, float* lanes);

 private:
  struct SideState {
    AlignedArray<float> halves, sums;  // [slots][firstPad]
    AlignedArray<float> embeddings;    // [slots][embeddingPad]
  };

  void finishRows(const BatchPlan& plan, float* lanes);
  void finishUnits(const BatchPlan& plan);
  UnitRowsView unitRowsOf(const BatchPlan& plan, int side);
  RowsView rowsOf(const BatchPlan& plan, int side, int thread);

  RankerModel& model_;
  const KernelTable& kernels_;
  ThreadPool& pool_;
  MixedSides& mixed_;
  std::array<SideState, kSides> sides_;
  std::vector<AlignedArray<float>> product_;  // per thread: [kBlockSamples][embeddingPad]
};

}  // namespace lawn
