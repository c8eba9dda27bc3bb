// What one side's entities are made of: entity e is the sum of weights[k] times the table row rows[k] over
// offsets[e] <= k < offsets[e + 1]. Without features it is the identity, of which nothing is stored.
// Twin: src/ranker/side.ts.
#pragma once

#include <array>

#include "core/runtime/aligned-array.hpp"
#include "kernels/kernel-table.hpp"

namespace lawn {

struct SideMatrix {
  int64_t ids = 0;                 // row e below it is the id of entity e and of no other, and then its first entry
  AlignedArray<uint32_t> offsets;  // [entities + 1]; empty for the identity
  AlignedArray<uint32_t> rows;     // [entries]
  AlignedArray<float> weights;     // [entries]

  bool isIdentity() const { return offsets.size() == 0; }
  int64_t entities(int64_t tableRows) const { return isIdentity() ? tableRows : offsets.size() - 1; }
  bool hasId(uint32_t entity) const {
    const uint32_t first = offsets[entity];
    return first < offsets[entity + 1] && rows[first] < ids;
  }
  /// The entity's entries but its id's.
  int64_t firstFeature(uint32_t entity) const { return offsets[entity] + uint32_t(hasId(entity)); }
  int64_t features(uint32_t entity) const { return int64_t(offsets[entity + 1]) - firstFeature(entity); }
};

using SideMatrices = std::array<SideMatrix, kSides>;

}  // namespace lawn
