// Every base optimizer and LAWN over each, on the model's tensors; the arithmetic per element is in
// kernels/update-rules.hpp. Twins: src/optimizer/{build-optimizer,lawn/{lawn,lawn-switch,sphere}}.ts.
//
// Tensors are split into segments, and stepped in one of three ways:
//
//   free   no norm plays a part: one pass
//   rows   every row is a constrained LAWN block of its own: one pass, row by row
//   norms  blocks that span more than a row, or LAMB's or LARS's trust ratio: three passes (dots, direction, move);
//          between them a block's dots are summed over its segments, in order, in float64
//
// Under a lazy rule a table's segments are the rows of the batch: each is gathered before its first pass and put back
// after its last one (optimizer-lazy.cpp), and every loop over rows is one over those.
#pragma once

#include <limits>
#include <string>
#include <vector>

#include "core/optimizer/lazy-rows.hpp"
#include "core/ranker-model.hpp"
#include "core/runtime/thread-pool.hpp"

namespace lawn {

/// LAWN's blocks: row r of the group is the r-th row of every member, end to end. Twin:
/// src/optimizer/lawn-blocks.ts.
struct LawnGroup {
  int64_t rows;
  std::vector<int> members;                 // tensors, each of `rows` rows
  std::vector<double> target, constrained;  // [rows]
};

struct LawnSettings {
  bool switchesByNorm = false;
  double switchStep = std::numeric_limits<double>::infinity();
  double switchNorm = 0;
  bool projectsGradient = true, projectsDirection = true;
  bool resetsState = false;
};

struct OptimizerSettings {
  int32_t rule = 0;  // among the kernels' rules; of a lazy rule its dense one
  bool isLazy = false;
  bool hasRootOfRow = false;                                                // a lazy rule with one square a row
  double firstDecay = 0, firstShare = 0, secondDecay = 0, secondShare = 0;  // see RuleStep
  double epsilon = 0, weightDecay = 0, trustCoefficient = 0;
  bool hasLawn = false;
  LawnSettings lawn;
};

class Optimizer {
 public:
  Optimizer(RankerModel& model, const OptimizerSettings& settings, std::vector<LawnGroup> groups,
            const KernelTable& kernels, ThreadPool& pool);

  /// One update from the tensors' gradients, which are zero afterwards. Those of rows not marked as sampled must be
  /// zero already, and so must those of rows not in `rows`, which a lazy rule alone asks for.
  void step(double learningRate, const BatchRowsOfSides& rows);
  bool hasVelocity() const { return facts().hasVelocity; }
  bool hasRoot() const { return facts().hasSquare; }
  /// A lazy table has no velocity of which a step leaves nothing. Twin: slotsOf of src/optimizer/lazy/lazy-rule.ts.
  bool keepsVelocity(int tensor) const { return hasVelocity() && !(isLazy(tensor) && settings_.firstDecay == 0); }

  /// Second moments are stored as their square roots, so that those of rows without a sample decay without taking a
  /// root. The root of a squared root has the same bits, so reading squares out and writing them back loses nothing
  /// (`squareOf`).
  struct Slots {
    AlignedArray<float> velocity, root;  // of the tensor's size; a root of a row as a whole: [rows]

    /// The square that is read out. One below the least normal float has too few bits to restore its root: it reads as
    /// 0, its limit under decay.
    static float squareOf(float root) {
      const float square = root * root;
      return square < std::numeric_limits<float>::min() ? 0 : square;
    }
  };
  std::vector<Slots> slots;  // per tensor
  std::vector<LawnGroup> groups;
  LazyRows lazy;
  int64_t stepsDone = 0, switchedAt = -1, zeroBlocks = 0, keptBlocks = 0;

 private:
  /// Part of one tensor: `rows` rows of `width` from `begin`; of a tensor that is one block, whole rows taken as one.
  struct Segment {
    int tensor;
    int64_t begin, firstRow, rows, width;
    int64_t firstDots;  // of its rows, in the tensor's `dots` and `directionDots`
  };
  /// What a tensor's norms need between passes. Dots: one per row, or one per segment of its only row.
  struct NormState {
    int64_t rows = 1;
    int group = -1;  // -1: in no LAWN block
    std::vector<RowDots> dots;
    std::vector<DirectionDots> directionDots;
    std::vector<RowMove> moves;  // [rows]
    float gradientRatio = 1;
    int lazySide = -1;  // of a table under a lazy rule; its `rows` are those of the batch
  };
  /// Rows of the batch, side by side: a lazy table's all of them where they are stepped by norms; else a segment's, as
  /// long as a thread steps it.
  struct GatheredRows {
    AlignedArray<float> weight, gradient, velocity, root;
    AlignedArray<double> target;
    void reserve(int64_t floats, int64_t rows, bool hasVelocity, bool hasRoot);
  };
  enum class StepKind { free, rows, norms };

  /// Cuts `size` floats of a tensor, or of its rows of the batch, into segments of whole rows.
  void addSegments(int tensor, int64_t size, int64_t rows);
  StepKind kindOf(int tensor) const;
  bool stepsByNorms(int tensor) const { return kindOf(tensor) == StepKind::norms; }
  const RuleFacts& facts() const { return kernels_.rules[settings_.rule]; }
  bool hasRatio() const { return facts().ratio != Ratio::none; }
  /// Whether blocks may be constrained: from the start where each switches by its norm, else once the switch has come.
  bool isLawnActive() const { return settings_.hasLawn && (settings_.lawn.switchesByNorm || switchedAt >= 0); }
  bool wantsNorms(const NormState& state) const;
  void switchIfDue();
  void switchGrownRows(LawnGroup& group, size_t block, double norm);
  RuleStep ruleStep(double learningRate, double t) const;
  RowArrays tensorArrays(int tensor);
  RowArrays arraysOf(const Segment& segment, StepKind kind, int thread);
  UpdateView viewOf(const Segment& segment, const RowArrays& arrays);
  bool isLazy(int tensor) const { return states_[size_t(tensor)].lazySide >= 0; }
  void openLazyTables();
  void beginLazy(const BatchRowsOfSides& rows);
  LazyRowsView lazyRowsOf(const Segment& segment, const RowArrays& gathered);
  RuleStep addSquaresOfRows(const RuleStep& step, int tensor, const UpdateView& view, const RowMove* moves);
  const double* targetsOf(const Segment& segment, int thread);
  void normsOfTables(LawnGroup& group);
  /// Blocks of the group that a step looks at, and where block `row` of them stands in the group.
  int64_t steppedRows(const LawnGroup& group) const;
  size_t blockOf(const LawnGroup& group, int64_t row) const;
  RowDots rowDots(int tensor, int64_t row) const;
  DirectionDots directionDots(int tensor, int64_t row) const;
  void planDirections();
  void planMoves(double learningRate);
  void moveFactors(int tensor, double learningRate);
  void retractGroup(LawnGroup& group);

  RankerModel& model_;
  const OptimizerSettings settings_;
  const KernelTable& kernels_;
  ThreadPool& pool_;
  std::vector<Segment> segments_;
  size_t denseSegments_ = 0;            // the first of them, which every step has
  std::vector<NormState> states_;       // per tensor
  std::vector<GatheredRows> gathered_;  // per tensor; empty but of lazy tables that are stepped by norms
  std::vector<GatheredRows> scratch_;   // per thread, of a lazy rule
  AlignedArray<uint8_t> allSampled_;    // of a segment's gathered rows: so they take the way of a dense rule's rows
};

}  // namespace lawn
