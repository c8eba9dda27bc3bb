// Logits for pairs and for the whole catalogue, and what is asked of the latter: the best unseen items of users, who
// stands before their positives. Item halves of the first layer are computed once and kept until the parameters change;
// a user's half once per run of equal users. A score has the same bits however it is asked for. Twin:
// src/engine/reference/catalogue.ts.
#pragma once

#include <vector>

#include "core/catalogue/catalogue-scan.hpp"
#include "core/ranker-model.hpp"
#include "core/runtime/thread-pool.hpp"

namespace lawn {

class Scoring {
 public:
  Scoring(RankerModel& model, const KernelTable& kernels, ThreadPool& pool);

  /// To be called whenever parameters have changed.
  void forget() { isFresh_ = isPacked_ = false; }
  void pairs(int64_t count, const uint32_t* users, const uint32_t* items, float* out);
  /// [count][items]
  void catalogue(int64_t count, const uint32_t* users, float* out);
  /// Answers of each of `users`, without their scores ever being in memory all at once. Lists are best first, equal
  /// scores by ascending item; where fewer items are left, the rest holds the item 2^32 - 1 and the score -infinity.
  /// NaN ranks below every number. Of positives the scores are found as well.
  void answer(const uint32_t* users, const CatalogueRequest& request, const CatalogueAnswers& answers);

 private:
  struct Scratch {
    std::vector<AlignedArray<float>> memory;
    std::vector<float*> activations;
    AlignedArray<float> gathered, userHalves, scores;
    AlignedArray<uint32_t> users, userRows, slots;
    BlockScratch view{};
  };

  void refresh();
  void mixSides();
  void refreshUnits();
  /// Whether a score is one inner product, and a few constants.
  bool isProduct() const { return model_.spec.dot > 0 && model_.spec.gmf == 0 && model_.firstPad == 0; }
  void packItems();
  void scorePositives(const uint32_t* users, const CatalogueRequest& request, float* out);
  void answerByPanels(const uint32_t* users, const CatalogueRequest& request, std::vector<CatalogueScan>& scans);
  /// Finds the memory that tasks over `pairs` pairs at a time need; tasks must not throw.
  void reserve(int64_t pairs);
  void scoreUser(uint32_t user, Scratch& scratch, float* out);
  void scorePairs(int64_t count, const uint32_t* users, const uint32_t* items, Scratch& scratch, float* out);
  RankerView viewWith(const Scratch& scratch) const;

  RankerModel& model_;
  const KernelTable& kernels_;
  ThreadPool& pool_;
  bool isFresh_ = false, isPacked_ = false;
  AlignedArray<float> itemHalves_;
  AlignedArray<float> panels_, biasPanels_;  // of a product: [panels][kPanelItems * dot], [panels][kPanelItems]
  AlignedArray<uint32_t> allItems_;          // 0, 1, 2, ...
  std::vector<Scratch> scratch_;
};

}  // namespace lawn
