// What the ranker's tensors look like to the kernels: see ranker-model.hpp.
#include "core/ranker-model.hpp"

namespace lawn {

const float* RankerModel::entityRows(int side, Path path) const {
  return matrices[side].isIdentity() ? value(sides[side].tables()[path]) : mixed_[side][path].value.data();
}

float* RankerModel::entityGradients(int side, Path path) {
  return matrices[side].isIdentity() ? gradient(sides[side].tables()[path]) : mixed_[side][path].gradient.data();
}

void RankerModel::reserveEntityGradients() {
  for (auto& ofSide : mixed_) {
    for (Mixed& mixed : ofSide) mixed.gradient.reserve(mixed.value.size());
  }
}

MixView RankerModel::mixView(int side, Path path) {
  const SideMatrix& matrix = matrices[side];
  return {
      .entities = nullptr,
      .isWithoutId = nullptr,
      .offsets = matrix.offsets.data(),
      .rows = matrix.rows.data(),
      .weights = matrix.weights.data(),
      .width = widthOf(side, path),
      .table = value(sides[side].tables()[path]),
      .mixed = mixed_[side][path].value.data(),
  };
}

RankerView RankerModel::view() const {
  RankerView view{};
  view.dot = spec.dot;
  view.gmf = spec.gmf;
  view.firstPad = firstPad;
  view.firstIsLinear = firstIsLinear;
  view.layerCount = int64_t(layers_.size());
  view.layers = layers_.data();
  view.lastPad = lastPad;
  view.headTower = headTower_.data();
  view.headGradientOffset = layout.headTower;
  view.headGmf = value(headWeight);
  view.headBias = value(headBias)[0];
  for (int side = 0; side < kSides; side++) {
    view.sides[side] = {
        .dot = isCosine() ? units_[side].data() : entityRows(side, kDot),
        .gmf = entityRows(side, kGmf),
        .bias = entityRows(side, kBias),
        .halves = nullptr,
    };
  }
  return view;
}

UnitRowsView RankerModel::unitRowsView(int side) {
  return {
      .rows = nullptr,
      .width = spec.dot,
      .factor = side == kUsers ? float(1.0 / spec.cosineTemperature) : 1.0f,
      .table = entityRows(side, kDot),
      .units = units_[side].data(),
      .scales = scales_[side].data(),
      .gradient = entityGradients(side, kDot),
  };
}

SideGradients RankerModel::gradientsOf(int side) {
  return {
      .dot = entityGradients(side, kDot),
      .gmf = entityGradients(side, kGmf),
      .bias = entityGradients(side, kBias),
      .sums = nullptr,
  };
}

RowsView RankerModel::rowsView(int side) {
  RowsView rows{};
  rows.embedding = spec.embedding;
  rows.embeddingPad = embeddingPad;
  rows.firstWidth = firstWidth;
  rows.firstPad = firstPad;
  rows.embeddings = entityRows(side, kMlp);
  rows.embeddingGradient = entityGradients(side, kMlp);
  rows.weight = firstWeight_[side].data();
  rows.transposed = firstTransposed_[side].data();
  rows.bias = side == kUsers && firstPad > 0 ? firstBias_.data() : nullptr;
  rows.gmf = spec.gmf;
  rows.headGmf = value(headWeight);
  rows.gmfTable = entityRows(side, kGmf);
  rows.gmfGradient = entityGradients(side, kGmf);
  return rows;
}

}  // namespace lawn
