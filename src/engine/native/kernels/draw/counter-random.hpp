// Randomness by counter, kLanes values at a time: bit-equal twins of threefry and permute of src/random.ts.
#pragma once

#include "kernels/kernel-table.hpp"
#include "kernels/simd.hpp"

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

/// One pass through the Feistel network.
LAWN_INLINE Words permuteOnce(const EpochView& epoch, Words element) {
  const uint32_t leftMask = (1u << epoch.leftBits) - 1, rightMask = (1u << epoch.rightBits) - 1;
  Words left = element >> epoch.rightBits, right = element & rightMask;
  for (int round = 0; round < 6; round += 2) {
    left = (left ^ mixWords(right, epoch.roundKeys[round])) & leftMask;
    right = (right ^ mixWords(left, epoch.roundKeys[round + 1])) & rightMask;
  }
  return (left << epoch.rightBits) | right;
}

/// Elements still outside the epoch, and their indices in the output.
struct Walkers {
  uint32_t *elements, *indices;
  int64_t count = 0;
  LAWN_INLINE void keepIf(bool isOutside, uint32_t element, uint32_t index) {
    elements[count] = element;
    indices[count] = index;
    count += isOutside;
  }
};

/// Cycle walking: permutes positions first, first + 1, ... again and again until all are inside the epoch. Those still
/// outside are packed together, so that no lane idles. All three arrays have room for `count` rounded up to whole
/// vectors.
inline void permutePositions(const EpochView& epoch, uint64_t first, int64_t count, uint32_t* elements,
                             uint32_t* walking, uint32_t* indices) {
  const Words step = countingWords();
  const uint32_t last = uint32_t(epoch.samples - 1);
  for (int64_t at = 0; at < count; at += kLanes) {
    storeWords(elements + at, permuteOnce(epoch, uint32_t(first + uint64_t(at)) + step));
  }
  Walkers walkers{.elements = walking, .indices = indices};
  for (int64_t s = 0; s < count; s++) walkers.keepIf(elements[s] > last, elements[s], uint32_t(s));
  while (walkers.count > 0) {
    Walkers next{.elements = walking, .indices = indices};
    for (int64_t at = 0; at < walkers.count; at += kLanes) {
      uint32_t walked[kLanes];
      storeWords(walked, permuteOnce(epoch, loadWords(walking + at)));
      const int64_t valid = walkers.count - at < kLanes ? walkers.count - at : kLanes;
      for (int64_t lane = 0; lane < valid; lane++) {
        const uint32_t index = indices[at + lane];
        elements[index] = walked[lane];
        next.keepIf(walked[lane] > last, walked[lane], index);  // written behind what is read
      }
    }
    walkers = next;
  }
}

}  // namespace lawn::LAWN_ISA
