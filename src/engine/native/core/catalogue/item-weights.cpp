// See item-weights.hpp.
#include "core/catalogue/item-weights.hpp"

#include <algorithm>

namespace lawn {

namespace {

struct Scratch {
  AlignedArray<double> sums;   // [items, with room]
  AlignedArray<float> scores;  // likewise
};

/// All scores of one user.
void scoreByWeights(const CatalogueTable& kernels, const ItemWeights& weights, const uint32_t* own, int64_t count,
                    Scratch& scratch) {
  double* sums = scratch.sums.data();
  std::fill(sums, sums + weights.items, 0.0);
  for (int64_t n = 0; n < count; n++) {
    if (weights.offsets == nullptr) {
      kernels.addRow(weights.values + int64_t(own[n]) * weights.items, weights.items, sums);
      continue;
    }
    for (uint32_t at = weights.offsets[own[n]]; at < weights.offsets[own[n] + 1]; at++) {
      sums[weights.columns[at]] += double(weights.values[at]);
    }
  }
  kernels.roundRow(sums, weights.items, scratch.scores.data());
}

}  // namespace

void answerByWeights(const CatalogueTable& kernels, ThreadPool& pool, const ItemWeights& weights, const ItemLists& own,
                     const CatalogueRequest& request, const CatalogueAnswers& answers) {
  const int64_t room = CatalogueScan::roomFor(weights.items);
  std::vector<CatalogueScan> scans;
  std::vector<Scratch> scratches;
  for (int thread = 0; thread < pool.threads(); thread++) {
    scans.emplace_back(kernels, request, answers, 1, weights.items, weights.items);
    scratches.push_back({.sums = AlignedArray<double>(room), .scores = AlignedArray<float>(room)});
  }
  const ItemLists& positives = request.positives;
  pool.run(request.users, [&](int64_t user, int thread) {
    Scratch& scratch = scratches[size_t(thread)];
    CatalogueScan& scan = scans[size_t(thread)];
    scoreByWeights(kernels, weights, own.items + own.offsets[user], own.offsets[user + 1] - own.offsets[user], scratch);
    for (uint32_t at = positives.offsets[user]; at < positives.offsets[user + 1]; at++) {
      answers.positiveScores[at] = scratch.scores[positives.items[at]];
    }
    scan.begin(0, user);
    scan.take(0, scratch.scores.data(), 0, weights.items);
    scan.end(0);
  });
}

}  // namespace lawn
