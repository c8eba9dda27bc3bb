// Logits for pairs and for the whole catalogue, the best unseen items of users, and where given ones stand. Item halves
// of the first layer are computed once and kept until the parameters change; a user's half once per run of equal users.
// A score has the same bits however it is asked for. Twin: src/engine/reference/catalogue.ts.
#pragma once

#include <vector>

#include "core/ranker-model.hpp"
#include "core/runtime/thread-pool.hpp"

namespace lawn {

/// Items of each asked user, such as those not to be recommended: items[offsets[k] .. offsets[k + 1]) for users[k].
/// Null offsets: no user has any.
struct ItemLists {
  const uint32_t* offsets = nullptr;
  const uint32_t* items = nullptr;
};

class Scoring {
 public:
  Scoring(RankerModel& model, const KernelTable& kernels, ThreadPool& pool);

  /// To be called whenever parameters have changed.
  void forget() { isFresh_ = false; }
  void pairs(int64_t count, const uint32_t* users, const uint32_t* items, float* out);
  /// [count][items]
  void catalogue(int64_t count, const uint32_t* users, float* out);
  /// The k best items of each user, best first, equal scores by ascending item: [count][k]. Where fewer are left, the
  /// rest of the row holds the item 2^32 - 1 and the score -infinity. NaN ranks below every number.
  void top(int64_t count, const uint32_t* users, int64_t k, const ItemLists& masked, uint32_t* outItems,
           float* outScores);

  /// Of each positive its score, and how many items that are neither masked nor positives of the user score higher and
  /// the same: arrays as long as the positives. False where a score is NaN: nothing is said then.
  bool standings(int64_t count, const uint32_t* users, const ItemLists& positives, const ItemLists& masked,
                 float* scores, uint32_t* above, uint32_t* equal);

 private:
  struct Scratch {
    std::vector<AlignedArray<float>> memory;
    std::vector<float*> activations;
    AlignedArray<float> gathered, userHalves, scores, block;
    AlignedArray<uint32_t> users, userRows, slots;
    std::vector<uint32_t> order;
    BlockScratch view{};
  };

  void refresh();
  void refreshUnits();
  /// Finds the memory that tasks over `pairs` pairs at a time need; tasks must not throw.
  void reserve(int64_t pairs);
  /// [count][items]
  void scoreUsers(const uint32_t* users, int64_t count, Scratch& scratch, float* out);
  void scoreUser(uint32_t user, Scratch& scratch, float* out);
  /// Users whose scores a task computes together.
  int64_t usersPerTask(int64_t count) const;
  void scorePairs(int64_t count, const uint32_t* users, const uint32_t* items, Scratch& scratch, float* out);
  RankerView viewWith(const Scratch& scratch) const;

  RankerModel& model_;
  const KernelTable& kernels_;
  ThreadPool& pool_;
  bool isFresh_ = false;
  AlignedArray<float> itemHalves_;
  AlignedArray<uint32_t> allItems_;  // 0, 1, 2, ...
  std::vector<Scratch> scratch_;
};

}  // namespace lawn
