// What the session hands to the kernels that draw samples (draw.hpp, mass-draws.hpp).
#pragma once

#include <cstdint>

namespace lawn {

/// A user's part of SeenItems, and the buckets that narrow the search in it. The random words are split into
/// `buckets` equal ranges; for any unseen item of range b, the number of the user's items before it is between
/// bounds[b] and bounds[b + 1].
struct SeenUser {
  uint32_t begin, count;     // of its items
  uint32_t bounds, buckets;  // of its [buckets + 1] bounds
};

/// The positives of a log. Where both indices fit 32 bits, each is one word, user << itemBits | item, which keeps
/// what is read at random small; else it is two words, user and item, and itemBits is 0.
struct PairLog {
  const uint32_t* words;
  uint32_t itemBits;
  uint32_t wordsPerPair() const { return itemBits > 0 ? 1 : 2; }
};

/// Users' sorted items, end to end, and the bounds of their buckets (SeenUser): 16-bit in a catalogue of at most
/// kMostNarrow items, else 32-bit. One more vector follows the last item, since searches read whole vectors.
struct SeenItems {
  const SeenUser* users;
  const void *bounds, *items;
  bool isNarrow;
};
constexpr uint32_t kMostNarrow = 65535;

/// Constants of the keyed permutation and the negative draws of one epoch. Twins: src/random.ts,
/// src/dataset/training-batches.ts.
struct EpochView {
  uint64_t samples;  // in the epoch, up to 2^32
  uint32_t leftBits, rightBits;
  uint32_t roundKeys[6];
  uint32_t negativesLow, negativesHigh;
  bool pairwise;
  uint32_t list;  // consecutive samples of one position: 1 + n in lists, else 1
  uint32_t samplesPerPositive;
  uint64_t perSamplesPerPositive;  // 2^64 / samplesPerPositive, rounded up: times a 32-bit number it holds the quotient
                                   // above bit 64
  uint32_t items;
  PairLog pairs;
  SeenItems seen;
  const uint32_t* itemMass;  // [items + 1] of draws by popularity: see mass-draws.hpp; null for uniform ones
  const uint32_t* seenMass;  // [seen items]
  const float* weights;      // of each row; null where all count alike
};

/// Where drawn samples go. `labels` are written without BPR, `weights` where the epoch has some.
struct DrawnSamples {
  uint32_t *users, *items;
  float *labels, *weights;
  DrawnSamples from(int64_t first) const {
    return {users + first, items + first, labels == nullptr ? nullptr : labels + first,
            weights == nullptr ? nullptr : weights + first};
  }
};

}  // namespace lawn
