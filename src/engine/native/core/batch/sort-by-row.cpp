// See sort-by-row.hpp.
#include "core/batch/sort-by-row.hpp"

#include <algorithm>
#include <utility>

namespace lawn {

namespace {

/// Up to this many table rows per sample, counting sort (one counter per row) is cheaper than radix sort.
constexpr int64_t kCountersPerSample = 2;

/// Sorts [count] of (key << 32 | index) by key, stably: least significant digit first. Returns the sorted
/// array, one of the two.
uint64_t* radixSort(uint64_t* from, uint64_t* to, int64_t count, int64_t keyBits) {
  // Wide digits need fewer passes but more counters; counters should not outnumber what is sorted by much.
  const int64_t widest = std::min<int64_t>(11, std::max<int64_t>(6, bitsFor(count)));
  const int64_t passes = divideUp(keyBits, widest);
  const int64_t digitBits = divideUp(keyBits, passes);
  const uint64_t mask = (uint64_t(1) << digitBits) - 1;
  uint32_t starts[1 << 11];
  for (int64_t pass = 0; pass < passes; pass++) {
    const int64_t shift = 32 + pass * digitBits;
    std::fill(starts, starts + (mask + 1), 0u);
    for (int64_t i = 0; i < count; i++) starts[from[i] >> shift & mask]++;
    uint32_t total = 0;
    for (uint64_t digit = 0; digit <= mask; digit++) total += std::exchange(starts[digit], total);
    for (int64_t i = 0; i < count; i++) to[starts[from[i] >> shift & mask]++] = from[i];
    std::swap(from, to);
  }
  return from;
}

}  // namespace

void RowSorter::reserve(int64_t mostSamples, int64_t mostTableRows) {
  counters_.reserve(std::min(mostTableRows, kCountersPerSample * mostSamples));
  keys_.reserve(mostSamples);
  other_.reserve(mostSamples);
}

int64_t RowSorter::sort(const uint32_t* sampleRows, int64_t count, int64_t tableRows, const FoundRuns& found) {
  return tableRows <= kCountersPerSample * count ? sortByCounting(sampleRows, count, tableRows, found)
                                                 : sortByDigits(sampleRows, count, tableRows, found);
}

int64_t RowSorter::sortByCounting(const uint32_t* sampleRows, int64_t count, int64_t tableRows,
                                  const FoundRuns& found) {
  uint32_t* counters = counters_.data();
  std::fill(counters, counters + tableRows, 0u);
  for (int64_t i = 0; i < count; i++) counters[sampleRows[i]]++;
  int64_t runs = 0;
  uint32_t total = 0;
  for (int64_t row = 0; row < tableRows; row++) {
    const uint32_t length = std::exchange(counters[row], total);
    found.starts[runs] = total;
    found.rows[runs] = uint32_t(row);
    // Overwritten by the next row unless this one has samples.
    runs += length > 0;
    total += length;
  }
  found.starts[runs] = total;
  for (int64_t i = 0; i < count; i++) found.order[counters[sampleRows[i]]++] = uint32_t(i);
  return runs;
}

int64_t RowSorter::sortByDigits(const uint32_t* sampleRows, int64_t count, int64_t tableRows, const FoundRuns& found) {
  uint64_t* keys = keys_.data();
  for (int64_t i = 0; i < count; i++) keys[i] = uint64_t(sampleRows[i]) << 32 | uint64_t(i);
  const uint64_t* sorted = radixSort(keys, other_.data(), count, bitsFor(tableRows));
  int64_t runs = 0;
  uint64_t previous = ~uint64_t(0);
  for (int64_t i = 0; i < count; i++) {
    const uint64_t row = sorted[i] >> 32;
    found.order[i] = uint32_t(sorted[i]);
    found.starts[runs] = uint32_t(i);
    found.rows[runs] = uint32_t(row);
    // Overwritten by the next sample unless a run begins here.
    runs += row != previous;
    previous = row;
  }
  found.starts[runs] = uint32_t(count);
  return runs;
}

}  // namespace lawn
