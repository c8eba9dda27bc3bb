// Scores of some users against the whole catalogue, for rankers that are a dot product and biases: a tile of users and
// items at a time, so that an item's row is read once for all of them. Bit for bit what `logits` gives the same pairs.
// And how many of a user's scores stand above others.
#pragma once

#include "kernels/forward.hpp"

namespace lawn::LAWN_ISA {

/// Users and items of a tile: their sums stay in registers.
constexpr int kTileUsers = kLanes == 16 ? 4 : 2, kTileItems = 4;

/// The sums of PlainProduct, of every user and item of a tile.
template <int Users, int Items>
struct TileProducts {
  const float* users[Users];
  const float* items;  // rows of `width`
  int64_t width;
  Floats lanes[Users][Items];
  float totals[Users][Items];
  template <int N>
  LAWN_INLINE void run(int64_t at) {
    FloatsOf<N> user[Users];
    for (int u = 0; u < Users; u++) user[u] = load<N>(users[u] + at);
#pragma GCC unroll 4
    for (int i = 0; i < Items; i++) {
      const FloatsOf<N> item = load<N>(items + i * width + at);
#pragma GCC unroll 4
      for (int u = 0; u < Users; u++) {
        if constexpr (N == kLanes) lanes[u][i] += user[u] * item;
        else totals[u][i] += sumLanes(user[u] * item);
      }
    }
  }
};

/// Items [item, item + Items) for Users users, whose scores lie `stride` apart.
template <int Users, int Items>
LAWN_INLINE void scoreTile(const RankerView& ranker, const uint32_t* users, int64_t item, float* out, int64_t stride) {
  const SideView &userSide = ranker.sides[kUsers], &itemSide = ranker.sides[kItems];
  TileProducts<Users, Items> tile;
  tile.items = itemSide.dot + item * ranker.dot;
  tile.width = ranker.dot;
#pragma GCC unroll 4
  for (int u = 0; u < Users; u++) {
    tile.users[u] = userSide.dot + users[u] * ranker.dot;
#pragma GCC unroll 4
    for (int i = 0; i < Items; i++) {
      tile.lanes[u][i] = Floats{};
      tile.totals[u][i] = ranker.headBias;
    }
  }
  forEachPiece(ranker.dot, tile);
#pragma GCC unroll 4
  for (int u = 0; u < Users; u++) {
#pragma GCC unroll 4
    for (int i = 0; i < Items; i++) {
      float logit = tile.totals[u][i];
      if (userSide.bias != nullptr) logit += userSide.bias[users[u]] + itemSide.bias[item + i];
      out[u * stride + item + i] = logit + sumLanes(tile.lanes[u][i]);
    }
  }
}

template <int Users>
LAWN_INLINE void scoreItems(const RankerView& ranker, const uint32_t* users, int64_t begin, int64_t end, float* out,
                            int64_t stride) {
  int64_t item = begin;
  for (; item + kTileItems <= end; item += kTileItems) {
    scoreTile<Users, kTileItems>(ranker, users, item, out, stride);
  }
  for (; item < end; item++) scoreTile<Users, 1>(ranker, users, item, out, stride);
}

/// Items that are scored for all users before the next ones are: their rows stay in the level 2 cache.
constexpr int64_t kItemsNear = 1024;

/// Scores [count][items] of a ranker without GMF and MLP paths.
inline void catalogueScores(const RankerView& ranker, const uint32_t* users, int64_t count, int64_t items, float* out) {
  for (int64_t begin = 0; begin < items; begin += kItemsNear) {
    const int64_t end = items - begin < kItemsNear ? items : begin + kItemsNear;
    int64_t user = 0;
    for (; user + kTileUsers <= count; user += kTileUsers) {
      scoreItems<kTileUsers>(ranker, users + user, begin, end, out + user * items, items);
    }
    for (; user < count; user++) scoreItems<1>(ranker, users + user, begin, end, out + user * items, items);
  }
}

/// Of [count] values, per threshold: how many are above it, and how many are equal to it. NaN is neither.
inline void countAbove(const float* values, int64_t count, const float* thresholds, int64_t thresholdCount,
                       uint32_t* above, uint32_t* equal) {
  for (int64_t t = 0; t < thresholdCount; t++) {
    const Floats threshold = broadcast(thresholds[t]);
    Words higher = {}, same = {};  // true is -1 in every lane
    int64_t at = 0;
    for (; at + kLanes <= count; at += kLanes) {
      const Floats value = load(values + at);
      higher -= Words(value > threshold);
      same -= Words(value == threshold);
    }
    uint32_t highers = 0, sames = 0;
    for (int lane = 0; lane < kLanes; lane++) {
      highers += higher[lane];
      sames += same[lane];
    }
    for (; at < count; at++) {
      highers += uint32_t(values[at] > thresholds[t]);
      sames += uint32_t(values[at] == thresholds[t]);
    }
    above[t] = highers;
    equal[t] = sames;
  }
}

}  // namespace lawn::LAWN_ISA
