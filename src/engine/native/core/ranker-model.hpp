// The ranker's tensors in native memory, and the packed copies of its dense weights that the kernels read.
#pragma once

#include <string>
#include <vector>

#include "kernels/kernel-table.hpp"
#include "core/runtime/aligned-array.hpp"

namespace lawn {

/// Twin: RankerSpec of src/ranker/ranker-spec.ts.
struct RankerSpec {
  int64_t users, items, dot, gmf, embedding;
  std::vector<int64_t> tower;
  bool idBiases;
};

struct Tensor {
  std::string name;
  int64_t size;
  int64_t width;  // of a row, for tables
  bool isBias;
  AlignedArray<float> value, gradient;
  const uint8_t* isSampled =
      nullptr;  // of a table: whether the batch has samples of the row, without which its gradient is zero
};

/// Where each part of a lane's dense gradient stands; everything padded to whole vectors.
struct DenseLayout {
  int64_t userWeight, itemWeight;  // [firstWidth][embeddingPad] each: the halves of W0
  int64_t firstBias;               // [firstPad]
  int64_t headTower;               // [lastPad]
  int64_t headGmf;                 // [gmf]
  int64_t size;
};

class RankerModel {
 public:
  RankerModel(const RankerSpec& spec, int lanes);

  const RankerSpec spec;
  int64_t firstWidth = 0, firstPad = 0, embeddingPad = 0, lastPad = 0;
  bool firstIsLinear = false;
  std::vector<Tensor> tensors;  // in the order of parametersOf
  DenseLayout layout{};

  /// Indices into `tensors`; -1 where the path is left out.
  int userDot = -1, itemDot = -1, userGmf = -1, itemGmf = -1, userMlp = -1, itemMlp = -1, userBias = -1, itemBias = -1,
      headWeight = -1, headBias = -1;
  std::vector<int> towerWeight, towerBias;

  /// Refreshes the packed copies from the tensors. Due after every change of a dense tensor.
  void pack();
  /// Adds the lanes' dense gradients up, in order, into the gradients of the dense tensors.
  void reduceDense(const float* lanesOfGradient, int64_t laneCount, double slopeSum);

  /// A view with the tables, the head and the tower; halves are the caller's to add.
  RankerView view() const;
  /// The rows' side of one table: embeddings, its half of W0 and where the gradients go. Slots and lanes are the
  /// caller's to add.
  RowsView rowsView(bool isUserSide);

  /// Marks rows of the user or item tables as sampled, or no longer.
  void markSampled(bool isUserSide, const uint32_t* rows, int64_t count, bool isSampled) {
    uint8_t* marks = isSampled_[isUserSide ? 0 : 1].data();
    for (int64_t r = 0; r < count; r++) marks[rows[r]] = isSampled ? 1 : 0;
  }

  const float* value(int tensor) const { return tensor < 0 ? nullptr : tensors[tensor].value.data(); }
  float* gradient(int tensor) { return tensor < 0 ? nullptr : tensors[tensor].gradient.data(); }

 private:
  int addTensor(const std::string& name, int64_t rows, int64_t width, bool isBias);
  void packFirstHalf(bool isUserSide);

  std::vector<LayerView> layers_;
  std::vector<AlignedArray<float>> packed_;  // per layer after the first: weight, transposed, bias
  AlignedArray<float> firstWeight_[2], firstTransposed_[2], firstBias_, headTower_;
  AlignedArray<uint8_t> isSampled_[2];  // [users], [items]
};

}  // namespace lawn
