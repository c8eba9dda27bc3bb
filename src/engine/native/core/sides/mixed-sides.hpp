// A batch's entities as sums of table rows, and the gradients of those rows, where a side has a matrix: forward once
// for each distinct entity, backward once for each table row that the batch touches. Whatever sums has an order that
// the batch alone decides, so the number of threads never shows. Does nothing for the identity.
// Twin: src/engine/reference/mixed-tables.ts.
#pragma once

#include <array>
#include <vector>

#include "core/batch/batch-plan.hpp"
#include "core/gradient/overlapped-work.hpp"
#include "core/optimizer/lazy-rows.hpp"
#include "core/ranker-model.hpp"
#include "core/runtime/thread-pool.hpp"

namespace lawn {

class MixedSides {
 public:
  MixedSides(RankerModel& model, const KernelTable& kernels, ThreadPool& pool);

  /// Makes room for a plan whose distinct entities are numbered. Then mix all of them, and sort before `spread`.
  void reserve(const BatchPlan& plan);
  bool mixes(int side) const { return !model_.matrices[size_t(side)].isIdentity(); }
  /// Sums the rows of one side's slots [begin, end), but for ids that the batch leaves out, and clears their gradients.
  void mix(const BatchPlan& plan, int side, int64_t begin, int64_t end);
  /// `overlapped`, with the sorting of the plan's entries before it.
  OverlappedWork sortingBefore(const BatchPlan& plan, const OverlappedWork& overlapped);
  /// From the gradients of entities to those of the table rows, which are marked as sampled.
  void spread();
  /// The table rows of a plan, once `spread`.
  BatchRows rowsOf(const BatchPlan& plan, int side) const;

 private:
  /// One side's entries of the batch by table row: those of ids, each a run, in the order of slots; then the features'.
  struct Entries {
    AlignedArray<uint32_t> starts, runRows;  // [runs + 1]
    AlignedArray<uint32_t> entities;         // [entries]
    AlignedArray<float> weights;
    AlignedArray<uint8_t> isWithoutId;  // [slots] once mixed, where ids are left out
    int64_t count = 0, runs = 0;
    // Of features, as they are found: rows behind the ids.
    AlignedArray<uint32_t> foundRows, foundEntities, order;
    AlignedArray<float> foundWeights;
    int64_t features = 0;
    RowSorter sorter;
  };

  const uint8_t* leaveOutIds(const BatchPlan& plan, int side, int64_t begin, int64_t end);
  void sort(const BatchPlan& plan, int side);
  void spreadRuns(int side, int64_t begin, int64_t end);

  RankerModel& model_;
  const KernelTable& kernels_;
  ThreadPool& pool_;
  std::array<Entries, kSides> entries_;
};

}  // namespace lawn
