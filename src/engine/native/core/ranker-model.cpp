// See ranker-model.hpp. Order and shapes of tensors: src/ranker/ranker-spec.ts, parametersOf.
#include "core/ranker-model.hpp"

#include <numeric>

namespace lawn {

namespace {

/// [rows][columns] of `from` into [columns][pad].
void transpose(const float* from, int64_t stride, int64_t rows, int64_t columns, float* to, int64_t pad) {
  for (int64_t r = 0; r < rows; r++) {
    for (int64_t c = 0; c < columns; c++) to[c * pad + r] = from[r * stride + c];
  }
}

/// [rows][columns] of `from` into [rows][pad].
void padRows(const float* from, int64_t stride, int64_t rows, int64_t columns, float* to, int64_t pad) {
  for (int64_t r = 0; r < rows; r++) std::memcpy(to + r * pad, from + r * stride, columns * sizeof(float));
}

/// Sums of [rows][pad] over lanes into [rows][columns] of `to`.
void sumLanes(const float* lanes, int64_t laneCount, int64_t laneStride, int64_t rows, int64_t columns, int64_t pad,
              float* to, int64_t toStride) {
  for (int64_t r = 0; r < rows; r++) {
    float* out = to + r * toStride;
    std::memset(out, 0, columns * sizeof(float));
    for (int64_t lane = 0; lane < laneCount; lane++) {
      const float* from = lanes + lane * laneStride + r * pad;
      for (int64_t c = 0; c < columns; c++) out[c] += from[c];
    }
  }
}

}  // namespace

RankerModel::RankerModel(const RankerSpec& given, SideMatrices givenMatrices, int lanes, bool gradientsOfSlots)
    : spec(given),
      matrices(std::move(givenMatrices)),
      entities{matrices[kUsers].entities(spec.rows[kUsers]), matrices[kItems].entities(spec.rows[kItems])},
      gradientsOfSlots_{gradientsOfSlots && matrices[kUsers].isIdentity(),
                        gradientsOfSlots && matrices[kItems].isIdentity()} {
  const auto pad = [lanes](int64_t width) { return roundUp(width, lanes); };
  for (int side = 0; side < kSides; side++) isSampled_[side] = AlignedArray<uint8_t>(spec.rows[side]);
  addTables("Dot", spec.dot, false, &SideTables::dot);
  addTables("Gmf", spec.gmf, false, &SideTables::gmf);
  addTables("Mlp", spec.embedding, false, &SideTables::mlp);
  addTables("Bias", spec.idBiases ? 1 : 0, true, &SideTables::bias);
  for (int side = 0; isCosine() && side < kSides; side++) {
    units_[side] = AlignedArray<float>(entities[side] * spec.dot);
    scales_[side] = AlignedArray<float>(entities[side]);
  }
  for (int side = 0; side < kSides; side++) {
    if (matrices[side].isIdentity()) continue;
    for (const Path path : kEveryPath) {
      if (hasPath(side, path)) mixed_[side][path].value = AlignedArray<float>(entities[side] * widthOf(side, path));
    }
  }
  int64_t inputs = 2 * spec.embedding;
  for (size_t l = 0; l < spec.tower.size(); l++) {
    const std::string name = "tower." + std::to_string(l);
    towerWeight.push_back(addTensor(name + ".weight", spec.tower[l], inputs, false));
    towerBias.push_back(addTensor(name + ".bias", spec.tower[l], 1, true));
    inputs = spec.tower[l];
  }
  const int64_t headWidth = spec.gmf + inputs;
  if (headWidth > 0) headWeight = addTensor("head.weight", 1, headWidth, false);
  headBias = addTensor("head.bias", 1, 1, true);

  if (spec.embedding > 0) {
    firstIsLinear = spec.tower.empty();
    firstWidth = firstIsLinear ? 1 : spec.tower[0];
    firstPad = pad(firstWidth);
    embeddingPad = pad(spec.embedding);
    lastPad = firstIsLinear ? 0 : pad(spec.tower.back());
  }

  int64_t size = 0;
  const auto append = [&size](int64_t length) { return std::exchange(size, size + length); };
  for (int64_t& offset : layout.firstWeight) offset = append(firstWidth * embeddingPad);
  layout.firstBias = append(firstPad);
  for (size_t l = 1; l < spec.tower.size(); l++) {
    LayerView layer{};
    layer.inputs = spec.tower[l - 1];
    layer.outputs = spec.tower[l];
    layer.inputsPad = pad(layer.inputs);
    layer.outputsPad = pad(layer.outputs);
    layer.gradientOffset = append(layer.outputs * layer.inputsPad + layer.outputsPad);
    layers_.push_back(layer);
    packed_.emplace_back(layer.outputs * layer.inputsPad);
    packed_.emplace_back(layer.inputs * layer.outputsPad);
    packed_.emplace_back(layer.outputsPad);
  }
  layout.headTower = append(lastPad);
  layout.headGmf = append(spec.gmf);
  layout.size = roundUp(size, 16);

  for (int side = 0; side < kSides; side++) {
    firstWeight_[side] = AlignedArray<float>(firstWidth * embeddingPad);
    firstTransposed_[side] = AlignedArray<float>(spec.embedding * firstPad);
  }
  firstBias_ = AlignedArray<float>(firstPad);
  headTower_ = AlignedArray<float>(lastPad);
}

int RankerModel::addTensor(const std::string& name, int64_t rows, int64_t width, bool isBias) {
  tensors.push_back({
      .name = name,
      .size = rows * width,
      .width = width,
      .isBias = isBias,
      .value = AlignedArray<float>(rows * width),
      .gradient = AlignedArray<float>(rows * width),
  });
  return int(tensors.size()) - 1;
}

void RankerModel::addTables(const char* path, int64_t width, bool isBias, TableOfPath table) {
  if (width == 0) return;
  constexpr const char* prefixes[kSides] = {"user", "item"};
  for (int side = 0; side < kSides; side++) {
    const int tensor = addTensor(std::string(prefixes[side]) + path, spec.rows[side], width, isBias);
    if (hasGradientsOfSlots(side)) tensors[size_t(tensor)].gradient = {};
    tensors[size_t(tensor)].isSampled = isSampled_[side].data();
    sides[side].*table = tensor;
  }
}

void RankerModel::reserveGradients(int side, int64_t slots) {
  if (!hasGradientsOfSlots(side)) return;
  for (const int table : sides[size_t(side)].tables()) {
    if (table >= 0) tensors[size_t(table)].gradient.reserve(slots * tensors[size_t(table)].width);
  }
  if (slots <= slotNumbers_.size()) return;
  slotNumbers_ = AlignedArray<uint32_t>(slots);
  std::iota(slotNumbers_.data(), slotNumbers_.data() + slots, 0u);
}

void RankerModel::packFirstHalf(int side) {
  // An empty tower: the head's dot with the concatenation, as a first layer of one linear output.
  const float* weight = firstIsLinear ? value(headWeight) + spec.gmf : value(towerWeight[0]);
  const float* half = weight + side * spec.embedding;
  padRows(half, 2 * spec.embedding, firstWidth, spec.embedding, firstWeight_[side].data(), embeddingPad);
  transpose(half, 2 * spec.embedding, firstWidth, spec.embedding, firstTransposed_[side].data(), firstPad);
}

void RankerModel::pack() {
  if (spec.embedding == 0) return;
  for (int side = 0; side < kSides; side++) packFirstHalf(side);
  if (firstIsLinear) return;
  std::memcpy(firstBias_.data(), value(towerBias[0]), firstWidth * sizeof(float));
  for (size_t l = 0; l < layers_.size(); l++) {
    LayerView& layer = layers_[l];
    const float* weight = value(towerWeight[l + 1]);
    padRows(weight, layer.inputs, layer.outputs, layer.inputs, packed_[3 * l].data(), layer.inputsPad);
    transpose(weight, layer.inputs, layer.outputs, layer.inputs, packed_[3 * l + 1].data(), layer.outputsPad);
    std::memcpy(packed_[3 * l + 2].data(), value(towerBias[l + 1]), layer.outputs * sizeof(float));
    layer.weight = packed_[3 * l].data();
    layer.transposed = packed_[3 * l + 1].data();
    layer.bias = packed_[3 * l + 2].data();
  }
  std::memcpy(headTower_.data(), value(headWeight) + spec.gmf, spec.tower.back() * sizeof(float));
}

void RankerModel::reduceDense(const float* lanes, int64_t laneCount, double slopeSum) {
  const auto sum = [&](int64_t offset, int64_t rows, int64_t columns, int64_t pad, float* to, int64_t toStride) {
    sumLanes(lanes + offset, laneCount, layout.size, rows, columns, pad, to, toStride);
  };
  gradient(headBias)[0] = float(slopeSum);
  if (spec.gmf > 0) sum(layout.headGmf, 1, spec.gmf, spec.gmf, gradient(headWeight), spec.gmf);
  if (spec.embedding == 0) return;
  float* first = firstIsLinear ? gradient(headWeight) + spec.gmf : gradient(towerWeight[0]);
  for (int side = 0; side < kSides; side++) {
    sum(layout.firstWeight[side], firstWidth, spec.embedding, embeddingPad, first + side * spec.embedding,
        2 * spec.embedding);
  }
  if (firstIsLinear) return;
  sum(layout.firstBias, 1, firstWidth, firstPad, gradient(towerBias[0]), firstWidth);
  for (size_t l = 0; l < layers_.size(); l++) {
    const LayerView& layer = layers_[l];
    sum(layer.gradientOffset, layer.outputs, layer.inputs, layer.inputsPad, gradient(towerWeight[l + 1]), layer.inputs);
    sum(layer.gradientOffset + layer.outputs * layer.inputsPad, 1, layer.outputs, layer.outputsPad,
        gradient(towerBias[l + 1]), layer.outputs);
  }
  sum(layout.headTower, 1, spec.tower.back(), lastPad, gradient(headWeight) + spec.gmf, spec.tower.back());
}

}  // namespace lawn
