// Which entities of a batch are without their ids. Twin: isWithoutId of src/dataset/id-dropout.ts.
#pragma once

#include <algorithm>

#include "kernels/draw/counter-random.hpp"
#include "kernels/sides/sides-table.hpp"

namespace lawn::LAWN_ISA {

inline void leaveOutIds(const IdDraws& draws, const uint32_t* entities, int64_t begin, int64_t end, uint8_t* isLeft) {
  for (int64_t at = begin; at < end; at += kLanes) {
    const int64_t count = std::min<int64_t>(kLanes, end - at);
    uint32_t words[kLanes] = {};
    std::copy_n(entities + at, count, words);
    storeWords(words, threefryFirst(draws.low, draws.high, loadWords(words), Words{}));
    for (int64_t lane = 0; lane < count; lane++) isLeft[at + lane] = words[lane] < draws.threshold;
  }
}

}  // namespace lawn::LAWN_ISA
