// What the session hands to the kernels: plain views of memory it owns, and one table of functions per instruction set.
//
// The first layer of the tower is factored. W0 [e_u | e_i] + b0 = (W0u e_u + b0) + W0i e_i, so each half is computed
// once per distinct user and once per distinct item of a batch, not once per sample; likewise backward, where the
// deltas of all samples of a row are summed before they meet W0. A "slot" numbers the distinct rows of a batch from 0.
//
//   [slots, firstPad] halves --gather, add, ReLU--> [samples, firstPad] --tower--> [samples, lastPad] --head--> logits
//   [slots, firstPad] sums  <--add per row-------- [samples, firstPad] <--tower-- slopes
//
// "Pad" is a width rounded up to whole vectors; what lies beyond the width is zero. Twin of all of it:
// src/ranker/forward.ts and src/engine/reference.
#pragma once

#include <cstdint>

#include "kernels/algebra-table.hpp"
#include "kernels/catalogue/catalogue-table.hpp"
#include "kernels/draw/draw-table.hpp"
#include "kernels/lists/shared-table.hpp"
#include "kernels/sides/sides-table.hpp"
#include "kernels/update-table.hpp"

namespace lawn {

/// Samples that go through the tower together: activations of a block stay in the first two cache levels. A multiple of
/// every instruction set's tile height and vector width, and even, so that a BPR pair never straddles two blocks.
constexpr int64_t kBlockSamples = 48;

/// A sample is a row of each side. What there is of both sides is an array of kSides, users first.
constexpr int kUsers = 0, kItems = 1, kSides = 2;
constexpr int otherSide(int side) { return 1 - side; }

/// A tower layer after the first.
struct LayerView {
  int64_t inputs, outputs, inputsPad, outputsPad;
  const float* weight;      // [outputs][inputsPad]
  const float* transposed;  // [inputs][outputsPad]
  const float* bias;        // [outputsPad]
  int64_t gradientOffset;   // in a lane's dense gradient: weight [outputs][inputsPad], then bias [outputsPad]
};

/// One side's part in the forward pass; null where its path is left out.
struct SideView {
  const float *dot, *gmf, *bias;  // tables, rows without padding
  const float* halves;            // [slots][firstPad]; the bias of the first layer is in the users' half
};

struct RankerView {
  int64_t dot, gmf;    // widths; 0 leaves the path out
  int64_t firstPad;    // 0 without an MLP path
  bool firstIsLinear;  // an empty tower: the "first layer" is the head's dot with the embeddings, without ReLU
  int64_t layerCount;
  const LayerView* layers;
  int64_t lastPad;             // 0 without a tower
  const float* headTower;      // [lastPad]
  int64_t headGradientOffset;  // in a lane's dense gradient: [lastPad]
  const float* headGmf;        // [gmf]
  float headBias;
  SideView sides[kSides];
};

/// Of each sample the row of one side's tables, and that row's slot.
struct SampleRows {
  const uint32_t *rows, *slots;
};

struct SamplesView {
  SampleRows sides[kSides];
  Loss loss;
  int64_t list;          // samples that one loss is of: 1 under BCE, 2 under BPR
  const float* labels;   // of BCE; elsewhere the first sample of a list is the positive
  bool hasMarks;         // in the place of labels are sums of SampleMark
  const float* weights;  // of each sample's loss, a list's in its first; null where all count alike
  float inverseCount;    // 1 / (losses in the whole batch)
  float* slopes;         // [samples] out: d mean loss / d logit
  float* firstDeltas;    // [samples][firstPad] out: d mean loss / d first layer before its ReLU
};

/// A thread's own working memory.
struct BlockScratch {
  float* const* activations;  // per layer from the first: [kBlockSamples][pad]
  float* const* deltas;
  float* logits;  // [kBlockSamples]
};

struct BlockTotals {
  double loss = 0;
  double slopes = 0;
};

/// Runs of samples that share a row of `side`: run r holds samples order[starts[r] .. starts[r + 1]).
struct RunsView {
  int side;
  const uint32_t* starts;
  const uint32_t* slots;  // [runs]
  const uint32_t* order;  // null: the samples are in this order themselves
};

/// Where one side's gradients are summed.
struct SideGradients {
  const uint32_t* rows;     // [slots] where in the next three a slot stands: its table row, or the slot itself
  float *dot, *gmf, *bias;  // [rows of the table or slots], zero at first; null where the path is left out
  float* sums;              // [slots][firstPad]: first-layer deltas added up
};

/// What turns one side's sums into gradients.
struct RowsView {
  const uint32_t* rows;          // [slots] the table row of each slot
  const uint32_t* gradientRows;  // [slots] where it stands in gradients: see SideGradients
  int64_t embedding, embeddingPad, firstWidth, firstPad;
  const float* embeddings;   // [rows][embedding]
  float* embeddingGradient;  // [gradient rows][embedding]
  const float* weight;       // this side's half of W0: [firstWidth][embeddingPad]
  const float* transposed;   // [embedding][firstPad]
  const float* bias;         // [firstPad], or null on the side that does not carry it
  float* halves;             // [slots][firstPad]
  const float* sums;         // [slots][firstPad]
  float* weightGradient;     // a lane's own: [firstWidth][embeddingPad], added to
  float* biasGradient;       // a lane's own: [firstPad], added to; null on the side that does not carry it
  int64_t gmf;
  const float* headGmf;    // [gmf]
  const float* gmfTable;   // [rows][gmf]
  float* gmfGradient;      // [gradient rows][gmf] in: sum of slope * other; out: times the head
  float* headGmfGradient;  // a lane's own: [gmf], added to; null on the side that leaves it to the other
  bool keepsGathered;      // for backward; else `gathered` is scratch for kBlockSamples
  float* gathered;         // [slots][embeddingPad] embeddings side by side
  float* product;          // scratch [kBlockSamples][embeddingPad]
};

/// Rows of one side's dot table as units: `factor` times the unit vector of each. 0 where a row has no direction.
struct UnitRowsView {
  const uint32_t* rows;          // which ones; null for all
  const uint32_t* gradientRows;  // of those; see SideGradients
  int64_t width;
  float factor;
  const float* table;
  float *units, *scales;  // [rows of the table][width] and [rows of the table]: unit = scale * row
  float* gradient;        // of the table
};

struct KernelTable {
  const char* name;
  int lanes;
  void (*logits)(const RankerView&, const SamplesView&, int64_t begin, int64_t end, const BlockScratch&, float* out);
  /// Forward, loss and backward of samples [begin, end), whole lists, adding to a lane's dense gradient.
  BlockTotals (*trainBlocks)(const RankerView&, const SamplesView&, int64_t begin, int64_t end, const BlockScratch&,
                             float* dense);
  void (*addRuns)(const RankerView&, const SamplesView&, const RunsView&, const SideGradients&, int64_t beginRun,
                  int64_t endRun);
  /// Loss and gradients of a block of shared negatives; of a ranker that is a sum of products. Returns the summed loss.
  double (*sharedBlock)(const RankerView&, const SharedBlock&, const SharedScratch&);
  /// Adds the contributions of runs [begin, end) to the tables' gradients.
  void (*addContributions)(const RankerView&, const ContributionsView&, const SideGradients&, int64_t begin,
                           int64_t end);
  /// `count` draws from the whole catalogue by popularity: those of row `row`, from draw 0 on.
  void (*drawShared)(const EpochView&, uint32_t row, int64_t count, uint32_t* items);
  void (*halves)(const RowsView&, int64_t beginSlot, int64_t endSlot);
  void (*rowGradients)(const RowsView&, int64_t beginSlot, int64_t endSlot);
  /// Units and scales of the view's rows [begin, end).
  void (*unitRows)(const UnitRowsView&, int64_t begin, int64_t end);
  /// From the gradients of those units to the gradients of their rows, in place.
  void (*unitGradients)(const UnitRowsView&, int64_t begin, int64_t end);
  /// Writes whether each of entities [begin, end) is without its id.
  void (*leaveOutIds)(const IdDraws&, const uint32_t* entities, int64_t begin, int64_t end, uint8_t* isLeft);
  /// The view's entities [begin, end) from the rows that they are sums of.
  void (*mixRows)(const MixView&, int64_t begin, int64_t end);
  /// From the gradients of entities to those of table rows, of runs [begin, end): overwrites them.
  void (*spreadRows)(const SpreadView&, int64_t beginRun, int64_t endRun);
  void (*freeStep)(const RuleStep&, const UpdateView&);
  void (*rowDots)(const UpdateView&, bool wantsNorms, RowDots* perRow);
  /// Overwrites the gradient by the direction u.
  void (*direction)(const RuleStep&, const UpdateView&, const RowMove* perRow, DirectionDots* dots);
  void (*move)(const UpdateView&, const RowMove* perRow);
  /// Dots, direction and move of rows that are blocks of their own, in one go; returns how many were left unchanged.
  int64_t (*sphereRows)(const RuleStep&, const UpdateView&, const SphereRows&);
  /// The free step of a table's rows where they lie, of which no velocity is kept.
  void (*lazyStep)(const RuleStep&, const LazyRowsView&);
  void (*gatherRows)(const LazyRowsView&);
  void (*scatterRows)(const LazyRowsView&);
  /// Adds to each row's root the mean of the squares of its gradient; null moves: none is projected.
  void (*addRowSquares)(const RuleStep&, const UpdateView&, const RowMove* perRow);
  /// Draws samples [first, first + count) of the epoch: under BPR two per pair, the positive first.
  void (*draw)(const EpochView&, uint64_t first, int64_t count, const DrawnSamples& out);
  const AlgebraTable* algebra;
  const CatalogueTable* catalogue;
  const RuleFacts* rules;
  int32_t ruleCount;
};

/// The best table that this machine can run, or the one named; null if the name is unknown or the machine lacks it.
const KernelTable* chooseKernels(const char* name);

}  // namespace lawn
