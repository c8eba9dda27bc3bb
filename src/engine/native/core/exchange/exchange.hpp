// The ranks that train one ranker together, or this process alone, which costs nothing. All hold the same parameters
// and draw the same batches; gradients are computed in shares, and what crosses is counted.
#pragma once

#include <cstddef>
#include <vector>

#include "core/exchange/exchange-table.hpp"

namespace lawn {

class Exchange {
 public:
  /// Null: this process alone.
  explicit Exchange(const ExchangeTable* table = nullptr) : table_(table) {}

  int64_t rank() const { return table_ == nullptr ? 0 : table_->rank; }
  int64_t ranks() const { return table_ == nullptr ? 1 : table_->ranks; }
  bool isAlone() const { return ranks() == 1; }
  /// What this rank has sent to others and received from them.
  int64_t bytes() const { return words_ * 4; }

  /// See ExchangeTable; offsets [ranks + 1].
  void allGather(void* words, const std::vector<int64_t>& offsets) {
    if (isAlone()) return;
    const int64_t own = lengthOf(offsets, rank()), all = offsets[std::size_t(ranks())] - offsets[0];
    words_ += own * (ranks() - 1) + (all - own);
    table_->allGather(table_->context, words, offsets.data());
  }
  void allToAll(const void* out, const std::vector<int64_t>& outOffsets, void* in,
                const std::vector<int64_t>& inOffsets) {
    if (isAlone()) return;
    for (const std::vector<int64_t>* offsets : {&outOffsets, &inOffsets}) {
      words_ += (*offsets)[std::size_t(ranks())] - (*offsets)[0] - lengthOf(*offsets, rank());
    }
    table_->allToAll(table_->context, out, outOffsets.data(), in, inOffsets.data());
  }

 private:
  static int64_t lengthOf(const std::vector<int64_t>& offsets, int64_t rank) {
    return offsets[std::size_t(rank) + 1] - offsets[std::size_t(rank)];
  }

  const ExchangeTable* table_;
  int64_t words_ = 0;
};

}  // namespace lawn
