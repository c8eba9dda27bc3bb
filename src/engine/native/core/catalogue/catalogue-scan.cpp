// See catalogue-scan.hpp.
#include "core/catalogue/catalogue-scan.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace lawn {

bool CatalogueScan::isBetter(const Best& a, const Best& b) {
  return a.score > b.score || (a.score == b.score && a.item < b.item);
}

CatalogueScan::CatalogueScan(const CatalogueTable& kernels, const CatalogueRequest& request,
                             const CatalogueAnswers& answers, int64_t places, int64_t items, int64_t most)
    : kernels_(kernels),
      request_(request),
      answers_(answers),
      longest_(std::min(request.k, items)),
      places_(size_t(places)),
      positions_(size_t(roomFor(most))) {
  for (Place& place : places_) place.best.reserve(size_t(longest_));
}

void CatalogueScan::begin(int64_t index, int64_t user) {
  Place& place = places_[size_t(index)];
  place.user = user;
  place.nextMasked = request_.masked.offsets == nullptr ? 0 : request_.masked.offsets[user];
  place.best.clear();
  if (answers_.notNumbers != nullptr) answers_.notNumbers[user] = 0;
  if (answers_.bins != nullptr) std::fill_n(answers_.bins + user * kBinNumbers, kBinNumbers, 0.0);
  if (request_.positives.offsets == nullptr) return;
  for (uint32_t at = request_.positives.offsets[user]; at < request_.positives.offsets[user + 1]; at++) {
    answers_.atLeast[at] = 0;
    answers_.above[at] = 0;
  }
}

void CatalogueScan::take(int64_t index, float* scores, int64_t first, int64_t count) {
  Place& place = places_[size_t(index)];
  const int64_t user = place.user, room = roomFor(count);
  std::fill(scores + count, scores + room, 0.0f);
  const uint32_t notNumbers = kernels_.settle(scores, room);
  if (answers_.notNumbers != nullptr) answers_.notNumbers[user] += notNumbers;
  // What is no score is marked by NaN, which no score is any more.
  std::fill(scores + count, scores + room, NAN);
  mask(place, scores, first, count);
  if (longest_ > 0) offer(place, scores, first, count);
  if (request_.positives.offsets == nullptr) return;
  hidePositives(user, scores, first, count);
  for (uint32_t at = request_.positives.offsets[user]; at < request_.positives.offsets[user + 1]; at++) {
    kernels_.countAgainst(scores, room, answers_.positiveScores[at], answers_.atLeast + at, answers_.above + at);
  }
  if (answers_.bins != nullptr) kernels_.addToBins(scores, room, answers_.bins + user * kBinNumbers);
}

void CatalogueScan::mask(Place& place, float* scores, int64_t first, int64_t count) {
  const ItemLists& masked = request_.masked;
  if (masked.offsets == nullptr) return;
  const uint32_t end = masked.offsets[place.user + 1];
  for (; place.nextMasked < end && masked.items[place.nextMasked] < first + count; place.nextMasked++) {
    scores[masked.items[place.nextMasked] - first] = NAN;
  }
}

void CatalogueScan::hidePositives(int64_t user, float* scores, int64_t first, int64_t count) {
  const ItemLists& positives = request_.positives;
  for (uint32_t at = positives.offsets[user]; at < positives.offsets[user + 1]; at++) {
    const int64_t item = int64_t(positives.items[at]) - first;
    if (item >= 0 && item < count) scores[item] = NAN;
  }
}

void CatalogueScan::offer(Place& place, const float* scores, int64_t first, int64_t count) {
  std::vector<Best>& best = place.best;
  int64_t at = 0;
  for (; at < count && int64_t(best.size()) < longest_; at++) {
    if (std::isnan(scores[at])) continue;
    best.push_back({scores[at], uint32_t(first + at)});
    std::push_heap(best.begin(), best.end(), isBetter);
  }
  // Items come in ascending order, so that a later one of equal score is no better. The bar rises: the less was seen
  // below it, the sooner it is looked at again.
  while (at < count) {
    const int64_t end = std::min(count, roomFor(at + std::max<int64_t>(16, first + at)));
    const int64_t found = kernels_.above(scores, at, end, best.front().score, positions_.data());
    for (int64_t n = 0; n < found; n++) {
      const Best candidate{scores[positions_[size_t(n)]], uint32_t(first + positions_[size_t(n)])};
      if (candidate.score <= best.front().score) continue;
      std::pop_heap(best.begin(), best.end(), isBetter);
      best.back() = candidate;
      std::push_heap(best.begin(), best.end(), isBetter);
    }
    at = end;
  }
}

void CatalogueScan::end(int64_t index) {
  if (longest_ == 0) return;
  Place& place = places_[size_t(index)];
  std::vector<Best>& best = place.best;
  std::sort_heap(best.begin(), best.end(), isBetter);
  constexpr Best nothing{-std::numeric_limits<float>::infinity(), std::numeric_limits<uint32_t>::max()};
  for (int64_t rank = 0; rank < request_.k; rank++) {
    const Best& at = rank < int64_t(best.size()) ? best[size_t(rank)] : nothing;
    answers_.listItems[place.user * request_.k + rank] = at.item;
    if (answers_.listScores != nullptr) answers_.listScores[place.user * request_.k + rank] = at.score;
  }
}

}  // namespace lawn
