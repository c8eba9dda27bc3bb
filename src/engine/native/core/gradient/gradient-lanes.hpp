// How a batch's sums are cut into lanes: by the batch alone, never by threads, so that every sum has a fixed order.
#pragma once

#include <algorithm>

#include "core/batch/batch-plan.hpp"

namespace lawn {

/// Lanes are partial sums over samples, or over table rows: at most this many per batch, which also bounds the threads
/// that find work.
constexpr int64_t kMostGradientLanes = 16;

/// A block, or as many lists as fill one.
inline int64_t laneUnit(int64_t list) { return list * divideUp(kBlockSamples, list); }

/// [begin, end) of lane `lane`: consecutive whole units, the same number for each lane give or take one.
struct LaneRange {
  LaneRange(int64_t count, int64_t lane, int64_t lanes, int64_t unit = kBlockSamples) {
    const int64_t units = divideUp(count, unit);
    begin = std::min(count, units * lane / lanes * unit);
    end = std::min(count, units * (lane + 1) / lanes * unit);
  }
  int64_t begin, end;
};

/// Lanes of a batch: no more than its first chunk has blocks, because every lane is cleared and summed in full. Later
/// chunks are no longer than the first, and a batch of one chunk has no more distinct rows than samples.
inline int64_t lanesOf(const BatchPlan& plan) {
  return plan.chunks() == 0 ? 1 : std::min(kMostGradientLanes, divideUp(plan.chunkLength(0), kBlockSamples));
}

}  // namespace lawn
