// See lazy-rows.hpp.
#include "core/optimizer/lazy-rows.hpp"

#include <algorithm>
#include <cmath>

namespace lawn {

namespace {

constexpr int64_t kRowsPerTask = 1024;

}  // namespace

DecayPowers::DecayPowers(double decay) : decay_(decay), near_(kNear), far_(kFar) {
  for (uint32_t k = 0; k < kNear; k++) near_[k] = std::pow(decay, double(k));
  for (uint32_t k = 0; k < kFar; k++) far_[k] = std::pow(decay, double(kNear) * double(k));
}

float DecayPowers::beyond(uint32_t k) const { return float(std::pow(decay_, double(k))); }

LazyRows::LazyRows(const std::array<int64_t, kSides>& tableRows, bool catchesUp, double velocityDecay, double rootDecay)
    : catchesUp_(catchesUp), velocityPowers_(velocityDecay), rootPowers_(rootDecay) {
  if (!catchesUp) return;
  for (int side = 0; side < kSides; side++) lastSteps[size_t(side)] = AlignedArray<uint32_t>(tableRows[size_t(side)]);
}

void LazyRows::begin(const BatchRowsOfSides& rows, int64_t stepsDone, ThreadPool& pool) {
  rows_ = rows;
  if (!catchesUp_) return;
  for (int side = 0; side < kSides; side++) {
    velocityFactors_[size_t(side)].reserve(rows[size_t(side)].count);
    rootFactors_[size_t(side)].reserve(rows[size_t(side)].count);
  }
  const SideTasks tasks(divideUp(rows[kUsers].count, kRowsPerTask), divideUp(rows[kItems].count, kRowsPerTask));
  pool.run(tasks.count(), [&](int64_t task, int) {
    const auto [side, part] = tasks.partOf(task);
    const BatchRows& own = rows_[size_t(side)];
    uint32_t* last = lastSteps[size_t(side)].data();
    float *velocity = velocityFactors_[size_t(side)].data(), *root = rootFactors_[size_t(side)].data();
    const int64_t end = std::min(own.count, (part + 1) * kRowsPerTask);
    for (int64_t k = part * kRowsPerTask; k < end; k++) {
      if (k + 16 < end) __builtin_prefetch(last + own.rows[k + 16], 1);
      uint32_t& lastStep = last[own.rows[k]];
      const uint32_t absent = uint32_t(stepsDone) - lastStep;
      velocity[k] = velocityPowers_.power(absent);
      root[k] = rootPowers_.power(absent);
      lastStep = uint32_t(stepsDone + 1);
    }
  });
}

}  // namespace lawn
