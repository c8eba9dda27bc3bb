// Rows that share their negatives, as lists of samples: what a ranker with layers takes, whose logits are no matrix
// product. A block's negatives are still drawn once, and every row of it is a list of its positive and all of them.
#pragma once

#include <vector>

#include "core/batch/sample-source.hpp"
#include "core/batch/shared-masks.hpp"
#include "core/runtime/thread-pool.hpp"

namespace lawn {

/// One batch. What it lists of a source holds until it lists the next.
class ListedBlocks {
 public:
  /// The samples of `shared`, a source of rows that share negatives among `items`.
  SampleSource list(const SampleSource& shared, int64_t items, ThreadPool& pool);

 private:
  void markRows(const SampleSource& shared, int64_t block, SharedMasks& masks, uint32_t* which);

  AlignedArray<uint32_t> users_, positives_;  // [rows]
  AlignedArray<uint32_t> negatives_;          // [blocks][negatives]
  AlignedArray<float> labels_, weights_;      // [rows], the former unread
  AlignedArray<uint8_t> marks_;               // [rows][negatives] sums of SampleMark
  std::vector<SharedMasks> masks_;            // [threads]
  std::vector<AlignedArray<uint32_t>> which_;
};

}  // namespace lawn
