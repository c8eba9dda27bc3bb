// See state-access.hpp.
#include "addon/state-access.hpp"

#include <algorithm>
#include <cmath>

namespace lawn {

napi_value copyTensor(const Call& call) {
  const auto session = call.session();
  const int64_t tensors = int64_t(session->model.tensors.size());
  const int64_t kind = call.whole(1, "kind", 0, 3), tensor = call.whole(2, "tensor", 0, tensors - 1);
  const Span<float> array = span<float>(call.env, call.arguments[3], "tensor");
  const bool writes = call.number(4) != 0;
  Tensor& known = session->model.tensors[size_t(tensor)];
  Optimizer::Slots& slots = session->optimizer.slots[size_t(tensor)];
  const bool isSquare = kind == 3;  // kept as its root
  AlignedArray<float>* const kinds[] = {&known.value, &known.gradient, &slots.velocity, &slots.root};
  AlignedArray<float>& memory = *kinds[kind];
  if (kind == 1 && session->gradientOfTable(tensor, array.data, array.size)) return nullptr;
  if (memory.size() != array.size) throw std::runtime_error("native addon: wrong size of tensor " + known.name);
  for (int64_t i = 0; i < array.size; i++) {
    if (writes) memory[i] = isSquare ? std::sqrt(array.data[i]) : array.data[i];
    else array.data[i] = isSquare ? Optimizer::Slots::squareOf(memory[i]) : memory[i];
  }
  return nullptr;
}

napi_value copyGroup(const Call& call) {
  const auto session = call.session();
  std::vector<LawnGroup>& groups = session->optimizer.groups;
  LawnGroup& group = groups[size_t(call.whole(1, "group", 0, int64_t(groups.size()) - 1))];
  const Span<double> target = span<double>(call.env, call.arguments[2], "targets");
  const Span<double> constrained = span<double>(call.env, call.arguments[3], "constrained");
  if (target.size != group.rows || constrained.size != group.rows) {
    throw std::runtime_error("native addon: wrong size of group");
  }
  if (call.number(4) != 0) {
    group.target.assign(target.data, target.data + target.size);
    group.constrained.assign(constrained.data, constrained.data + constrained.size);
  } else {
    std::copy(group.target.begin(), group.target.end(), target.data);
    std::copy(group.constrained.begin(), group.constrained.end(), constrained.data);
  }
  return nullptr;
}

napi_value copyCounts(const Call& call) {
  const auto session = call.session();
  Optimizer& optimizer = session->optimizer;
  const Span<double> counts = span<double>(call.env, call.arguments[1], "counts");
  int64_t* const known[] = {&optimizer.stepsDone, &optimizer.switchedAt, &optimizer.zeroBlocks, &optimizer.keptBlocks};
  if (counts.size != 4) throw std::runtime_error("native addon: expected 4 counts");
  for (int i = 0; i < 4; i++) {
    if (call.number(2) != 0) *known[i] = wholeNumber(counts.data[i], "count", -1, kMostWhole);
    else counts.data[i] = double(*known[i]);
  }
  return nullptr;
}

napi_value copyLastSteps(const Call& call) {
  const auto session = call.session();
  AlignedArray<uint32_t>& known = session->optimizer.lazy.lastSteps[size_t(call.whole(1, "side", 0, kSides - 1))];
  const Span<double> given = span<double>(call.env, call.arguments[2], "last steps");
  if (known.size() != given.size) throw std::runtime_error("native addon: wrong size of last steps");
  const bool writes = call.number(3) != 0;
  for (int64_t row = 0; row < given.size; row++) {
    if (writes)
      known[row] = uint32_t(wholeNumber(given.data[row], "last step", 0, double(session->optimizer.stepsDone)));
    else given.data[row] = known[row];
  }
  return nullptr;
}

napi_value parametersChanged(const Call& call) {
  call.session()->parametersChanged();
  return nullptr;
}

}  // namespace lawn
