// See sample-source.hpp.
#include "core/batch/sample-source.hpp"

#include <algorithm>

namespace lawn {

namespace {

/// Items per bucket, about: the bounds then take a quarter of the memory of the items.
constexpr uint32_t kItemsPerBucket = 4;
/// Searches read whole vectors of items.
constexpr int64_t kMostVectorLanes = 16;

/// How many of a user's `count` sorted items come before the unseen item of rank `rank`. Twin: unseenItemOfRank of
/// negative-sampler.ts.
uint32_t seenBefore(const uint32_t* items, uint32_t count, uint32_t rank) {
  uint32_t low = 0, high = count;
  while (low < high) {
    const uint32_t middle = (low + high) / 2;
    if (items[middle] - middle > rank) high = middle;
    else low = middle + 1;
  }
  return low;
}

}  // namespace

void Interactions::setPairs(int64_t count, const uint32_t* userColumn, const uint32_t* itemColumn) {
  itemBits_ = bitsFor(users) + bitsFor(items) <= 32 ? uint32_t(bitsFor(items)) : 0;
  const int64_t words = pairs().wordsPerPair();
  pairWords_ = AlignedArray<uint32_t>(count * words);
  for (int64_t row = 0; row < count; row++) {
    if (itemBits_ > 0) {
      pairWords_[row] = userColumn[row] << itemBits_ | itemColumn[row];
    } else {
      pairWords_[2 * row] = userColumn[row];
      pairWords_[2 * row + 1] = itemColumn[row];
    }
  }
}

void Interactions::setWeights(int64_t count, const float* weights) {
  weights_ = AlignedArray<float>(count);
  std::copy(weights, weights + count, weights_.data());
}

void Interactions::setSeen(const uint32_t* offsets, const uint32_t* itemsByUser) {
  if (isNarrow()) fillSeen(offsets, itemsByUser, narrowBounds_, narrowItems_);
  else fillSeen(offsets, itemsByUser, wideBounds_, wideItems_);
}

template <typename Stored>
void Interactions::fillSeen(const uint32_t* offsets, const uint32_t* itemsByUser, AlignedArray<Stored>& bounds,
                            AlignedArray<Stored>& stored) {
  stored = AlignedArray<Stored>(int64_t(offsets[users]) + kMostVectorLanes);
  for (uint32_t k = 0; k < offsets[users]; k++) stored[k] = Stored(itemsByUser[k]);
  seenUsers_ = AlignedArray<SeenUser>(users);
  uint32_t boundCount = 0;
  for (uint32_t user = 0; user < users; user++) {
    const uint32_t count = offsets[user + 1] - offsets[user], buckets = count / kItemsPerBucket + 1;
    seenUsers_[user] = {.begin = offsets[user], .count = count, .bounds = boundCount, .buckets = buckets};
    boundCount += buckets + 1;
  }
  bounds = AlignedArray<Stored>(boundCount);
  for (uint32_t k = 0; k < users; k++) {
    const SeenUser& user = seenUsers_[k];
    const uint64_t unseen = items - user.count;
    for (uint64_t bucket = 0; bucket <= user.buckets; bucket++) {
      // The least word of this bucket; after the last bucket, the greatest word there is.
      const uint64_t word = bucket < user.buckets ? ((bucket << 32) + user.buckets - 1) / user.buckets : 0xffffffff;
      bounds[user.bounds + bucket] =
          Stored(seenBefore(itemsByUser + user.begin, user.count, uint32_t((word * unseen) >> 32)));
    }
  }
}

SeenItems Interactions::seen() const {
  return {
      .users = seenUsers_.data(),
      .bounds = isNarrow() ? static_cast<const void*>(narrowBounds_.data()) : wideBounds_.data(),
      .items = isNarrow() ? static_cast<const void*>(narrowItems_.data()) : wideItems_.data(),
      .isNarrow = isNarrow(),
  };
}

SampleSource SampleSource::labelled(int64_t length, const uint32_t* users, const uint32_t* items, const float* labels,
                                    const float* weights) {
  SampleSource source;
  source.samples_ = length;
  source.users_ = users;
  source.items_ = items;
  source.labels_ = labels;
  source.weights_ = weights;
  return source;
}

SampleSource SampleSource::compared(int64_t length, const uint32_t* users, const uint32_t* positives,
                                    const uint32_t* negatives, int64_t perRow, const float* weights) {
  SampleSource source;
  source.list_ = 1 + perRow;
  source.samples_ = length * source.list_;
  source.users_ = users;
  source.items_ = positives;
  source.others_ = negatives;
  source.weights_ = weights;
  return source;
}

SampleSource SampleSource::sharing(int64_t length, const uint32_t* users, const uint32_t* positives,
                                   const Shared& shared, const float* weights) {
  SampleSource source;
  source.weights_ = weights;
  source.samples_ = length;
  source.users_ = users;
  source.items_ = positives;
  source.shared_ = shared;
  return source;
}

SampleSource SampleSource::listed(int64_t length, const uint32_t* users, const uint32_t* positives,
                                  const Shared& shared, const uint32_t* negatives, const uint8_t* marks,
                                  const float* weights) {
  SampleSource source = compared(length, users, positives, negatives, shared.negatives, weights);
  source.shared_ = shared;
  source.marks_ = marks;
  return source;
}

SampleSource SampleSource::drawn(const Interactions& interactions, const EpochKeys& keys, int64_t step,
                                 const KernelTable& kernels) {
  SampleSource source;
  const uint64_t first = uint64_t(step) * uint64_t(interactions.batchSize);  // inside the epoch
  const uint64_t losses = std::min<uint64_t>(uint64_t(interactions.batchSize), interactions.samplesPerEpoch - first);
  source.list_ = interactions.list;
  source.samples_ = int64_t(losses) * source.list_;
  source.firstInEpoch_ = first * uint64_t(source.list_);
  source.kernels_ = &kernels;
  EpochView& epoch = source.epoch_;
  epoch.samples = interactions.samplesPerEpoch;
  epoch.leftBits = keys.leftBits;
  epoch.rightBits = keys.rightBits;
  std::copy(keys.roundKeys, keys.roundKeys + 6, epoch.roundKeys);
  epoch.negativesLow = keys.negativesLow;
  epoch.negativesHigh = keys.negativesHigh;
  epoch.pairwise = interactions.pairwise;
  epoch.list = interactions.pairwise ? 1 : uint32_t(interactions.list);
  epoch.samplesPerPositive = interactions.samplesPerPositive;
  epoch.perSamplesPerPositive = ~uint64_t(0) / interactions.samplesPerPositive + 1;
  epoch.items = interactions.items;
  epoch.pairs = interactions.pairs();
  epoch.seen = interactions.seen();
  epoch.weights = interactions.weights();
  epoch.itemMass = interactions.itemMass.size() == 0 ? nullptr : interactions.itemMass.data();
  epoch.seenMass = interactions.seenMass.data();
  if (interactions.negativesFrom >= NegativesFrom::shared) {
    Shared& shared = source.shared_;
    shared.blockRows = interactions.blockRows;
    shared.areOfBatch = interactions.negativesFrom == NegativesFrom::batch;
    shared.negatives = shared.areOfBatch ? std::min(shared.blockRows, source.samples_) : interactions.negativesPerBlock;
    shared.firstBlock = uint64_t(step) * uint64_t(divideUp(interactions.batchSize, shared.blockRows));
    shared.seen = epoch.seen;
  }
  return source;
}

void SampleSource::readNegatives(int64_t block, const uint32_t* positives, uint32_t* items) const {
  if (shared_.areOfBatch) {
    for (int64_t j = 0; j < shared_.negatives; j++) items[j] = positives[(block * shared_.blockRows + j) % samples_];
  } else if (shared_.items != nullptr) {
    std::copy(shared_.items + block * shared_.negatives, shared_.items + (block + 1) * shared_.negatives, items);
  } else {
    kernels_->drawShared(epoch_, uint32_t(shared_.firstBlock + uint64_t(block)), shared_.negatives, items);
  }
}

void SampleSource::read(int64_t first, int64_t count, uint32_t* users, uint32_t* items, float* labels,
                        float* weights) const {
  if (kernels_ != nullptr) {
    return kernels_->draw(epoch_, firstInEpoch_ + uint64_t(first), count, {users, items, labels, weights});
  }
  if (list_ > 1) {
    const int64_t firstRow = first / list_, perRow = list_ - 1;
    for (int64_t s = 0, row = firstRow; s < count; s += list_, row++) {
      std::fill(users + s, users + s + list_, users_[row]);
      items[s] = items_[row];
      const int64_t from = hasMarks() ? row / shared_.blockRows : row;
      std::copy(others_ + from * perRow, others_ + (from + 1) * perRow, items + s + 1);
      if (hasMarks()) {
        labels[s] = float(kLookedUp);
        for (int64_t j = 0; j < perRow; j++) labels[s + 1 + j] = float(marks_[row * perRow + j]);
      }
      if (weights_ != nullptr) std::fill(weights + s, weights + s + list_, weights_[row]);
    }
    return;
  }
  std::copy(users_ + first, users_ + first + count, users);
  std::copy(items_ + first, items_ + first + count, items);
  if (labels_ != nullptr) std::copy(labels_ + first, labels_ + first + count, labels);
  if (weights_ != nullptr) std::copy(weights_ + first, weights_ + first + count, weights);
}

}  // namespace lawn
