// Draws by popularity: an item has a mass, and a draw is a point of the masses laid end to end. Twin:
// src/dataset/popularity-draws.ts, to the bit.
//
//   itemMass [items + 1]: the mass before each item, and that of all
//   seenMass [seen items]: of a user's seen items, the mass of those before it in the user's list
#pragma once

#include "kernels/draw/counter-random.hpp"

namespace lawn::LAWN_ISA {

/// The item that the point falls into.
inline uint32_t itemOfMass(const uint32_t* itemMass, uint32_t items, uint32_t point) {
  uint32_t low = 0, left = items;  // the last item whose mass begins at or before the point
  while (left > 1) {
    const uint32_t half = left / 2;
    const bool isBefore = itemMass[low + half] <= point;
    low = isBefore ? low + half : low;
    left = isBefore ? left - half : half;
  }
  return low;
}

/// The item that the point falls into when the user's seen items are taken out.
template <typename Stored>
inline uint32_t unseenItemOfMass(const EpochView& epoch, const SeenUser& user, uint32_t word) {
  const Stored* items = static_cast<const Stored*>(epoch.seen.items) + user.begin;
  const uint32_t* before = epoch.seenMass + user.begin;
  const auto massOf = [&](uint32_t item) { return epoch.itemMass[item + 1] - epoch.itemMass[item]; };
  const uint32_t last = user.count - 1;
  const uint32_t seen = user.count == 0 ? 0 : before[last] + massOf(items[last]);
  const uint32_t point = uint32_t((uint64_t(word) * (epoch.itemMass[epoch.items] - seen)) >> 32);
  uint32_t low = 0, high = user.count;  // how many seen items begin at or before the point
  while (low < high) {
    const uint32_t middle = (low + high) / 2;
    if (epoch.itemMass[items[middle]] - before[middle] > point) high = middle;
    else low = middle + 1;
  }
  const uint32_t skipped = low == user.count ? seen : before[low];
  return itemOfMass(epoch.itemMass, epoch.items, point + skipped);
}

inline void drawShared(const EpochView& epoch, uint32_t row, int64_t count, uint32_t* items) {
  const Words step = countingWords();
  const uint32_t total = epoch.itemMass[epoch.items];
  for (int64_t at = 0; at < count; at += kLanes) {
    uint32_t words[kLanes];
    storeWords(words, threefryFirst(epoch.negativesLow, epoch.negativesHigh, Words{} + row, step + uint32_t(at)));
    const int64_t valid = count - at < kLanes ? count - at : kLanes;
    for (int64_t lane = 0; lane < valid; lane++) {
      items[at + lane] = itemOfMass(epoch.itemMass, epoch.items, uint32_t((uint64_t(words[lane]) * total) >> 32));
    }
  }
}

}  // namespace lawn::LAWN_ISA
