// The rows of a batch under a lazy rule: what the steps they were absent from leave of their slots. The work of a step
// is that of its rows, whatever the tables. Twin: src/optimizer/lazy/row-steps.ts.
#pragma once

#include <array>
#include <vector>

#include "core/batch/side-tasks.hpp"
#include "core/runtime/aligned-array.hpp"
#include "core/runtime/thread-pool.hpp"

namespace lawn {

/// Distinct rows of one side's tables that the batch looks up.
struct BatchRows {
  const uint32_t* rows;
  int64_t count;
};
using BatchRowsOfSides = std::array<BatchRows, kSides>;

/// decay^k for whole k, by two tables: rows of a large table are absent from thousands of steps.
class DecayPowers {
 public:
  explicit DecayPowers(double decay);
  float power(uint32_t k) const {
    return k < kNear ? float(near_[k]) : k < kNear * kFar ? float(near_[k % kNear] * far_[k / kNear]) : beyond(k);
  }

 private:
  static constexpr uint32_t kNear = 1024, kFar = 1024;
  float beyond(uint32_t k) const;

  double decay_;
  std::vector<double> near_, far_;  // decay^k, and decay^(kNear k)
};

class LazyRows {
 public:
  /// `catchesUp`: whether slots decay at all.
  LazyRows(const std::array<int64_t, kSides>& tableRows, bool catchesUp, double velocityDecay, double rootDecay);

  /// The rows of the step that follows `stepsDone` steps, with their factors; they then count as up to date.
  void begin(const BatchRowsOfSides& rows, int64_t stepsDone, ThreadPool& pool);

  const BatchRows& rowsOf(int side) const { return rows_[size_t(side)]; }
  /// [rows of the batch], 1 for a row that was in the last batch
  const float* velocityFactors(int side) const { return velocityFactors_[size_t(side)].data(); }
  const float* rootFactors(int side) const { return rootFactors_[size_t(side)].data(); }

  /// Per row, the steps that were done when its slots were last brought up to date; empty where none catches up.
  std::array<AlignedArray<uint32_t>, kSides> lastSteps;

 private:
  const bool catchesUp_;
  DecayPowers velocityPowers_, rootPowers_;
  BatchRowsOfSides rows_{};
  std::array<AlignedArray<float>, kSides> velocityFactors_, rootFactors_;
};

}  // namespace lawn
