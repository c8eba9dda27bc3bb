// L2 on the embeddings that a batch looks up: gradient of row r += strength * (times r was looked up) / losses * r. A
// list looks its user up once.
// Twin: src/engine/reference/embedding-decay.ts.
#pragma once

#include <array>
#include <vector>

#include "core/batch/batch-plan.hpp"
#include "core/ranker-model.hpp"
#include "core/runtime/thread-pool.hpp"

namespace lawn {

class EmbeddingDecay {
 public:
  EmbeddingDecay(RankerModel& model, ThreadPool& pool, const Loss& loss, double strength)
      : model_(model), pool_(pool), looksUserUpOnce_(loss.isOfLists()), strength_(strength) {}

  /// To be called when the tables' gradients are complete. Does nothing at strength 0.
  void addTo(const BatchPlan& plan);

 private:
  void countLookups(const BatchPlan& plan, int side);

  RankerModel& model_;
  ThreadPool& pool_;
  const bool looksUserUpOnce_;
  const double strength_;
  std::array<std::vector<uint32_t>, kSides> lookups_;  // [slots] times each distinct row was looked up
};

}  // namespace lawn
