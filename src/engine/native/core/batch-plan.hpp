// A batch made ready for the kernels: cut into chunks, each sorted by user, with its runs of equal users and of equal items, and
// the distinct rows of the whole batch numbered from 0 ("slots"). Preparing a chunk touches nothing of the model, so the next
// batch is prepared while this one trains.
//
//   chunk c holds samples [c * chunkSamples, ...): users ascending, equal users in drawn order (so BPR pairs stay together)
//   user runs are consecutive samples; item runs list samples through `itemOrder`
#pragma once

#include <algorithm>
#include <vector>

#include "aligned-array.hpp"
#include "sample-source.hpp"

namespace lawn {

/// Runs of one side. Arrays of all chunks stand end to end; chunk c's begin at c * chunkSamples (starts: + c).
struct SideRuns {
  AlignedArray<uint32_t> starts, rows, slots;
  std::vector<int64_t> counts;             // [chunks]
  AlignedArray<uint32_t> sampleSlots;      // [samples]
  std::vector<uint32_t> distinct;          // [slots] table rows
};

/// Maps table rows to slots while a batch is numbered; all empty between batches.
struct SlotIndex {
  explicit SlotIndex(int64_t rows) : slotOf(rows) {}
  AlignedArray<uint32_t> slotOf;  // slot + 1, or 0
};

/// A thread's memory for sorting one chunk.
struct SortScratch {
  AlignedArray<uint32_t> users, items;
  AlignedArray<float> labels;
  AlignedArray<uint64_t> keys, other;

  void reserve(int64_t chunkSamples) {
    users.reserve(chunkSamples);
    items.reserve(chunkSamples);
    labels.reserve(chunkSamples);
    keys.reserve(chunkSamples);
    other.reserve(chunkSamples);
  }
};

class BatchPlan {
 public:
  BatchPlan(int64_t users, int64_t items, int64_t chunkSamples);

  /// Makes room for a batch. Then prepareChunk for each chunk, in any order or at once; then number.
  void begin(const SampleSource& source);
  void prepareChunk(int64_t chunk, SortScratch& scratch);
  /// Numbers the distinct rows, in order of first appearance.
  void number(SlotIndex& users, SlotIndex& items);
  /// Writes each sample's slots, from its runs'.
  void spreadSlots(int64_t chunk);

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
  void numberSide(SideRuns& runs, SlotIndex& index);

  const int64_t userBits_, itemBits_, chunkSamples_;
  SampleSource source_;
};

}  // namespace lawn
