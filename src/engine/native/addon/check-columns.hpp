// The second line: what the kernels follow without looking is looked at where it enters. The TypeScript side
// (src/engine/check-*.ts) has refused the same before, in better words; what is refused here is a bug of it.
#pragma once

#include <string>

#include "addon/values.hpp"

namespace lawn {

/// Throws unless `holds`.
inline void expect(bool holds, const char* what) {
  if (!holds) throw std::runtime_error(std::string("native addon: ") + what);
}

/// Every index is below `extent`, which fits 32 bits.
inline void checkIndices(const char* name, const uint32_t* column, int64_t size, int64_t extent) {
  const uint32_t end = uint32_t(extent);
  uint32_t outside = 0;  // no early exit: the loop is then done in vectors
  for (int64_t row = 0; row < size; row++) outside |= uint32_t(column[row] >= end);
  expect(outside == 0, name);
}

/// `rows` stretches end to end, within `items` values.
inline void checkOffsets(const char* name, Span<uint32_t> offsets, int64_t rows, int64_t items) {
  expect(offsets.size == rows + 1 && int64_t(offsets.data[rows]) <= items, name);
  for (int64_t row = 0; row < rows; row++) expect(offsets.data[row] <= offsets.data[row + 1], name);
}

/// Each stretch ascends without repeats, and is below `extent`.
inline void checkAscending(const char* name, const uint32_t* offsets, int64_t rows, const uint32_t* items,
                           int64_t extent) {
  checkIndices(name, items, int64_t(offsets[rows]), extent);
  for (int64_t row = 0; row < rows; row++) {
    for (uint32_t at = offsets[row] + 1; at < offsets[row + 1]; at++) expect(items[at - 1] < items[at], name);
  }
}

}  // namespace lawn
