// The samples of a chunk in the order of their table rows, and the runs of equal rows.
#pragma once

#include "core/runtime/aligned-array.hpp"

namespace lawn {

/// Where the runs go: rows[r] is the row of run r, which holds samples order[starts[r]] .. order[starts[r + 1] - 1].
struct FoundRuns {
  uint32_t *order, *starts, *rows;  // [count], [count + 1], [count + 1]
};

/// Sorts sample indices by their rows, stably. Holds the working memory of one thread.
class RowSorter {
 public:
  void reserve(int64_t mostSamples, int64_t mostTableRows);
  /// Returns the number of runs. Rows are below `tableRows`.
  int64_t sort(const uint32_t* sampleRows, int64_t count, int64_t tableRows, const FoundRuns& found);

 private:
  int64_t sortByCounting(const uint32_t* sampleRows, int64_t count, int64_t tableRows, const FoundRuns& found);
  int64_t sortByDigits(const uint32_t* sampleRows, int64_t count, int64_t tableRows, const FoundRuns& found);

  AlignedArray<uint32_t> counters_;
  AlignedArray<uint64_t> keys_, other_;
};

}  // namespace lawn
