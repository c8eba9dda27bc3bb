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

/// The item of rank `rank` among those that the user lacks: rank + how many of the user's items stand before it.
LAWN_INLINE uint32_t unseenItemOfRank(const uint32_t* seen, uint32_t count, uint32_t rank) {
  uint32_t low = 0;
  while (count > 0) {  // no branch depends on what is found
    const uint32_t half = count / 2, middle = low + half;
    const bool before = seen[middle] - middle <= rank;
    low = before ? middle + 1 : low;
    count = before ? count - half - 1 : half;
  }
  return rank + low;
}

struct DrawnLane {
  uint32_t row, slot, user;
};

inline void draw(const EpochView& epoch, uint64_t first, int64_t count, uint32_t* users, uint32_t* items, float* labels) {
  const int64_t losses = epoch.pairwise ? count / 2 : count;
  const uint64_t firstLoss = epoch.pairwise ? first / 2 : first;
  for (int64_t at = 0; at < losses; at += kLanes) {
    const int64_t valid = losses - at < kLanes ? losses - at : kLanes;
    uint32_t samples[kLanes], rows[kLanes], draws[kLanes], slots[kLanes], words[kLanes];
    storeWords(samples, permuteLanes(epoch, firstLoss + at, valid));
    for (int lane = 0; lane < kLanes; lane++) {
      rows[lane] = samples[lane] / epoch.samplesPerPositive;
      slots[lane] = samples[lane] - rows[lane] * epoch.samplesPerPositive;
      draws[lane] = epoch.pairwise ? slots[lane] : slots[lane] - 1;  // slot 0 draws a word that nobody uses
    }
    storeWords(words, threefryFirst(epoch.negativesLow, epoch.negativesHigh, loadWords(rows), loadWords(draws)));
    for (int64_t lane = 0; lane < valid; lane++) {
      const uint32_t user = epoch.userColumn[rows[lane]];
      const uint32_t begin = epoch.seenOffsets[user], seen = epoch.seenOffsets[user + 1] - begin;
      const uint32_t positive = epoch.itemColumn[rows[lane]];
      const bool isPositive = !epoch.pairwise && slots[lane] == 0;
      uint32_t negative = positive;
      if (!isPositive) {
        const uint32_t rank = uint32_t((uint64_t(words[lane]) * (epoch.items - seen)) >> 32);
        negative = unseenItemOfRank(epoch.seenItems + begin, seen, rank);
      }
      if (epoch.pairwise) {
        const int64_t place = 2 * (at + lane);
        users[place] = users[place + 1] = user;
        items[place] = positive;
        items[place + 1] = negative;
      } else {
        users[at + lane] = user;
        items[at + lane] = negative;
        labels[at + lane] = isPositive ? 1.0f : 0.0f;
      }
    }
  }
}

}  // namespace lawn::LAWN_ISA
