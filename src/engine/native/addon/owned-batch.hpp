// Columns of an explicit batch, owned. What is checked is the copy.
#pragma once

#include "addon/call.hpp"

namespace lawn {

/// (users, items, labels | null, negatives | null, weights | null, blockRows, maskOffsets | null, masked | null,
/// idDropout | null), from `argument` on.
class OwnedBatch {
 public:
  OwnedBatch(const Call& call, int argument, const std::array<int64_t, kSides>& entities, const Loss& loss)
      : users_(call.copied<uint32_t>(argument)), items_(call.copied<uint32_t>(argument + 1)) {
    const auto isThere = [&](int place) { return !isNothing(call.env, call.arguments[argument + place]); };
    if (isThere(2)) labels_ = call.copied<float>(argument + 2);
    else negatives_ = call.copied<uint32_t>(argument + 3);
    if (isThere(4)) weights_ = call.copied<float>(argument + 4);
    shared_.blockRows = call.whole(argument + 5, "rows of a block", 1, kMostWhole);
    if (isThere(6)) {
      maskOffsets_ = call.copied<uint32_t>(argument + 6);
      masked_ = call.copied<uint32_t>(argument + 7);
    }
    if (isThere(8)) {
      const std::vector<uint32_t> draws = call.copied<uint32_t>(argument + 8);
      expect(draws.size() == 5, "draws of ids");
      idDropout_ = idDropoutOf(draws[0], draws.data() + 1);
    }
    expect(weights_.empty() || weights_.size() == users_.size(), "weights of a batch");
    expect(!users_.empty() && items_.size() == users_.size(), "columns of a batch differ");
    expect(labels_.empty() == (loss.kind != LossKind::bce), "a batch of another loss");
    isShared_ = loss.isOfLists() && (shared_.blockRows > 1 || !maskOffsets_.empty());
    const int64_t rows = int64_t(users_.size()), last = int64_t(std::max(labels_.size(), negatives_.size()));
    const int64_t blocks = isShared_ ? divideUp(rows, shared_.blockRows) : rows;
    shared_.negatives = last / blocks;
    expect(last > 0 && last % blocks == 0 && (loss.isOfLists() || last == rows), "columns of a batch differ");
    if (isShared_) checkMasks(rows);
    checkIndices("users of a batch", users_.data(), rows, entities[kUsers]);
    checkIndices("items of a batch", items_.data(), rows, entities[kItems]);
    checkIndices("negatives of a batch", negatives_.data(), int64_t(negatives_.size()), entities[kItems]);
  }

  SampleSource source() const { return columns().leavingOut(idDropout_); }

 private:
  SampleSource columns() const {
    const int64_t rows = int64_t(users_.size());
    const float* weights = weights_.empty() ? nullptr : weights_.data();
    if (!labels_.empty()) return SampleSource::labelled(rows, users_.data(), items_.data(), labels_.data(), weights);
    if (!isShared_) {
      return SampleSource::compared(rows, users_.data(), items_.data(), negatives_.data(), shared_.negatives, weights);
    }
    SampleSource::Shared given = shared_;
    given.items = negatives_.data();
    if (!maskOffsets_.empty()) {
      given.maskOffsets = maskOffsets_.data();
      given.masked = masked_.data();
    }
    return SampleSource::sharing(rows, users_.data(), items_.data(), given, weights);
  }

  /// A row masks each negative at most once, as the room for them is counted.
  void checkMasks(int64_t rows) {
    if (maskOffsets_.empty()) return;
    const Span<uint32_t> offsets{maskOffsets_.data(), int64_t(maskOffsets_.size())};
    checkOffsets("offsets of masked negatives", offsets, rows, int64_t(masked_.size()));
    checkAscending("masked negatives", maskOffsets_.data(), rows, masked_.data(), shared_.negatives);
  }

  std::vector<uint32_t> users_, items_, negatives_, maskOffsets_, masked_;
  std::vector<float> labels_, weights_;
  SampleSource::Shared shared_;
  IdDropout idDropout_{};
  bool isShared_ = false;
};

}  // namespace lawn
