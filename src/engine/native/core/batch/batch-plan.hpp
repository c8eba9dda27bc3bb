// A batch made ready for the kernels: cut into chunks, each sorted by user, with its runs of equal users and of equal
// items, and the distinct rows of the whole batch numbered from 0 ("slots"). Preparing a chunk touches nothing of the
// model, so the next batch is prepared while this one trains.
//
//   chunk c holds samples [c * chunkSamples, ...): users ascending, equal users in drawn order, so that BPR pairs and
//   lists stay together; user runs are consecutive samples, item runs list samples through `order`
//
// Where rows share their negatives, samples are the rows as they were drawn, all in one chunk. Items' sampleRows are
// the positives [samples] and then the negatives [blocks][negatives]; runs list what contributes to each table row, on
// both sides through `order`.
#pragma once

#include <algorithm>
#include <array>
#include <vector>

#include "core/batch/sample-source.hpp"
#include "core/batch/sort-by-row.hpp"
#include "core/runtime/aligned-array.hpp"

namespace lawn {

/// One side of a batch: its samples' rows and slots, and its runs. The arrays of all chunks are laid end to end: chunk
/// c's part begins at c * chunkSamples in arrays of samples, at c * chunkSamples + c in arrays of runs, which have one
/// more start than runs.
struct PlanSide {
  int64_t entities;                                // as many as table rows, unless they are sums of those (core/sides)
  AlignedArray<uint32_t> sampleRows, sampleSlots;  // [samples]
  AlignedArray<uint32_t> order;                    // [samples] from the chunk's begin; of users for shared ones
  AlignedArray<uint32_t> runStarts, runRows, runSlots;
  std::vector<int64_t> runCounts;  // [chunks]
  std::vector<uint32_t> distinct;  // [slots] table rows

  int64_t slots() const { return int64_t(distinct.size()); }
};

/// Maps the table rows of a batch to slots. An entry counts only where `distinct` confirms it (Briggs & Torczon 1993),
/// so what earlier batches left need not be cleared.
struct SlotIndex {
  explicit SlotIndex(int64_t rows) : slotOf(rows) {}
  AlignedArray<uint32_t> slotOf;
};

/// A thread's memory for sorting one chunk.
struct SortScratch {
  std::array<AlignedArray<uint32_t>, kSides> rows;
  AlignedArray<uint32_t> order;
  AlignedArray<float> labels, weights;
  RowSorter sorter;

  void reserve(int64_t chunkSamples, int64_t mostTableRows) {
    for (AlignedArray<uint32_t>& ofSide : rows) ofSide.reserve(chunkSamples);
    order.reserve(chunkSamples);
    labels.reserve(chunkSamples);
    weights.reserve(chunkSamples);
    sorter.reserve(chunkSamples, mostTableRows);
  }
};

/// Samples of a chunk, whose first-layer deltas are in memory at once: whole lists. A function of the ranker and the
/// length of lists alone, because the order of sums depends on it.
int64_t chunkSamplesFor(int64_t firstPad, int64_t list);

class BatchPlan {
 public:
  BatchPlan(const std::array<int64_t, kSides>& entities, int64_t firstPad);

  /// Makes room for a batch. Then prepare for each of its tasks, in any order or at once; then numberRows of each side,
  /// or where negatives are shared readNegatives of each block and sortContributions of each side.
  void begin(const SampleSource& source);
  int64_t preparations() const { return isShared() ? divideUp(samples(), kRowsPerPreparation) : chunks(); }
  void prepare(int64_t task, SortScratch& scratch);
  void readNegatives(int64_t block);
  void sortContributions(int side, RowSorter& sorter);
  /// Numbers one side's distinct rows, in order of first appearance.
  void numberRows(int side, SlotIndex& index);
  /// Writes the slots of one side's samples, from what `numberRows` left in the index.
  void writeSampleSlots(int64_t chunk, int side, const SlotIndex& index);

  int64_t samples() const { return source_.samples(); }
  const SampleSource& source() const { return source_; }
  bool isShared() const { return source_.isShared(); }
  int64_t blocks() const { return divideUp(samples(), source_.shared().blockRows); }
  const uint32_t* negativesOf(int64_t block) const {
    return sides[kItems].sampleRows.data() + samples() + block * source_.shared().negatives;
  }
  /// To one side's tables: one of each row, and of items one of each negative too.
  int64_t contributions(int side) const {
    return side == kUsers ? samples() : samples() + blocks() * source_.shared().negatives;
  }
  bool hasWeights() const { return source_.hasWeights(); }
  bool hasMarks() const { return source_.hasMarks(); }
  int64_t list() const { return source_.list(); }
  int64_t losses() const { return samples() / list(); }
  int64_t chunkSamples() const { return chunkSamples_; }
  int64_t chunks() const { return isShared() ? 1 : divideUp(samples(), chunkSamples_); }
  int64_t chunkBegin(int64_t chunk) const { return chunk * chunkSamples_; }
  int64_t chunkLength(int64_t chunk) const { return std::min(chunkSamples_, samples() - chunkBegin(chunk)); }
  /// Where a chunk's runs begin in the arrays of runs.
  int64_t runsBegin(int64_t chunk) const { return chunkBegin(chunk) + chunk; }

  std::array<PlanSide, kSides> sides;
  AlignedArray<float> labels;   // [samples], or sums of SampleMark
  AlignedArray<float> weights;  // [samples], where there are some

 private:
  static constexpr int64_t kRowsPerPreparation = 2048;

  void beginShared();
  void prepareChunk(int64_t chunk, SortScratch& scratch);
  void writeSlotsOfRuns(int side);
  void sortChunk(int64_t chunk, int side, const uint32_t* rows, uint32_t* order, RowSorter& sorter);

  const int64_t firstPad_;
  int64_t chunkSamples_ = 1;
  SampleSource source_;
};

}  // namespace lawn
