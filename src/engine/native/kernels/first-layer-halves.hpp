// The halves of the first layer, once for each distinct row of a batch: its embedding is copied to where backward finds
// it, and multiplied by its half of W0.
#pragma once

#include "kernels/gemm.hpp"
#include "kernels/kernel-table.hpp"

namespace lawn::LAWN_ISA {

/// Rows between a prefetch and its use: a table far beyond the cache is read as fast as many rows are on their way.
constexpr int64_t kEmbeddingsAhead = 32;

/// A row is too short for a call of memcpy.
struct CopyRow {
  const float* from;
  float* to;
  template <int N>
  LAWN_INLINE void run(int64_t at) {
    store<N>(to + at, load<N>(from + at));
  }
};

LAWN_INLINE void prefetchEmbedding(const RowsView& view, int64_t slot, int64_t last) {
  if (slot < last) prefetchRow(view.embeddings + view.rows[slot] * view.embedding, view.embedding);
}

/// Copies the embeddings of slots [begin, end) side by side, padded. Those up to `last` are asked for next.
inline void gatherEmbeddings(const RowsView& view, int64_t begin, int64_t end, int64_t last, float* into) {
  for (int64_t slot = begin; slot < end; slot++, into += view.embeddingPad) {
    prefetchEmbedding(view, slot + kEmbeddingsAhead, last);
    CopyRow copy{view.embeddings + view.rows[slot] * view.embedding, into};
    forEachPiece(view.embedding, copy);
  }
}

inline void halves(const RowsView& view, int64_t beginSlot, int64_t endSlot) {
  for (int64_t k = 0; k < kEmbeddingsAhead; k++) prefetchEmbedding(view, beginSlot + k, endSlot);
  for (int64_t at = beginSlot; at < endSlot; at += kBlockSamples) {
    const int64_t count = endSlot - at < kBlockSamples ? endSlot - at : kBlockSamples;
    float* gathered = view.gathered + (view.keepsGathered ? at * view.embeddingPad : 0);
    gatherEmbeddings(view, at, at + count, endSlot, gathered);
    multiply({
        .rows = count,
        .columns = view.firstPad,
        .terms = view.embedding,
        .a = gathered,
        .aRowStride = view.embeddingPad,
        .aTermStride = 1,
        .b = view.transposed,
        .bStride = view.firstPad,
        .c = view.halves + at * view.firstPad,
        .cStride = view.firstPad,
        .bias = view.bias,
    });
  }
}

}  // namespace lawn::LAWN_ISA
