// Which of a block's shared negatives a row does not count: those that its user has seen, the positive among them.
#pragma once

#include "core/batch/sample-source.hpp"

namespace lawn {

/// A thread's memory for one block. Opened for its negatives, it finds those of a user by the user's seen items.
class SharedMasks {
 public:
  void reserve(int64_t items, int64_t negatives) {
    firstOf_.reserve(items);
    nextOf_.reserve(negatives);
  }

  /// `users` are those of the block's rows, which begin at row `firstRow` of the batch.
  void open(const SampleSource& source, int64_t firstRow, const uint32_t* users, const uint32_t* negatives) {
    source_ = &source;
    firstRow_ = firstRow;
    users_ = users;
    negatives_ = negatives;
    if (source.shared().seen.users == nullptr) return;
    const int64_t count = source.shared().negatives;
    for (int64_t j = 0; j < count; j++) firstOf_[negatives[j]] = kNone;
    for (int64_t j = count; j-- > 0;) nextOf_[j] = std::exchange(firstOf_[negatives[j]], uint32_t(j));
  }

  /// For SharedBlock::maskOf.
  static int64_t of(const void* masks, int64_t row, uint32_t* which) {
    return static_cast<const SharedMasks*>(masks)->write(row, which);
  }

 private:
  static constexpr uint32_t kNone = 0xffffffff;

  int64_t write(int64_t row, uint32_t* which) const {
    const SampleSource::Shared& shared = source_->shared();
    if (shared.seen.users != nullptr) {
      const SeenUser& user = shared.seen.users[users_[row]];
      if (!shared.seen.isNarrow) return writeSeen<uint32_t>(user, which);
      return writeSeen<uint16_t>(user, which);
    }
    if (shared.maskOffsets == nullptr) return 0;
    const uint32_t begin = shared.maskOffsets[firstRow_ + row], end = shared.maskOffsets[firstRow_ + row + 1];
    std::copy(shared.masked + begin, shared.masked + end, which);
    return int64_t(end - begin);
  }

  template <typename Stored>
  int64_t writeSeen(const SeenUser& user, uint32_t* which) const {
    const Stored* seen = static_cast<const Stored*>(source_->shared().seen.items) + user.begin;
    const uint32_t negatives = uint32_t(source_->shared().negatives);
    int64_t found = 0;
    for (uint32_t k = 0; k < user.count; k++) {
      const uint32_t first = firstOf_[seen[k]];
      // What an earlier block left counts only where this one's negatives confirm it.
      if (first >= negatives || negatives_[first] != seen[k]) continue;
      for (uint32_t j = first; j != kNone; j = nextOf_[j]) which[found++] = j;
    }
    return found;
  }

  const SampleSource* source_ = nullptr;
  int64_t firstRow_ = 0;
  const uint32_t *users_ = nullptr, *negatives_ = nullptr;
  AlignedArray<uint32_t> firstOf_, nextOf_;  // [items] the first negative of that item; [negatives] the next one of it
};

}  // namespace lawn
