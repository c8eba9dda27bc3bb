// What is asked of users' scores of the whole catalogue, and where the answers go. Twin: src/ranker/catalogue-ranks.ts.
#pragma once

#include <cstdint>

namespace lawn {

/// Items of each asked user: items[offsets[n] .. offsets[n + 1]). Null offsets: none of anybody.
struct ItemLists {
  const uint32_t* offsets = nullptr;
  const uint32_t* items = nullptr;
  int64_t total(int64_t users) const { return offsets == nullptr ? 0 : int64_t(offsets[users]); }
};

struct CatalogueRequest {
  int64_t users;        // how many are asked about
  ItemLists positives;  // ranked against all others that are not masked
  ItemLists masked;     // each user's ascending: no negatives, and in no list
  int64_t k;            // of the lists; 0 for none
};

/// Null where not asked for.
struct CatalogueAnswers {
  float* positiveScores = nullptr;                // [positives]
  uint32_t *atLeast = nullptr, *above = nullptr;  // [positives] negatives with that score, or a greater one
  uint32_t* notNumbers = nullptr;                 // [users] scores that are NaN
  uint32_t* listItems = nullptr;                  // [users][k]
  float* listScores = nullptr;                    // [users][k]
  double* bins = nullptr;                         // [users][kBinNumbers] of negatives
};

}  // namespace lawn
