// What carries words between processes, as plain C: where the addon of the engine and the addon of MPI
// (src/engine/mpi/addon), compiled apart and by different compilers, meet.
#pragma once

#include <cstdint>

namespace lawn {

/// Raised with every change of the table: an addon of other sources is refused.
constexpr int64_t kExchangeVersion = 1;

/// Processes are ranks, numbered from 0. Every rank makes the same calls in the same order; a call returns when this
/// rank's part in it is done. Words are of 4 bytes, and nothing is added on the way: a sum's order would be another's.
struct ExchangeTable {
  int64_t version;
  int64_t rank, ranks;
  void* context;
  /// Rank r holds words [offsets[r], offsets[r + 1]); afterwards every rank holds all.
  void (*allGather)(void* context, void* words, const int64_t* offsets);
  /// Of `out`, words [outOffsets[r], outOffsets[r + 1]) go to rank r, into its `in` from inOffsets of this rank on.
  void (*allToAll)(void* context, const void* out, const int64_t* outOffsets, void* in, const int64_t* inOffsets);
};

}  // namespace lawn
