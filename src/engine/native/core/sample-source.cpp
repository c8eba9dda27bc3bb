// See sample-source.hpp.
#include "sample-source.hpp"

#include <algorithm>

namespace lawn {

SampleSource SampleSource::columns(int64_t length, const uint32_t* users, const uint32_t* items, const uint32_t* others,
                                   const float* labels) {
  SampleSource source;
  source.pairwise_ = others != nullptr;
  source.samples_ = source.pairwise_ ? 2 * length : length;
  source.users_ = users;
  source.items_ = items;
  source.others_ = others;
  source.labels_ = labels;
  return source;
}

SampleSource SampleSource::drawn(const Interactions& interactions, const EpochKeys& keys, int64_t step,
                                 const KernelTable& kernels) {
  SampleSource source;
  const uint64_t first = uint64_t(step) * uint64_t(interactions.batchSize);
  const uint64_t losses = std::min<uint64_t>(uint64_t(interactions.batchSize), interactions.samplesPerEpoch - first);
  source.pairwise_ = interactions.pairwise;
  source.samples_ = int64_t(source.pairwise_ ? 2 * losses : losses);
  source.firstInEpoch_ = source.pairwise_ ? 2 * first : first;
  source.kernels_ = &kernels;
  EpochView& epoch = source.epoch_;
  epoch.samples = interactions.samplesPerEpoch;
  epoch.leftBits = keys.leftBits;
  epoch.rightBits = keys.rightBits;
  std::copy(keys.roundKeys, keys.roundKeys + 6, epoch.roundKeys);
  epoch.negativesLow = keys.negativesLow;
  epoch.negativesHigh = keys.negativesHigh;
  epoch.pairwise = interactions.pairwise;
  epoch.samplesPerPositive = interactions.samplesPerPositive;
  epoch.items = interactions.items;
  epoch.pairs = interactions.pairs.data();
  epoch.seenOffsets = interactions.seenOffsets.data();
  epoch.seenItems = interactions.seenItems.data();
  return source;
}

void SampleSource::read(int64_t first, int64_t count, uint32_t* users, uint32_t* items, float* labels) const {
  if (kernels_ != nullptr) return kernels_->draw(epoch_, firstInEpoch_ + uint64_t(first), count, users, items, labels);
  if (pairwise_) {
    for (int64_t s = 0; s < count; s++) {
      const int64_t pair = (first + s) / 2;
      users[s] = users_[pair];
      items[s] = s % 2 == 0 ? items_[pair] : others_[pair];
    }
    return;
  }
  std::copy(users_ + first, users_ + first + count, users);
  std::copy(items_ + first, items_ + first + count, items);
  std::copy(labels_ + first, labels_ + first + count, labels);
}

}  // namespace lawn
