// Where a batch's samples come from: columns that the caller gave, or draws by counter from the training interactions.
#pragma once

#include <algorithm>
#include <array>
#include <vector>

#include "core/runtime/aligned-array.hpp"
#include "kernels/kernel-table.hpp"

namespace lawn {

/// Where negatives come from. Twin: NegativesFrom of src/dataset/training-batches.ts.
enum class NegativesFrom { uniform, popularity, shared, batch };

/// Training interactions and each user's sorted items, copied into native memory. Twin: BatchSource of
/// src/dataset/training-batches.ts.
struct Interactions {
  Interactions(uint32_t users, uint32_t items) : users(users), items(items) {}

  void setPairs(int64_t count, const uint32_t* userColumn, const uint32_t* itemColumn);
  /// Of each pair. Without this call every pair counts alike.
  void setWeights(int64_t count, const float* weights);
  /// Copies each user's sorted items and builds what the search among them starts from.
  void setSeen(const uint32_t* offsets, const uint32_t* itemsByUser);

  /// Of an epoch.
  int64_t steps() const { return divideUp(int64_t(samplesPerEpoch), std::min(batchSize, int64_t(samplesPerEpoch))); }
  PairLog pairs() const { return {pairWords_.data(), itemBits_}; }
  SeenItems seen() const;
  /// [pairs], or null where every pair counts alike.
  const float* weights() const { return weights_.size() == 0 ? nullptr : weights_.data(); }

  const uint32_t users, items;
  uint32_t samplesPerPositive = 0;
  uint64_t samplesPerEpoch = 0;
  int64_t batchSize = 0;
  bool pairwise = false;
  int64_t list = 1;  // see SampleSource
  NegativesFrom negativesFrom = NegativesFrom::uniform;
  int64_t blockRows = 1, negativesPerBlock = 0;  // of shared negatives
  AlignedArray<uint32_t> itemMass, seenMass;     // see kernels/draw/mass-draws.hpp; empty for uniform draws

 private:
  template <typename Stored>
  void fillSeen(const uint32_t* offsets, const uint32_t* itemsByUser, AlignedArray<Stored>& bounds,
                AlignedArray<Stored>& stored);

  bool isNarrow() const { return items <= kMostNarrow; }

  AlignedArray<uint32_t> pairWords_;
  uint32_t itemBits_ = 0;
  AlignedArray<float> weights_;
  AlignedArray<SeenUser> seenUsers_;  // [users]
  AlignedArray<uint16_t> narrowBounds_, narrowItems_;
  AlignedArray<uint32_t> wideBounds_, wideItems_;
};

/// Whose ids a batch leaves out, by side; nobody's where thresholds are 0. Twin: src/dataset/id-dropout.ts.
using IdDropout = std::array<IdDraws, kSides>;

/// keys: low and high of the users' stream, then of the items'.
inline IdDropout idDropoutOf(uint32_t threshold, const uint32_t keys[4]) {
  return {IdDraws{threshold, keys[0], keys[1]}, IdDraws{threshold, keys[2], keys[3]}};
}

/// What src/random.ts derives from seed and epoch; the keys are computed there, once per epoch.
struct EpochKeys {
  uint32_t leftBits, rightBits;
  uint32_t roundKeys[6];
  uint32_t negativesLow, negativesHigh;
  std::vector<IdDropout> idDropout{};  // of each step that is to come; empty for none
};

/// The samples of one batch. What compares a positive with negatives is a list of samples, the positive first; BPR has
/// lists of two.
class SampleSource {
 public:
  /// Rows with the same negatives: `blockRows` consecutive ones, the last block may be short. 0 where each row has its
  /// own.
  struct Shared {
    int64_t blockRows = 0, negatives = 0;
    const uint32_t* items = nullptr;                           // [blocks][negatives] given; null where they are drawn
    const uint32_t *maskOffsets = nullptr, *masked = nullptr;  // given: of each row those that do not count; or null
    bool areOfBatch = false;                                   // the positives of the block's rows
    uint64_t firstBlock = 0;                                   // in the epoch
    SeenItems seen{};                                          // drawn: what a user has seen does not count
  };
  /// Columns of an explicit batch, of pairs with labels. Null `weights` count every row alike.
  static SampleSource labelled(int64_t length, const uint32_t* users, const uint32_t* items, const float* labels,
                               const float* weights);
  /// Of positives with `perRow` negatives each.
  static SampleSource compared(int64_t length, const uint32_t* users, const uint32_t* positives,
                               const uint32_t* negatives, int64_t perRow, const float* weights);
  /// Of positives with negatives in common.
  static SampleSource sharing(int64_t length, const uint32_t* users, const uint32_t* positives, const Shared& shared,
                              const float* weights);
  /// The same as lists, whose negatives are written out: [blocks][negatives], and [rows][negatives] marks.
  static SampleSource listed(int64_t length, const uint32_t* users, const uint32_t* positives, const Shared& shared,
                             const uint32_t* negatives, const uint8_t* marks, const float* weights);
  /// Batch `step` of an epoch.
  static SampleSource drawn(const Interactions& interactions, const EpochKeys& keys, int64_t step,
                            const KernelTable& kernels);

  int64_t samples() const { return samples_; }
  /// Samples of one loss: 1 under BCE.
  int64_t list() const { return list_; }
  bool isShared() const { return shared_.blockRows > 0 && marks_ == nullptr; }
  /// Whether labels are sums of SampleMark.
  bool hasMarks() const { return marks_ != nullptr; }
  const Shared& shared() const { return shared_; }
  /// The negatives of a block, of a batch with these positives [samples].
  void readNegatives(int64_t block, const uint32_t* positives, uint32_t* items) const;
  /// The same without some ids.
  SampleSource leavingOut(const IdDropout& ids) const {
    SampleSource source = *this;
    source.idDropout_ = ids;
    return source;
  }
  const IdDropout& idDropout() const { return idDropout_; }
  bool hasWeights() const { return weights_ != nullptr || epoch_.weights != nullptr; }
  /// Samples [first, first + count), whole lists. Writes labels where lists are single samples or have marks, and
  /// weights where there are some: a list's is that of its first sample.
  void read(int64_t first, int64_t count, uint32_t* users, uint32_t* items, float* labels, float* weights) const;

 private:
  int64_t samples_ = 0;
  int64_t list_ = 1;
  Shared shared_;
  IdDropout idDropout_{};
  const uint32_t *users_ = nullptr, *items_ = nullptr, *others_ = nullptr;
  const float *labels_ = nullptr, *weights_ = nullptr;
  const uint8_t* marks_ = nullptr;
  EpochView epoch_{};
  uint64_t firstInEpoch_ = 0;
  const KernelTable* kernels_ = nullptr;
};

}  // namespace lawn
