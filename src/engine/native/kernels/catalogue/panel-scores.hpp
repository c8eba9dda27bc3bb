// Scores of users for a panel of items, vectors of items at a time, in the very order in which `logits` (forward.hpp)
// adds up one pair: that kernel keeps a sum per lane and halves them in the end (sumLanes). Here a lane's sum is a
// chain of its own and the halving is a tree over chains, so the bits are the same.
#pragma once

#include "kernels/catalogue/catalogue-table.hpp"
#include "kernels/simd.hpp"

namespace lawn::LAWN_ISA {

constexpr int kTileUsers = 4, kTileVectors = 2;
constexpr int64_t kTileItems = kTileVectors * kLanes;
static_assert(kPanelItems % kTileItems == 0, "a panel is whole tiles");

/// Sums of a tile: [users][vectors of items].
template <int Users>
struct TileSums {
  Floats of[Users][kTileVectors];
  template <typename Visit>
  LAWN_INLINE void each(Visit&& visit) {
#pragma GCC unroll 4
    for (int u = 0; u < Users; u++) {
#pragma GCC unroll 4
      for (int v = 0; v < kTileVectors; v++) visit(of[u][v], u, v);
    }
  }
  LAWN_INLINE void add(const TileSums& others) {
    each([&](Floats& sum, int u, int v) LAWN_INLINE_LAMBDA { sum += others.of[u][v]; });
  }
};

/// A tile's users, and its items: [width][kTileItems].
struct TileRows {
  const float* const* users;
  const float* items;
};

/// Terms begin, begin + step, ... up to `end` of every inner product of the tile.
template <int Users>
LAWN_INLINE TileSums<Users> chainOf(TileRows rows, int64_t begin, int64_t end, int64_t step) {
  TileSums<Users> sums{};
  for (int64_t term = begin; term < end; term += step) {
    const float* items = rows.items + term * kTileItems;
    sums.each([&](Floats& sum, int u, int v)
                  LAWN_INLINE_LAMBDA { sum += broadcast(rows.users[u][term]) * load(items + v * kLanes); });
  }
  return sums;
}

/// One term alone, rounded: what is added to it must not become one rounding with it, as it does not in `logits`.
template <int Users>
LAWN_INLINE TileSums<Users> termOf(TileRows rows, int64_t term) {
  TileSums<Users> products;
  products.each([&](Floats& product, int u, int v) LAWN_INLINE_LAMBDA {
    product = broadcast(rows.users[u][term]) * load(rows.items + term * kTileItems + v * kLanes);
#if defined(__SSE2__)
    asm("" : "+x"(product));
#else
    asm("" : "+w"(product));
#endif
  });
  return products;
}

/// Lanes lane, lane + Stride, ... of N, added as sumLanes adds them.
template <int Users, int N, int Stride, typename LaneOf>
LAWN_INLINE TileSums<Users> treeOf(const LaneOf& laneOf, int64_t lane) {
  if constexpr (Stride == N) {
    return laneOf(lane);
  } else {
    auto sums = treeOf<Users, N, 2 * Stride>(laneOf, lane);
    sums.add(treeOf<Users, N, 2 * Stride>(laneOf, lane + Stride));
    return sums;
  }
}

/// A piece of forEachPiece (simd.hpp) that is shorter than a vector.
template <int Users, int N>
LAWN_INLINE void addPiece(TileRows rows, int64_t& at, int64_t width, TileSums<Users>& totals) {
  if (at + N > width) return;
  const auto laneOf = [&](int64_t lane) LAWN_INLINE_LAMBDA { return termOf<Users>(rows, at + lane); };
  totals.add(treeOf<Users, N, 1>(laneOf, 0));
  at += N;
}

template <int Users>
inline void panelTile(const PanelProduct& p, int64_t user, int64_t item) {
  const TileRows rows{.users = p.vectors + user, .items = p.items + item * p.width};
  int64_t at = p.width / kLanes * kLanes;
  const auto laneOf = [&](int64_t lane) LAWN_INLINE_LAMBDA { return chainOf<Users>(rows, lane, at, kLanes); };
  TileSums<Users> sums = treeOf<Users, kLanes, 1>(laneOf, 0);
  TileSums<Users> totals;
  totals.each([&](Floats& total, int, int) LAWN_INLINE_LAMBDA { total = broadcast(p.constant); });
  if constexpr (kLanes > 8) addPiece<Users, 8>(rows, at, p.width, totals);
  if constexpr (kLanes > 4) addPiece<Users, 4>(rows, at, p.width, totals);
  for (; at < p.width; at++) {
    totals.each([&](Floats& total, int u, int v) LAWN_INLINE_LAMBDA {
      total += broadcast(rows.users[u][at]) * load(rows.items + at * kTileItems + v * kLanes);
    });
  }
  if (p.itemBias != nullptr) {
    totals.each([&](Floats& total, int u, int v)
                    LAWN_INLINE_LAMBDA { total += p.userBias[user + u] + load(p.itemBias + item + v * kLanes); });
  }
  totals.add(sums);
  totals.each([&](Floats& total, int u, int v)
                  LAWN_INLINE_LAMBDA { store(p.scores + (user + u) * kPanelItems + item + v * kLanes, total); });
}

inline void panelScores(const PanelProduct& p) {
  for (int64_t item = 0; item < kPanelItems; item += kTileItems) {
    int64_t user = 0;
    for (; user + kTileUsers <= p.users; user += kTileUsers) panelTile<kTileUsers>(p, user, item);
    for (; user < p.users; user++) panelTile<1>(p, user, item);
  }
}

/// [count][width] of items into [kPanelItems][width] by tiles, each [width][kTileItems]; zeros where there is no item.
inline void packPanel(const float* items, int64_t count, int64_t width, float* panel) {
  for (int64_t item = 0; item < kPanelItems; item++) {
    float* to = panel + item / kTileItems * kTileItems * width + item % kTileItems;
    for (int64_t term = 0; term < width; term++) to[term * kTileItems] = item < count ? items[item * width + term] : 0;
  }
}

}  // namespace lawn::LAWN_ISA
