// What the core hands to the kernels of whole catalogues (panel-scores.hpp, row-scan.hpp). Items come in panels, so
// that the scores of some users for one of them stay in the nearest cache.
#pragma once

#include <cstdint>

namespace lawn {

/// Items of a panel: of every instruction set whole vectors, and several at a time.
constexpr int64_t kPanelItems = 512;
/// Users whose scores for one panel are computed in one go.
constexpr int64_t kPanelUsers = 24;

/// Users' vectors times a panel of items' vectors, for a ranker that is one inner product.
struct PanelProduct {
  int64_t users, width;
  const float* const* vectors;  // [users] each [width]
  const float* userBias;        // [users], or null
  const float* items;           // of packPanel
  const float* itemBias;        // [kPanelItems], or null
  float constant;               // of every score
  float* scores;                // [users][kPanelItems] out
};

/// Bins of calibration, and the doubles of one case: counts, then sums of probabilities. Twin: CALIBRATION_BINS of
/// src/ranker/catalogue-ranks.ts.
constexpr int kBins = 15;
constexpr int64_t kBinNumbers = 2 * kBins;

/// Scores are in whole vectors: `count` is a multiple of every width of them, and what is no score is NaN.
struct CatalogueTable {
  /// A score has the bits that `logits` gives it.
  void (*panelScores)(const PanelProduct&);
  /// The first `count` items' vectors, [count][width], into [kPanelItems * width] as panelScores reads them.
  void (*packPanel)(const float* items, int64_t count, int64_t width, float* panel);
  /// NaN becomes -infinity; returns how many there were.
  uint32_t (*settle)(float* scores, int64_t count);
  /// Which of the scores [begin, end) are above a bar, ascending; NaN is above none. Neither need be at whole vectors.
  int64_t (*above)(const float* scores, int64_t begin, int64_t end, float bar, uint32_t* positions);
  /// Adds how many scores reach a bar, and how many are above it.
  void (*countAgainst)(const float* scores, int64_t count, float bar, uint32_t* atLeast, uint32_t* above);
  /// Adds the scores' probabilities, NaN left out, to [kBinNumbers]; overwrites the scores.
  void (*addToBins)(float* scores, int64_t count, double* bins);
  /// sums += row; `count` may be any.
  void (*addRow)(const float* row, int64_t count, double* sums);
  void (*roundRow)(const double* sums, int64_t count, float* scores);
};

}  // namespace lawn
