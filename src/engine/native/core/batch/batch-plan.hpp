// A batch made ready for the kernels: cut into chunks, each sorted by user, with its runs of equal users and of equal
// items, and the distinct rows of the whole batch numbered from 0 ("slots"). Preparing a chunk touches nothing of the
// model, so the next batch is prepared while this one trains.
//
//   chunk c holds samples [c * chunkSamples, ...): users ascending, equal users in drawn order, so that BPR pairs
//   stay together; user runs are consecutive samples, item runs list samples through `itemOrder`
#pragma once

#include <algorithm>
#include <vector>

#include "core/runtime/aligned-array.hpp"
#include "core/batch/sample-source.hpp"
#include "core/batch/sort-by-row.hpp"

namespace lawn {

/// Runs of one side. Arrays of all chunks stand end to end; chunk c's begin at c * chunkSamples, those of runs at + c,
/// for there is one more start than runs.
struct SideRuns {
  AlignedArray<uint32_t> starts, rows, slots;
  std::vector<int64_t> counts;         // [chunks]
  AlignedArray<uint32_t> sampleSlots;  // [samples]
  std::vector<uint32_t> distinct;      // [slots] table rows
};

/// Maps the table rows of a batch to slots. What earlier batches left is known by not being confirmed by `distinct`
/// (Briggs & Torczon 1993), so nothing is ever cleared.
struct SlotIndex {
  explicit SlotIndex(int64_t rows) : slotOf(rows) {}
  AlignedArray<uint32_t> slotOf;
};

/// A thread's memory for sorting one chunk.
struct SortScratch {
  AlignedArray<uint32_t> users, items, order;
  AlignedArray<float> labels;
  RowSorter sorter;

  void reserve(int64_t chunkSamples, int64_t mostTableRows) {
    users.reserve(chunkSamples);
    items.reserve(chunkSamples);
    order.reserve(chunkSamples);
    labels.reserve(chunkSamples);
    sorter.reserve(chunkSamples, mostTableRows);
  }
};

class BatchPlan {
 public:
  BatchPlan(int64_t userRows, int64_t itemRows, int64_t chunkSamples);

  /// Makes room for a batch. Then prepareChunk for each chunk, in any order or at once; then number.
  void begin(const SampleSource& source);
  void prepareChunk(int64_t chunk, SortScratch& scratch);
  /// Numbers one side's distinct rows, in order of first appearance.
  void number(bool isUserSide, SlotIndex& index);
  /// Writes each sample's slots, from what `number` left in the index.
  void spreadSlots(int64_t chunk, const SlotIndex& users, const SlotIndex& items);

  int64_t samples() const { return source_.samples(); }
  bool isPairwise() const { return source_.isPairwise(); }
  int64_t losses() const { return isPairwise() ? samples() / 2 : samples(); }
  int64_t chunks() const { return divideUp(samples(), chunkSamples_); }
  int64_t chunkBegin(int64_t chunk) const { return chunk * chunkSamples_; }
  int64_t chunkLength(int64_t chunk) const { return std::min(chunkSamples_, samples() - chunkBegin(chunk)); }

  AlignedArray<uint32_t> users, items, itemOrder;  // [samples]; itemOrder counts from the chunk's begin
  AlignedArray<float> labels;
  SideRuns userRuns, itemRuns;

 private:
  const int64_t userRows_, itemRows_, chunkSamples_;
  SampleSource source_;
};

}  // namespace lawn
