// The samples of an epoch: bit-equal twin of src/dataset/negative-sampler.ts and src/dataset/training-batches.ts. Samples are drawn a
// stage at a time, each step for all of them, so that what one step prefetches has come when the next one reads it:
//
//   position -> row, slot, random word -> user, positive -> rank among the user's free items, bucket -> range -> negative
//
// A bucket tells where the binary search among the user's items must end: a range of a few items on one or two cache lines (SeenIndex).
#pragma once

#include "counter-random.hpp"

namespace lawn::LAWN_ISA {

/// Samples of a stage: enough that a cache miss of the first is over before the last is done. A multiple of every vector length.
constexpr int64_t kDrawStage = 256;

/// What is known of each sample of a stage so far.
struct DrawStage {
  uint32_t rows[kDrawStage], slots[kDrawStage], words[kDrawStage];
  uint32_t users[kDrawStage], positives[kDrawStage];
  uint32_t bounds[kDrawStage];                // the sample's bucket, in the index
  uint32_t begins[kDrawStage];                // of the user's items
  uint32_t lows[kDrawStage], left[kDrawStage];  // of the search; nothing left where no negative is due
  uint32_t ranks[kDrawStage];
};

/// Rows of the log and random words, by position in the epoch. Fills whole vectors; lanes beyond `count` hold samples as well.
inline void drawRows(const EpochView& epoch, uint64_t first, int64_t count, DrawStage& stage) {
  uint32_t samples[kDrawStage];
  const int64_t whole = (count + kLanes - 1) / kLanes * kLanes;
  permutePositions(epoch, first, count, samples, stage.lows);
  for (int64_t s = count; s < whole; s++) samples[s] = samples[0];
  for (int64_t s = 0; s < whole; s++) {
    const uint32_t row = epoch.samplesPerPositive == 1
                             ? samples[s]
                             : uint32_t((__uint128_t(epoch.perSamplesPerPositive) * samples[s]) >> 64);
    stage.rows[s] = row;
    stage.slots[s] = samples[s] - row * epoch.samplesPerPositive;
    __builtin_prefetch(epoch.pairs + 2 * uint64_t(row));
  }
  const uint32_t firstDraw = epoch.pairwise ? 0 : 1;  // slot 0 then draws a word that nobody uses
  for (int64_t at = 0; at < whole; at += kLanes) {
    storeWords(stage.words + at, threefryFirst(epoch.negativesLow, epoch.negativesHigh, loadWords(stage.rows + at),
                                               loadWords(stage.slots + at) - firstDraw));
  }
}

/// Users and positives of the rows; of each negative the rank among the items that its user lacks, and the bucket.
inline void drawRanks(const EpochView& epoch, int64_t count, DrawStage& stage) {
  for (int64_t s = 0; s < count; s++) {
    const uint32_t* pair = epoch.pairs + 2 * uint64_t(stage.rows[s]);
    stage.users[s] = pair[0];
    stage.positives[s] = pair[1];
    __builtin_prefetch(epoch.seenUsers + pair[0]);
  }
  for (int64_t s = 0; s < count; s++) {
    const SeenUser& user = epoch.seenUsers[stage.users[s]];
    const uint64_t word = stage.words[s];
    stage.begins[s] = user.begin;
    stage.ranks[s] = uint32_t((word * (epoch.items - user.count)) >> 32);
    stage.bounds[s] = user.bounds + uint32_t((word * user.buckets) >> 32);
    __builtin_prefetch(epoch.seenBounds + stage.bounds[s]);
  }
  for (int64_t s = 0; s < count; s++) {
    const uint32_t* bounds = epoch.seenBounds + stage.bounds[s];
    stage.lows[s] = bounds[0];
    stage.left[s] = bounds[1] - bounds[0];
    __builtin_prefetch(epoch.seenItems + stage.begins[s] + (bounds[0] + bounds[1]) / 2);
  }
  if (epoch.pairwise) return;
  for (int64_t s = 0; s < count; s++) stage.left[s] = stage.slots[s] == 0 ? 0 : stage.left[s];
}

/// How many of the user's items stand before the unseen item of each rank: kLanes binary searches in step.
LAWN_INLINE Words seenBefore(const EpochView& epoch, const DrawStage& stage, int64_t at) {
  const Words rank = loadWords(stage.ranks + at), begin = loadWords(stage.begins + at);
  Words low = loadWords(stage.lows + at), left = loadWords(stage.left + at);
  uint32_t most = 0;
  for (int lane = 0; lane < kLanes; lane++) most |= stage.left[at + lane];
  for (; most > 0; most /= 2) {
    const Words half = left / 2, middle = low + half;
    // A search that is over may look one past its user's items; the array has one more.
    const auto isBefore = (gatherWords(epoch.seenItems, begin + middle) - middle <= rank) & (left > 0);
    low = isBefore ? middle + 1 : low;
    left = isBefore ? left - half - 1 : half;
  }
  return low;
}

inline void writePairs(const DrawStage& stage, int64_t count, uint32_t* users, uint32_t* items) {
  for (int64_t s = 0; s < count; s++) {
    users[2 * s] = users[2 * s + 1] = stage.users[s];
    items[2 * s] = stage.positives[s];
    items[2 * s + 1] = stage.ranks[s];
  }
}

/// Slot 0 is the positive, with label 1.
inline void writeSamples(const DrawStage& stage, int64_t count, uint32_t* users, uint32_t* items, float* labels) {
  memcpy(users, stage.users, count * sizeof(uint32_t));
  for (int64_t s = 0; s < count; s++) items[s] = stage.slots[s] == 0 ? stage.positives[s] : stage.ranks[s];
  for (int64_t s = 0; s < count; s++) labels[s] = stage.slots[s] == 0 ? 1.0f : 0.0f;
}

inline void draw(const EpochView& epoch, uint64_t first, int64_t count, uint32_t* users, uint32_t* items, float* labels) {
  const int64_t losses = epoch.pairwise ? count / 2 : count;
  const uint64_t firstLoss = epoch.pairwise ? first / 2 : first;
  DrawStage stage;
  for (int64_t at = 0; at < losses; at += kDrawStage) {
    const int64_t valid = losses - at < kDrawStage ? losses - at : kDrawStage;
    const int64_t whole = (valid + kLanes - 1) / kLanes * kLanes;
    drawRows(epoch, firstLoss + at, valid, stage);
    drawRanks(epoch, whole, stage);
    for (int64_t s = 0; s < whole; s += kLanes) {
      storeWords(stage.ranks + s, loadWords(stage.ranks + s) + seenBefore(epoch, stage, s));
    }
    if (epoch.pairwise) writePairs(stage, valid, users + 2 * at, items + 2 * at);
    else writeSamples(stage, valid, users + at, items + at, labels + at);
  }
}

}  // namespace lawn::LAWN_ISA
