// Every base optimizer and LAWN over each, on the model's tensors. Twins:
// src/optimizer/{build-optimizer,lawn,lawn-switch,sphere}.ts; the arithmetic per element is in
// kernels/update-rules.hpp.
//
// Tensors are cut into segments. A tensor that no norm governs is stepped freely, in one pass; so is one whose rows are
// blocks of their own ("alone"). The others ("governed": constrained by LAWN, or under LAMB's or LARS's ratio) take
// three: dots, direction, move; between them the dots of a block are added up, segment by segment in order, in float64.
#pragma once

#include <limits>
#include <string>
#include <vector>

#include "core/ranker-model.hpp"
#include "core/runtime/thread-pool.hpp"

namespace lawn {

/// LAWN's blocks: row r of the group is the r-th row of every member, end to end. Twin:
/// src/optimizer/lawn/lawn-blocks.ts.
struct LawnGroup {
  int64_t rows;
  std::vector<int> members;                 // tensors, each cut into `rows` equal rows
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
  int32_t rule = 0;                                                         // among the kernels' rules
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
  /// zero already.
  void step(double learningRate);
  bool hasVelocity() const { return facts().hasVelocity; }
  bool hasRoot() const { return facts().hasSquare; }

  /// Second moments are kept as their square roots: those of rows without a sample then decay without a root being
  /// taken, and the root of a squared root is the same bits again, so nothing is lost where squares are read out and
  /// written back (`squareOf`).
  struct Slots {
    AlignedArray<float> velocity, root;

    /// What is read out. A square below the least normal float has too few bits to give its root back: it reads as 0,
    /// which is where decay leads.
    static float squareOf(float root) {
      const float square = root * root;
      return square < std::numeric_limits<float>::min() ? 0 : square;
    }
  };
  std::vector<Slots> slots;  // per tensor
  std::vector<LawnGroup> groups;
  int64_t stepsDone = 0, switchedAt = -1, zeroBlocks = 0, keptBlocks = 0;

 private:
  /// Part of one tensor: `rows` rows of `width` from `begin`; or, of a tensor that is one block, whole rows of it as
  /// one.
  struct Segment {
    int tensor;
    int64_t begin, firstRow, rows, width;
    int64_t place;  // of its dots in the tensor's arrays
  };
  /// What a governed tensor needs between passes. Dots: one per row, or one per segment of its only row.
  struct Governed {
    int64_t rows = 1;
    int group = -1;  // -1: under a trust ratio only
    std::vector<RowDots> dots;
    std::vector<DirectionDots> directionDots;
    std::vector<RowMove> moves;  // [rows]
    float layerRatio = 1;
  };

  void cut(int tensor, int64_t rows);
  enum class Manner { free, alone, governed };
  Manner mannerOf(int tensor) const;
  bool isGoverned(int tensor) const { return mannerOf(tensor) == Manner::governed; }
  const RuleFacts& facts() const { return kernels_.rules[settings_.rule]; }
  bool hasRatio() const { return facts().ratio != Ratio::none; }
  bool wantsNorms(const Governed& governed) const;
  void switchIfDue();
  void switchGrownRows(LawnGroup& group, int64_t row, double norm);
  RuleStep ruleStep(double learningRate, double t) const;
  UpdateView viewOf(const Segment& segment);
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
  std::vector<Governed> governed_;  // per tensor
};

}  // namespace lawn
