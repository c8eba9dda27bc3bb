// What a loss is to the kernels.
#pragma once

#include <cstdint>

namespace lawn {

/// Twin: LossName of src/ranker/loss.ts. From softmax on, a sample of the loss is a list: a positive and then its
/// negatives, consecutive samples of one user; a BPR pair is two.
enum class LossKind { bce, bpr, softmax, ccl };

/// Twin: LossConfig of src/ranker/loss.ts.
struct Loss {
  LossKind kind = LossKind::bce;
  float margin = 0, negativeWeight = 0;  // of ccl
  const float* itemLogQ = nullptr;       // [items] of softmax: taken off every logit; null for none

  bool isOfLists() const { return kind >= LossKind::softmax; }
};

}  // namespace lawn
