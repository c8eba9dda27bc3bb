// Rows of floats that ranks compute and others need: lists of which go where and which come from where, then one
// exchange. Both ends list the same rows in the same order, so that no index travels.
#pragma once

#include "core/exchange/exchange.hpp"
#include "core/runtime/aligned-array.hpp"
#include "core/runtime/thread-pool.hpp"

namespace lawn {

/// Numbers of rows, as whoever delivers them counts.
struct RowList {
  AlignedArray<uint32_t> rows;
  int64_t count = 0;

  /// Empties it, with room for `most`.
  void begin(int64_t most) {
    rows.reserve(most);
    count = 0;
  }
  /// Only counts where `isListed`: a branch would be mispredicted half the time.
  void addIf(bool isListed, int64_t row) {
    rows[count] = uint32_t(row);
    count += isListed ? 1 : 0;
  }
};

class RowDelivery {
 public:
  /// Empties all lists; each rank's has room for `most`, and one that addIf passes over.
  void begin(const Exchange& exchange, int64_t most) {
    for (std::vector<RowList>* lists : {&out_, &in_}) {
      lists->resize(size_t(exchange.ranks()));
      for (RowList& list : *lists) list.begin(most + 1);
    }
  }
  RowList& to(int64_t rank) { return out_[size_t(rank)]; }
  RowList& from(int64_t rank) { return in_[size_t(rank)]; }

  /// `pack(row, float* to)` writes `width` floats of a row, `unpack(row, const float* from)` takes them in.
  template <typename Pack, typename Unpack>
  void run(Exchange& exchange, ThreadPool& pool, int64_t width, const Pack& pack, const Unpack& unpack) {
    place(out_, width, outOffsets_, outWords_);
    place(in_, width, inOffsets_, inWords_);
    pool.run(exchange.ranks(), [&](int64_t rank, int) {
      const RowList& list = out_[size_t(rank)];
      float* to = outWords_.data() + outOffsets_[size_t(rank)];
      for (int64_t k = 0; k < list.count; k++) pack(int64_t(list.rows[k]), to + k * width);
    });
    exchange.allToAll(outWords_.data(), outOffsets_, inWords_.data(), inOffsets_);
    pool.run(exchange.ranks(), [&](int64_t rank, int) {
      const RowList& list = in_[size_t(rank)];
      const float* from = inWords_.data() + inOffsets_[size_t(rank)];
      for (int64_t k = 0; k < list.count; k++) unpack(int64_t(list.rows[k]), from + k * width);
    });
  }

 private:
  static void place(const std::vector<RowList>& lists, int64_t width, std::vector<int64_t>& offsets,
                    AlignedArray<float>& words) {
    offsets.assign(1, 0);
    for (const RowList& list : lists) offsets.push_back(offsets.back() + list.count * width);
    words.reserve(offsets.back());
  }

  std::vector<RowList> out_, in_;
  std::vector<int64_t> outOffsets_, inOffsets_;
  AlignedArray<float> outWords_, inWords_;
};

}  // namespace lawn
