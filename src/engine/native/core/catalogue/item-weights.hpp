// Scores that are sums of what a user's items give to others: item-KNN and EASE. Plain twins: the scorers of
// src/baselines/item-knn.ts and ease.ts, with the same bits.
#pragma once

#include "core/catalogue/catalogue-scan.hpp"
#include "core/runtime/thread-pool.hpp"

namespace lawn {

/// What each item gives to others: to columns[offsets[n] .. offsets[n + 1]), or, without offsets, to every item.
struct ItemWeights {
  int64_t items;
  const uint32_t *offsets, *columns;  // null, null for [items][items]
  const float* values;
};

/// `own` are the items that each user has. Sums are in double and in the order of `own`, then rounded.
void answerByWeights(const CatalogueTable& kernels, ThreadPool& pool, const ItemWeights& weights, const ItemLists& own,
                     const CatalogueRequest& request, const CatalogueAnswers& answers);

}  // namespace lawn
