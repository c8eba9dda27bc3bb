// One ranker in training: tensors, optimizer, batches and threads put together. Knows nothing of JavaScript.
#pragma once

#include <memory>
#include <vector>

#include "core/batch/listed-blocks.hpp"
#include "core/gradient/batch-gradient.hpp"
#include "core/optimizer/optimizer.hpp"
#include "core/scoring.hpp"

namespace lawn {

struct SessionSettings {
  RankerSpec ranker;
  SideMatrices sides;
  Loss loss;
  AlignedArray<float> itemLogQ;  // what the loss's points to; empty for none
  OptimizerSettings optimizer;
  double embeddingDecay = 0;
  std::vector<LawnGroup> groups;
  std::unique_ptr<Interactions> interactions;  // null: only explicit batches
  int threads = 1;
  const KernelTable* kernels = nullptr;
};

/// Calls must come one at a time, from any thread.
class Session {
 public:
  explicit Session(SessionSettings settings);

  /// To be called after tensors were written from outside.
  void parametersChanged();
  double step(const SampleSource& source, double learningRate);
  /// Steps firstStep, firstStep + 1, ... of an epoch; each batch is prepared while the one before trains.
  void train(const EpochKeys& keys, int64_t firstStep, const double* learningRates, int64_t steps, double* losses);
  /// Leaves the gradient in the tensors until `clearGradient`.
  double gradient(const SampleSource& source);
  /// Where a table's gradient is kept of the batch's slots: writes it as of the whole table, if that is `size` floats.
  /// Returns whether it was.
  bool gradientOfTable(int64_t tensor, float* out, int64_t size) const;
  void clearGradient() { gradient_.clear(plans_[0]); }

  /// Null where there are none to train on.
  const Interactions* interactions() const { return interactions_.get(); }

 private:
  void begin(int plan, const SampleSource& source);
  void prepare(int plan, const SampleSource& source);
  double update(BatchPlan& plan, double learningRate, const OverlappedWork& overlapped);

  const KernelTable& kernels_;
  ThreadPool pool_;
  std::unique_ptr<Interactions> interactions_;
  std::vector<SortScratch> sortScratch_;
  BatchPlan plans_[2];
  ListedBlocks listed_[2];  // of each plan
  AlignedArray<float> itemLogQ_;

 public:
  const Loss loss;
  RankerModel model;
  Optimizer optimizer;
  Scoring scoring;

 private:
  BatchGradient gradient_;
};

}  // namespace lawn
