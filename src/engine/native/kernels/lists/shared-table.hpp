// What the session hands to the kernels of shared negatives (shared-block.hpp).
#pragma once

#include "kernels/loss.hpp"

namespace lawn {

/// Rows of a batch that share their negatives, and where their gradients go. Columns are those of the paths side by
/// side: [dot | gmf | 1 or the item's bias], padded with zeros to `pad`.
struct SharedBlock {
  int64_t rows, negatives;            // how many
  const uint32_t *users, *positives;  // [rows]
  const uint32_t* items;              // [negatives]
  /// Writes which negatives do not count for a row, each once; returns how many.
  int64_t (*maskOf)(const void* masks, int64_t row, uint32_t* which);
  const void* masks;
  const float* weights;  // [rows] of their losses; null where all count alike
  Loss loss;
  float inverseCount;  // 1 / (losses in the whole batch)
  int64_t pad;
  float *userGradients, *positiveGradients, *negativeGradients;  // [rows][pad], [rows][pad], [negatives][pad]
};

/// What a list's negatives are marked as where blocks of rows share them and are written out as lists
/// (core/batch/listed-blocks.hpp): such a list has marks in the place of labels.
enum SampleMark : uint8_t {
  kMasked = 1,    // the row leaves it out
  kLookedUp = 2,  // for the decay of embeddings: once for its block
};

/// A thread's memory for one block.
struct SharedScratch {
  float *items, *panels;             // [negatives][pad]; the same transposed, by panels of two vectors of negatives
  float *scaled, *plain, *positive;  // [kBlockSamples][pad] users' columns, times the head and as they are; positives'
  float *logits, *bias;              // [kBlockSamples][sharedStride(negatives)]; [negatives, in whole vectors]
  uint32_t* masked;                  // [negatives]
};

/// Logits of a row, apart from those of the next by no power of two, which would fall into the same sets of the cache.
constexpr int64_t sharedStride(int64_t negatives) { return (negatives + 31) / 16 * 16; }

/// Contributions to one side's table rows: run r is of slot r, contributions order[starts[r] .. starts[r + 1]).
struct ContributionsView {
  const uint32_t *starts, *order;
  const float* columns;  // [contributions][pad]
  int64_t pad;
};

}  // namespace lawn
