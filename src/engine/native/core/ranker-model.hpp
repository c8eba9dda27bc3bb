// The ranker's tensors in native memory, and the packed copies of its dense weights that the kernels read.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "core/runtime/aligned-array.hpp"
#include "core/sides/side-matrix.hpp"
#include "kernels/kernel-table.hpp"

namespace lawn {

/// Twin: RankerSpec of src/ranker/ranker-spec.ts.
struct RankerSpec {
  std::array<int64_t, kSides> rows;  // of the tables: users, items
  int64_t dot, gmf, embedding;       // widths
  std::vector<int64_t> tower;
  bool idBiases;
  double cosineTemperature;  // 0 where the dot path is the plain inner product
};

struct Tensor {
  std::string name;
  int64_t size;
  int64_t width;  // of a row, for tables
  bool isBias;
  AlignedArray<float> value;
  AlignedArray<float> gradient;        // of a table: see RankerModel::gradientRows
  const uint8_t* isSampled = nullptr;  // [rows] of a table: 0 where the batch has no sample, so the gradient is zero
};

/// Offsets of the parts of a lane's dense gradient, each padded to whole vectors.
struct DenseLayout {
  int64_t firstWeight[kSides];  // [firstWidth][embeddingPad] each: the halves of W0
  int64_t firstBias;            // [firstPad]
  int64_t headTower;            // [lastPad]
  int64_t headGmf;              // [gmf]
  int64_t size;
};

/// Of a side's tables, in the order of SideTables.
enum Path : int { kDot, kGmf, kMlp, kBias, kPaths };
constexpr Path kEveryPath[] = {kDot, kGmf, kMlp, kBias};

/// One side's tables as indices into RankerModel::tensors; -1 where the path is left out.
struct SideTables {
  int dot = -1, gmf = -1, mlp = -1, bias = -1;
  std::array<int, kPaths> tables() const { return {dot, gmf, mlp, bias}; }
};

using TableOfPath = int SideTables::*;

class RankerModel {
 public:
  /// `gradientsOfSlots`: a step is of the rows of its batch alone, so gradients of tables are kept of those. Not where
  /// a side has a matrix, whose rows are known only after its entities.
  RankerModel(const RankerSpec& spec, SideMatrices matrices, int lanes, bool gradientsOfSlots);

  const RankerSpec spec;
  const SideMatrices matrices;
  const std::array<int64_t, kSides> entities;  // users and items; as many as table rows where a side is the identity
  int64_t firstWidth = 0, firstPad = 0, embeddingPad = 0, lastPad = 0;
  bool firstIsLinear = false;
  std::vector<Tensor> tensors;  // in the order of parametersOf
  DenseLayout layout{};

  std::array<SideTables, kSides> sides;
  /// Indices into `tensors`; -1 where the path is left out.
  int headWeight = -1, headBias = -1;
  std::vector<int> towerWeight, towerBias;

  /// Refreshes the packed copies from the tensors. Due after every change of a dense tensor.
  void pack();
  /// Adds the lanes' dense gradients up, in order, into the gradients of the dense tensors.
  void reduceDense(const float* lanesOfGradient, int64_t laneCount, double slopeSum);

  /// What the kernels take for one side's tables: of each path [entities][width], and their gradients. The tables
  /// themselves, or where a side has a matrix, what its entities' rows sum up to, as fresh as they were mixed. Null
  /// where the path is left out.
  const float* entityRows(int side, Path path) const;
  float* entityGradients(int side, Path path);
  /// How these come from the tables; which ones is the caller's to say.
  MixView mixView(int side, Path path);
  bool hasPath(int side, Path path) const { return sides[size_t(side)].tables()[path] >= 0; }
  int64_t widthOf(int side, Path path) const { return tensors[size_t(sides[size_t(side)].tables()[path])].width; }
  /// Makes room for the gradients of entities, which no ranker needs that only scores.
  void reserveEntityGradients();

  /// A view with the entities' rows, the head and the tower; halves are the caller's to add. Of a cosine the rows are
  /// units, as fresh as they were made.
  RankerView view() const;
  /// The entities' side of one path: embeddings, its half of W0 and where the gradients go. Slots and lanes are the
  /// caller's to add.
  RowsView rowsView(int side);

  bool isCosine() const { return spec.cosineTemperature > 0; }
  /// Of one side's dot path; which rows is the caller's to say.
  UnitRowsView unitRowsView(int side);

  /// One side's gradients; the sums are the caller's to add.
  SideGradients gradientsOf(int side);

  /// Where the slots of a batch, whose table rows are `distinct`, stand in the gradients of one side's tables: at those
  /// rows, or side by side in the order of slots.
  const uint32_t* gradientRows(int side, const uint32_t* distinct) const {
    return gradientsOfSlots_[size_t(side)] ? slotNumbers_.data() : distinct;
  }
  bool hasGradientsOfSlots(int side) const { return gradientsOfSlots_[size_t(side)]; }
  /// Makes room for gradients of a batch's slots. To be called before views are taken.
  void reserveGradients(int side, int64_t slots);

  /// Marks rows of one side's tables as sampled, or no longer. Of use where every row is stepped.
  void markSampled(int side, const uint32_t* rows, int64_t count, bool isSampled) {
    if (gradientsOfSlots_[size_t(side)]) return;
    uint8_t* marks = isSampled_[side].data();
    for (int64_t r = 0; r < count; r++) marks[rows[r]] = isSampled ? 1 : 0;
  }

  const float* value(int tensor) const { return tensor < 0 ? nullptr : tensors[tensor].value.data(); }
  float* gradient(int tensor) { return tensor < 0 ? nullptr : tensors[tensor].gradient.data(); }

 private:
  int addTensor(const std::string& name, int64_t rows, int64_t width, bool isBias);
  /// The two tables of a path, or none where its width is 0.
  void addTables(const char* path, int64_t width, bool isBias, TableOfPath table);
  void packFirstHalf(int side);

  std::array<bool, kSides> gradientsOfSlots_;
  AlignedArray<uint32_t> slotNumbers_;  // 0, 1, 2, ...
  std::vector<LayerView> layers_;
  std::vector<AlignedArray<float>> packed_;  // per layer after the first: weight, transposed, bias
  std::array<AlignedArray<float>, kSides> firstWeight_, firstTransposed_;
  AlignedArray<float> firstBias_, headTower_;
  std::array<AlignedArray<uint8_t>, kSides> isSampled_;     // [rows]
  std::array<AlignedArray<float>, kSides> units_, scales_;  // of cosines: [entities][dot], [entities]; see UnitRowsView
  struct Mixed {
    AlignedArray<float> value, gradient;  // [entities][width]
  };
  std::array<std::array<Mixed, kPaths>, kSides> mixed_;  // empty of the identity
};

}  // namespace lawn
