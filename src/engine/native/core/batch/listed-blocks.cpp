// See listed-blocks.hpp.
#include "core/batch/listed-blocks.hpp"

#include <algorithm>

namespace lawn {

SampleSource ListedBlocks::list(const SampleSource& shared, int64_t items, ThreadPool& pool) {
  const int64_t rows = shared.samples(), perBlock = shared.shared().negatives;
  const int64_t blocks = divideUp(rows, shared.shared().blockRows);
  users_.reserve(rows);
  positives_.reserve(rows);
  labels_.reserve(rows);
  if (shared.hasWeights()) weights_.reserve(rows);
  negatives_.reserve(blocks * perBlock);
  marks_.reserve(rows * perBlock);
  masks_.resize(size_t(pool.threads()));
  which_.resize(size_t(pool.threads()));
  for (size_t thread = 0; thread < masks_.size(); thread++) {
    masks_[thread].reserve(items, perBlock);
    which_[thread].reserve(perBlock);
  }
  constexpr int64_t rowsPerTask = 2048;
  pool.run(divideUp(rows, rowsPerTask), [&](int64_t task, int) {
    const int64_t begin = task * rowsPerTask, count = std::min(rowsPerTask, rows - begin);
    shared.read(begin, count, users_.data() + begin, positives_.data() + begin, labels_.data() + begin,
                shared.hasWeights() ? weights_.data() + begin : nullptr);
  });
  pool.run(blocks, [&](int64_t block, int thread) {
    shared.readNegatives(block, positives_.data(), negatives_.data() + block * perBlock);
    markRows(shared, block, masks_[size_t(thread)], which_[size_t(thread)].data());
  });
  return SampleSource::listed(rows, users_.data(), positives_.data(), shared.shared(), negatives_.data(), marks_.data(),
                              shared.hasWeights() ? weights_.data() : nullptr);
}

void ListedBlocks::markRows(const SampleSource& shared, int64_t block, SharedMasks& masks, uint32_t* which) {
  const SampleSource::Shared& of = shared.shared();
  const int64_t begin = block * of.blockRows, end = std::min(begin + of.blockRows, shared.samples());
  masks.open(shared, begin, users_.data() + begin, negatives_.data() + block * of.negatives);
  for (int64_t row = begin; row < end; row++) {
    uint8_t* marks = marks_.data() + row * of.negatives;
    std::fill(marks, marks + of.negatives, row == begin ? kLookedUp : 0);
    const int64_t masked = SharedMasks::of(&masks, row - begin, which);
    for (int64_t k = 0; k < masked; k++) marks[which[k]] |= kMasked;
  }
}

}  // namespace lawn
