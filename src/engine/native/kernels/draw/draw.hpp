// The samples of an epoch: bit-equal twin of src/dataset/negative-sampler.ts and src/dataset/training-batches.ts.
// Samples go through a software pipeline in stages of kDrawStage: each step prefetches what the next one reads a turn
// later:
//
//   position -> row, slot, random word -> user, positive -> rank among the user's unseen items, bucket
//            -> range -> negative
//
// A bucket bounds the search among the user's items to a few of them, on one or two cache lines (SeenUser).
#pragma once

#include "kernels/draw/mass-draws.hpp"

namespace lawn::LAWN_ISA {

/// Samples of a stage. A multiple of every vector length.
constexpr int64_t kDrawStage = 256;

/// What is known of each sample of a stage so far.
struct DrawStage {
  int64_t count, whole;  // samples; and rounded up to whole vectors, whose spare lanes repeat a sample
  uint32_t rows[kDrawStage], slots[kDrawStage], words[kDrawStage];
  uint32_t users[kDrawStage], positives[kDrawStage];
  uint32_t bounds[kDrawStage];                  // the sample's bucket, in the index
  uint32_t begins[kDrawStage];                  // of the user's items
  uint32_t lows[kDrawStage], left[kDrawStage];  // of the search
  uint32_t ranks[kDrawStage];
};

/// Each position in the epoch is a list of samples: permutes the positions, and numbers the samples within each.
inline void drawLists(const EpochView& epoch, uint64_t first, DrawStage& stage) {
  uint32_t rows[kDrawStage];
  const uint64_t firstPosition = first / epoch.list, lastPosition = (first + uint64_t(stage.count) - 1) / epoch.list;
  permutePositions(epoch, firstPosition, int64_t(lastPosition - firstPosition) + 1, rows, stage.lows, stage.left);
  uint32_t slot = uint32_t(first - firstPosition * epoch.list);
  for (int64_t s = 0, position = 0; s < stage.whole; s++) {
    const bool isSpare = s >= stage.count;
    stage.rows[s] = isSpare ? rows[0] : rows[position];
    stage.slots[s] = isSpare ? 0 : slot;
    if (++slot == epoch.list) {
      slot = 0;
      position++;
    }
    __builtin_prefetch(epoch.pairs.words + uint64_t(stage.rows[s]) * epoch.pairs.wordsPerPair());
  }
}

/// Rows of the log and slots, by position in the epoch.
inline void drawPositions(const EpochView& epoch, uint64_t first, DrawStage& stage) {
  uint32_t samples[kDrawStage];
  permutePositions(epoch, first, stage.count, samples, stage.lows, stage.left);
  for (int64_t s = stage.count; s < stage.whole; s++) samples[s] = samples[0];
  const uint32_t wordsPerPair = epoch.pairs.wordsPerPair();
  for (int64_t s = 0; s < stage.whole; s++) {
    const uint32_t row = epoch.samplesPerPositive == 1
                             ? samples[s]
                             : uint32_t((__uint128_t(epoch.perSamplesPerPositive) * samples[s]) >> 64);
    stage.rows[s] = row;
    stage.slots[s] = samples[s] - row * epoch.samplesPerPositive;
    __builtin_prefetch(epoch.pairs.words + uint64_t(row) * wordsPerPair);
  }
  if (epoch.weights != nullptr) {
    for (int64_t s = 0; s < stage.whole; s++) __builtin_prefetch(epoch.weights + stage.rows[s]);
  }
}

/// Rows of the log, slots and random words.
inline void drawRows(const EpochView& epoch, uint64_t first, DrawStage& stage) {
  if (epoch.list > 1) drawLists(epoch, first, stage);
  else drawPositions(epoch, first, stage);
  const uint32_t firstDraw = epoch.pairwise ? 0 : 1;  // slot 0 then draws a word that is not used
  for (int64_t at = 0; at < stage.whole; at += kLanes) {
    storeWords(stage.words + at, threefryFirst(epoch.negativesLow, epoch.negativesHigh, loadWords(stage.rows + at),
                                               loadWords(stage.slots + at) - firstDraw));
  }
}

inline void readPairs(const EpochView& epoch, DrawStage& stage) {
  const uint32_t *words = epoch.pairs.words, itemBits = epoch.pairs.itemBits;
  if (itemBits > 0) {
    for (int64_t s = 0; s < stage.whole; s++) {
      const uint32_t pair = words[stage.rows[s]];
      stage.users[s] = pair >> itemBits;
      stage.positives[s] = pair & ((1u << itemBits) - 1);
    }
  } else {
    for (int64_t s = 0; s < stage.whole; s++) {
      stage.users[s] = words[2 * uint64_t(stage.rows[s])];
      stage.positives[s] = words[2 * uint64_t(stage.rows[s]) + 1];
    }
  }
  for (int64_t s = 0; s < stage.whole; s++) __builtin_prefetch(epoch.seen.users + stage.users[s]);
}

/// Of each negative the rank among the items that its user has not seen, and the bucket. Bounds and items are
/// Stored, in 16 or 32 bits.
template <typename Stored>
inline void drawRanks(const EpochView& epoch, DrawStage& stage) {
  for (int64_t s = 0; s < stage.whole; s++) {
    const SeenUser& user = epoch.seen.users[stage.users[s]];
    const uint64_t word = stage.words[s];
    stage.begins[s] = user.begin;
    stage.ranks[s] = uint32_t((word * (epoch.items - user.count)) >> 32);
    stage.bounds[s] = user.bounds + uint32_t((word * user.buckets) >> 32);
    __builtin_prefetch(static_cast<const Stored*>(epoch.seen.bounds) + stage.bounds[s]);
  }
}

template <typename Stored>
inline void readBounds(const EpochView& epoch, DrawStage& stage) {
  for (int64_t s = 0; s < stage.whole; s++) {
    const Stored* bounds = static_cast<const Stored*>(epoch.seen.bounds) + stage.bounds[s];
    stage.lows[s] = bounds[0];
    stage.left[s] = uint32_t(bounds[1] - bounds[0]);
    const Stored* items = static_cast<const Stored*>(epoch.seen.items) + stage.begins[s] + bounds[0];
    __builtin_prefetch(items);
    __builtin_prefetch(items + kLanes - 1);
  }
}

/// From ranks among unseen items to items: each rank grows by how many of its user's items come before it. Binary
/// search down to one vector of items, which are compared at once. A positive gets a rank too, which is not used.
template <typename Stored>
inline void searchItems(const EpochView& epoch, DrawStage& stage) {
  const Words step = countingWords();
  for (int64_t s = 0; s < stage.whole; s++) {
    const Stored* items = static_cast<const Stored*>(epoch.seen.items) + stage.begins[s];
    const uint32_t rank = stage.ranks[s];
    uint32_t low = stage.lows[s], left = stage.left[s];
    while (left > uint32_t(kLanes)) {
      const uint32_t half = left / 2, middle = low + half;
      const bool isBefore = items[middle] - middle <= rank;
      low = isBefore ? middle + 1 : low;
      left = isBefore ? left - half - 1 : half;
    }
    // Lanes past the range read what follows.
    const Words indices = step + low;
    stage.ranks[s] = rank + low + countTrue((loadWords(items + low) - indices <= rank) & (step < left));
  }
}

/// Negatives by popularity, one after another.
template <typename Stored>
inline void drawByMass(const EpochView& epoch, DrawStage& stage) {
  for (int64_t s = 0; s < stage.count; s++) {
    stage.ranks[s] = unseenItemOfMass<Stored>(epoch, epoch.seen.users[stage.users[s]], stage.words[s]);
  }
}

inline void writePairs(const EpochView& epoch, const DrawStage& stage, const DrawnSamples& out) {
  for (int64_t s = 0; s < stage.count; s++) {
    out.users[2 * s] = out.users[2 * s + 1] = stage.users[s];
    out.items[2 * s] = stage.positives[s];
    out.items[2 * s + 1] = stage.ranks[s];
  }
  if (epoch.weights == nullptr) return;
  for (int64_t s = 0; s < stage.count; s++) out.weights[2 * s] = out.weights[2 * s + 1] = epoch.weights[stage.rows[s]];
}

/// Slot 0 is the positive, with label 1 and its row's weight.
inline void writeSamples(const EpochView& epoch, const DrawStage& stage, const DrawnSamples& out) {
  memcpy(out.users, stage.users, stage.count * sizeof(uint32_t));
  for (int64_t s = 0; s < stage.count; s++) out.items[s] = stage.slots[s] == 0 ? stage.positives[s] : stage.ranks[s];
  for (int64_t s = 0; s < stage.count; s++) out.labels[s] = stage.slots[s] == 0 ? 1.0f : 0.0f;
  if (epoch.weights == nullptr) return;
  for (int64_t s = 0; s < stage.count; s++) out.weights[s] = stage.slots[s] == 0 ? epoch.weights[stage.rows[s]] : 1.0f;
}

template <typename Stored>
inline void drawSamples(const EpochView& epoch, uint64_t first, int64_t count, const DrawnSamples& out) {
  const int64_t losses = epoch.pairwise ? count / 2 : count;
  const uint64_t firstLoss = epoch.pairwise ? first / 2 : first;
  const int64_t stageCount = (losses + kDrawStage - 1) / kDrawStage;
  constexpr int64_t depth = 5;
  DrawStage ring[depth];
  for (int64_t turn = 0; turn < stageCount + depth - 1; turn++) {
    const auto withStage = [&](int64_t turnsAgo, auto&& step) LAWN_INLINE_LAMBDA {
      const int64_t index = turn - turnsAgo;
      if (index >= 0 && index < stageCount) step(ring[index % depth], index * kDrawStage);
    };
    withStage(4, [&](DrawStage& stage, int64_t at) LAWN_INLINE_LAMBDA {
      if (epoch.itemMass != nullptr) drawByMass<Stored>(epoch, stage);
      else searchItems<Stored>(epoch, stage);
      if (epoch.pairwise) writePairs(epoch, stage, out.from(2 * at));
      else writeSamples(epoch, stage, out.from(at));
    });
    withStage(3, [&](DrawStage& stage, int64_t) LAWN_INLINE_LAMBDA { readBounds<Stored>(epoch, stage); });
    withStage(2, [&](DrawStage& stage, int64_t) LAWN_INLINE_LAMBDA { drawRanks<Stored>(epoch, stage); });
    withStage(1, [&](DrawStage& stage, int64_t) LAWN_INLINE_LAMBDA { readPairs(epoch, stage); });
    withStage(0, [&](DrawStage& stage, int64_t at) LAWN_INLINE_LAMBDA {
      stage.count = losses - at < kDrawStage ? losses - at : kDrawStage;
      stage.whole = (stage.count + kLanes - 1) / kLanes * kLanes;
      drawRows(epoch, firstLoss + uint64_t(at), stage);
    });
  }
}

inline void draw(const EpochView& epoch, uint64_t first, int64_t count, const DrawnSamples& out) {
  if (epoch.seen.isNarrow) drawSamples<uint16_t>(epoch, first, count, out);
  else drawSamples<uint32_t>(epoch, first, count, out);
}

}  // namespace lawn::LAWN_ISA
