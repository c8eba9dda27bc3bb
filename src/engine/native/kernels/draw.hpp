// The samples of an epoch, drawn by counter: bit-equal twins of src/random.ts (threefry, permute, boundedInteger),
// src/dataset/negative-sampler.ts and src/dataset/training-batches.ts, kLanes samples at a time.
#pragma once

#include "kernel-table.hpp"
#include "simd.hpp"

namespace lawn::LAWN_ISA {

LAWN_INLINE Words rotateLeft(Words x, int by) { return (x << by) | (x >> (32 - by)); }

template <int R0, int R1, int R2, int R3>
LAWN_INLINE void threefryRounds(Words& a, Words& b) {
  a += b;
  b = rotateLeft(b, R0) ^ a;
  a += b;
  b = rotateLeft(b, R1) ^ a;
  a += b;
  b = rotateLeft(b, R2) ^ a;
  a += b;
  b = rotateLeft(b, R3) ^ a;
}

/// The first word of Threefry-2x32-20 of each counter (low, high).
LAWN_INLINE Words threefryFirst(uint32_t k0, uint32_t k1, Words low, Words high) {
  const uint32_t k2 = 0x1bd11bda ^ k0 ^ k1;
  Words a = low + k0, b = high + k1;
  threefryRounds<13, 15, 26, 6>(a, b);
  a += k1, b += k2 + 1;
  threefryRounds<17, 29, 16, 24>(a, b);
  a += k2, b += k0 + 2;
  threefryRounds<13, 15, 26, 6>(a, b);
  a += k0, b += k1 + 3;
  threefryRounds<17, 29, 16, 24>(a, b);
  a += k1, b += k2 + 4;
  threefryRounds<13, 15, 26, 6>(a, b);
  return a + k2;
}

/// The finaliser of MurmurHash3 on value ^ key.
LAWN_INLINE Words mixWords(Words value, uint32_t key) {
  Words x = value ^ key;
  x = (x ^ (x >> 16)) * 0x85ebca6bu;
  x = (x ^ (x >> 13)) * 0xc2b2ae35u;
  return x ^ (x >> 16);
}

/// One walk of the Feistel network.
LAWN_INLINE Words permuteOnce(const EpochView& epoch, Words element) {
  const uint32_t leftMask = (1u << epoch.leftBits) - 1, rightMask = (1u << epoch.rightBits) - 1;
  Words left = element >> epoch.rightBits, right = element & rightMask;
  for (int round = 0; round < 6; round += 2) {
    left = (left ^ mixWords(right, epoch.roundKeys[round])) & leftMask;
    right = (right ^ mixWords(left, epoch.roundKeys[round + 1])) & rightMask;
  }
  return (left << epoch.rightBits) | right;
}

/// The elements at positions first, first + 1, ...
LAWN_INLINE Words permuteLanes(const EpochView& epoch, uint64_t first, int64_t valid) {
  uint32_t positions[kLanes], walking[kLanes];
  for (int lane = 0; lane < kLanes; lane++) positions[lane] = uint32_t(first + (lane < valid ? lane : 0));
  Words element = permuteOnce(epoch, loadWords(positions));
  for (;;) {
    bool outside = false;
    storeWords(walking, element);
    for (int lane = 0; lane < kLanes; lane++) outside |= walking[lane] >= epoch.samples;
    if (!outside) return element;
    const Words next = permuteOnce(epoch, element);
    // `samples` is below 2^32 here: a network of 2^32 elements never leaves its range.
    element = element >= uint32_t(epoch.samples) ? next : element;
  }
}

/// Samples drawn side by side: enough that the cache misses of one stage are over when the next stage comes to them.
constexpr int64_t kDrawStage = 128;

/// What is known of each sample of a stage so far.
struct DrawStage {
  uint32_t rows[kDrawStage], slots[kDrawStage], words[kDrawStage];
  uint32_t users[kDrawStage], positives[kDrawStage];
  uint32_t begins[kDrawStage], seen[kDrawStage], ranks[kDrawStage];  // of the user's items; none where no negative is due
};

/// Rows of the log and random words, by position in the epoch.
LAWN_INLINE void drawRows(const EpochView& epoch, uint64_t first, int64_t count, DrawStage& stage) {
  for (int64_t at = 0; at < count; at += kLanes) {
    uint32_t samples[kLanes], draws[kLanes];
    storeWords(samples, permuteLanes(epoch, first + at, count - at));
    for (int lane = 0; lane < kLanes; lane++) {
      const uint32_t row = samples[lane] / epoch.samplesPerPositive;
      const uint32_t slot = samples[lane] - row * epoch.samplesPerPositive;
      stage.rows[at + lane] = row;
      stage.slots[at + lane] = slot;
      draws[lane] = epoch.pairwise ? slot : slot - 1;  // slot 0 draws a word that nobody uses
      __builtin_prefetch(epoch.pairs + 2 * uint64_t(row));
    }
    storeWords(stage.words + at,
               threefryFirst(epoch.negativesLow, epoch.negativesHigh, loadWords(stage.rows + at), loadWords(draws)));
  }
}

/// Users and positives of the rows, and the rank of each negative among the items that its user lacks.
LAWN_INLINE void drawRanks(const EpochView& epoch, int64_t count, DrawStage& stage) {
  for (int64_t s = 0; s < count; s++) {
    const uint32_t* pair = epoch.pairs + 2 * uint64_t(stage.rows[s]);
    stage.users[s] = pair[0];
    stage.positives[s] = pair[1];
    __builtin_prefetch(epoch.seenOffsets + pair[0]);
  }
  for (int64_t s = 0; s < count; s++) {
    const uint32_t begin = epoch.seenOffsets[stage.users[s]];
    const uint32_t seen = epoch.seenOffsets[stage.users[s] + 1] - begin;
    stage.begins[s] = begin;
    stage.seen[s] = epoch.pairwise || stage.slots[s] > 0 ? seen : 0;
    stage.ranks[s] = uint32_t((uint64_t(stage.words[s]) * (epoch.items - seen)) >> 32);
    __builtin_prefetch(epoch.seenItems + begin + seen / 2);
  }
}

/// How many of the user's items stand before the unseen item of each rank: kLanes binary searches in step. Where `seen` is 0 too.
LAWN_INLINE Words seenBefore(const EpochView& epoch, const DrawStage& stage, int64_t at) {
  const Words rank = loadWords(stage.ranks + at);
  Words low = {}, left = loadWords(stage.seen + at);
  uint32_t most = 0;
  for (int lane = 0; lane < kLanes; lane++) most = stage.seen[at + lane] > most ? stage.seen[at + lane] : most;
  for (; most > 0; most /= 2) {
    const Words half = left / 2, middle = low + half;
    uint32_t places[kLanes], items[kLanes];
    storeWords(places, middle);
    // A search that is over may look one past its user's items; the array has one more.
    for (int lane = 0; lane < kLanes; lane++) items[lane] = epoch.seenItems[uint64_t(stage.begins[at + lane]) + places[lane]];
    const auto isBefore = (loadWords(items) - middle <= rank) & (left > 0);
    low = isBefore ? middle + 1 : low;
    left = isBefore ? left - half - 1 : half;
  }
  return low;
}

inline void draw(const EpochView& epoch, uint64_t first, int64_t count, uint32_t* users, uint32_t* items, float* labels) {
  const int64_t losses = epoch.pairwise ? count / 2 : count;
  const uint64_t firstLoss = epoch.pairwise ? first / 2 : first;
  DrawStage stage;
  for (int64_t at = 0; at < losses; at += kDrawStage) {
    const int64_t valid = losses - at < kDrawStage ? losses - at : kDrawStage;
    const int64_t whole = (valid + kLanes - 1) / kLanes * kLanes;  // the lanes beyond `valid` repeat a sample
    drawRows(epoch, firstLoss + at, valid, stage);
    drawRanks(epoch, whole, stage);
    for (int64_t s = 0; s < whole; s += kLanes) {
      storeWords(stage.ranks + s, loadWords(stage.ranks + s) + seenBefore(epoch, stage, s));
    }
    for (int64_t s = 0; s < valid; s++) {
      const uint32_t user = stage.users[s], positive = stage.positives[s], negative = stage.ranks[s];
      if (epoch.pairwise) {
        const int64_t place = 2 * (at + s);
        users[place] = users[place + 1] = user;
        items[place] = positive;
        items[place + 1] = negative;
      } else {
        const bool isPositive = stage.slots[s] == 0;
        users[at + s] = user;
        items[at + s] = isPositive ? positive : negative;
        labels[at + s] = isPositive ? 1.0f : 0.0f;
      }
    }
  }
}

}  // namespace lawn::LAWN_ISA
