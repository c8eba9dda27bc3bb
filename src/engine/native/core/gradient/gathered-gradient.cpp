// See gathered-gradient.hpp.
#include "core/gradient/gathered-gradient.hpp"

namespace lawn {

namespace {

constexpr int64_t kTotalsWords = sizeof(BlockTotals) / sizeof(float);

void copyWords(void* there, float* words, int64_t count, bool packs) {
  std::memcpy(packs ? words : there, packs ? there : words, size_t(count) * sizeof(float));
}

}  // namespace

/// Of all paths of an entity.
int64_t GatheredGradient::widthOf(int side) const {
  int64_t sum = 0;
  for (const Path path : kEveryPath) {
    if (model_.hasPath(side, path)) sum += model_.widthOf(side, path);
  }
  return sum;
}

int64_t GatheredGradient::words(const LaneShares& shares, int64_t rank) const {
  int64_t sum = shares.lanes(rank).length() * (model_.layout.size + kTotalsWords);
  for (int side = 0; side < kSides; side++) {
    sum += shares.slots(rank, side).length() * widthOf(side);
  }
  return sum;
}

void GatheredGradient::gather(const BatchPlan& plan, const LaneShares& shares, float* lanes, BlockTotals* totals,
                              Exchange& exchange) {
  if (exchange.isAlone()) return;
  offsets_.assign(1, 0);
  for (int64_t rank = 0; rank < shares.ranks(); rank++) offsets_.push_back(offsets_.back() + words(shares, rank));
  words_.reserve(offsets_.back());
  move(plan, shares, shares.own(), lanes, totals, true);
  exchange.allGather(words_.data(), offsets_);
  for (int64_t rank = 0; rank < shares.ranks(); rank++) {
    if (rank != shares.own()) move(plan, shares, rank, lanes, totals, false);
  }
}

void GatheredGradient::move(const BatchPlan& plan, const LaneShares& shares, int64_t rank, float* lanes,
                            BlockTotals* totals, bool packs) {
  float* words = words_.data() + offsets_[size_t(rank)];
  const Stretch own = shares.lanes(rank);
  copyWords(lanes + own.begin * model_.layout.size, words, own.length() * model_.layout.size, packs);
  words += own.length() * model_.layout.size;
  copyWords(totals + own.begin, words, own.length() * kTotalsWords, packs);
  words += own.length() * kTotalsWords;
  for (int side = 0; side < kSides; side++) {
    const Stretch slots = shares.slots(rank, side);
    moveRows(plan, side, slots, words, packs);
    words += slots.length() * widthOf(side);
  }
}

void GatheredGradient::moveRows(const BatchPlan& plan, int side, const Stretch& slots, float* words, bool packs) {
  constexpr int64_t slotsPerTask = 1024;
  const uint32_t* rows = model_.gradientRows(side, plan.sides[size_t(side)].distinct.data());
  for (const Path path : kEveryPath) {
    if (!model_.hasPath(side, path)) continue;
    const int64_t width = model_.widthOf(side, path);
    float* gradient = model_.entityGradients(side, path);
    pool_.run(divideUp(slots.length(), slotsPerTask), [&](int64_t task, int) {
      const int64_t begin = task * slotsPerTask, end = std::min(begin + slotsPerTask, slots.length());
      for (int64_t slot = begin; slot < end; slot++) {
        copyWords(gradient + rows[slots.begin + slot] * width, words + slot * width, width, packs);
      }
    });
    words += slots.length() * width;
  }
}

}  // namespace lawn
