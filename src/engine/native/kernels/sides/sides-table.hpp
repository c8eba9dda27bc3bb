// What the session hands to the kernels of sides that are sums of table rows (mix-rows.hpp).
#pragma once

#include <cstdint>

namespace lawn {

/// An entity is without its id where the first word of its draw is below the threshold; of one side of a batch.
struct IdDraws {
  uint32_t threshold, low, high;
};

/// Of one path: entity e is the sum of weights[k] times the table row rows[k] over offsets[e] <= k < offsets[e + 1].
struct MixView {
  const uint32_t* entities;    // which ones; null for all
  const uint8_t* isWithoutId;  // of each of those, where their first entry is that of their id; null for none
  const uint32_t *offsets, *rows;
  const float* weights;
  int64_t width;
  const float* table;  // [table rows][width]
  float* mixed;        // [entities][width]
};

/// The way back: run r is of the table row rows[r], to which entities[k] gives weights[k] times its gradient,
/// starts[r] <= k < starts[r + 1].
struct SpreadView {
  const uint32_t *rows, *starts;  // [runs], [runs + 1]
  const uint32_t* entities;       // [entries]
  const float* weights;           // [entries]
  int64_t width;
  const float* mixedGradient;  // [entities][width]
  float* gradient;             // [table rows][width]
};

}  // namespace lawn
