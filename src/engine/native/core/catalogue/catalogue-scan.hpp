// Users' scores of the catalogue, taken as they are made, some items at a time: who stands before the positives, which
// are the best, what probabilities they say. Scores are overwritten on the way, and nothing of [users][items] is kept.
#pragma once

#include <vector>

#include "core/catalogue/catalogue-request.hpp"
#include "core/runtime/aligned-array.hpp"
#include "kernels/kernel-table.hpp"

namespace lawn {

/// Of one thread, for some users at once, each in a place of its own.
class CatalogueScan {
 public:
  /// Finds all the memory that it needs; what comes after does not throw. `most` items are taken at once.
  CatalogueScan(const CatalogueTable& kernels, const CatalogueRequest& request, const CatalogueAnswers& answers,
                int64_t places, int64_t items, int64_t most);

  /// The place is now that of the n-th user asked about. The scores of the user's positives are among the answers.
  void begin(int64_t place, int64_t user);
  /// Scores of items [first, first + count), in the order of items; there is room for roomFor(count) of them.
  void take(int64_t place, float* scores, int64_t first, int64_t count);
  void end(int64_t place);

  /// Whole vectors of every instruction set.
  static int64_t roomFor(int64_t count) { return roundUp(count, 16); }

 private:
  struct Best {
    float score;
    uint32_t item;
  };
  static bool isBetter(const Best& a, const Best& b);
  struct Place {
    int64_t user = 0;
    uint32_t nextMasked = 0;
    std::vector<Best> best;  // a heap whose front is the worst kept
  };

  void mask(Place& place, float* scores, int64_t first, int64_t count);
  void offer(Place& place, const float* scores, int64_t first, int64_t count);
  void hidePositives(int64_t user, float* scores, int64_t first, int64_t count);

  const CatalogueTable& kernels_;
  const CatalogueRequest& request_;
  const CatalogueAnswers& answers_;
  int64_t longest_;  // list
  std::vector<Place> places_;
  std::vector<uint32_t> positions_;
};

}  // namespace lawn
