// See shared-gradient.hpp.
#include "core/gradient/shared-gradient.hpp"

#include "core/batch/side-tasks.hpp"

namespace lawn {

SharedGradient::SharedGradient(RankerModel& model, const KernelTable& kernels, ThreadPool& pool, const Loss& loss)
    : model_(model),
      kernels_(kernels),
      pool_(pool),
      loss_(loss),
      pad_(roundUp(model.spec.dot + model.spec.gmf + (model.spec.idBiases ? 1 : 0), kernels.lanes)),
      scratch_(size_t(pool.threads())) {}

void SharedGradient::begin(BatchPlan& plan) {
  reserve(plan);
  pool_.run(plan.blocks(), [&](int64_t block, int) { plan.readNegatives(block); });
  pool_.run(kSides, [&](int64_t side, int) { plan.sortContributions(int(side), sorters_[size_t(side)]); });
}

/// Tasks must not throw, so their memory is found here.
void SharedGradient::reserve(const BatchPlan& plan) {
  const int64_t negatives = plan.source().shared().negatives;
  for (int side = 0; side < kSides; side++) {
    sorters_[size_t(side)].reserve(plan.contributions(side), plan.sides[side].entities);
    columns_[size_t(side)].reserve(plan.contributions(side) * pad_);
  }
  for (Scratch& scratch : scratch_) {
    scratch.items.reserve(negatives * pad_);
    scratch.panels.reserve(roundUp(negatives, kernels_.lanes) * pad_);
    for (AlignedArray<float>* rows : {&scratch.scaled, &scratch.plain, &scratch.positive}) {
      rows->reserve(kBlockSamples * pad_);
    }
    scratch.logits.reserve(kBlockSamples * sharedStride(negatives));
    scratch.bias.reserve(roundUp(negatives, kernels_.lanes));
    scratch.masked.reserve(negatives);
    scratch.masks.reserve(plan.sides[kItems].entities, negatives);
  }
  losses_.assign(size_t(plan.blocks()), 0.0);
}

double SharedGradient::compute(const BatchPlan& plan, const OverlappedWork& overlapped) {
  pool_.run(overlapped.tasks + plan.blocks(), [&](int64_t task, int thread) {
    if (task < overlapped.tasks) return overlapped.run(task, thread);
    const int64_t block = task - overlapped.tasks;
    losses_[size_t(block)] = computeBlock(plan, block, scratch_[size_t(thread)]);
  });
  addContributions(plan);
  double sum = 0;
  for (const double loss : losses_) sum += loss;
  return sum;
}

double SharedGradient::computeBlock(const BatchPlan& plan, int64_t block, Scratch& scratch) {
  const SampleSource::Shared& shared = plan.source().shared();
  const int64_t begin = block * shared.blockRows;
  const uint32_t *users = plan.sides[kUsers].sampleRows.data() + begin, *negatives = plan.negativesOf(block);
  scratch.masks.open(plan.source(), begin, users, negatives);
  const SharedBlock view{
      .rows = std::min(shared.blockRows, plan.samples() - begin),
      .negatives = shared.negatives,
      .users = users,
      .positives = plan.sides[kItems].sampleRows.data() + begin,
      .items = negatives,
      .maskOf = SharedMasks::of,
      .masks = &scratch.masks,
      .weights = plan.hasWeights() ? plan.weights.data() + begin : nullptr,
      .loss = loss_,
      .inverseCount = float(1.0 / double(plan.losses())),
      .pad = pad_,
      .userGradients = columns_[kUsers].data() + begin * pad_,
      .positiveGradients = columns_[kItems].data() + begin * pad_,
      .negativeGradients = columns_[kItems].data() + (plan.samples() + block * shared.negatives) * pad_,
  };
  return kernels_.sharedBlock(model_.view(), view,
                              {
                                  .items = scratch.items.data(),
                                  .panels = scratch.panels.data(),
                                  .scaled = scratch.scaled.data(),
                                  .plain = scratch.plain.data(),
                                  .positive = scratch.positive.data(),
                                  .logits = scratch.logits.data(),
                                  .bias = scratch.bias.data(),
                                  .masked = scratch.masked.data(),
                              });
}

void SharedGradient::addContributions(const BatchPlan& plan) {
  constexpr int64_t runsPerTask = 512;
  const SideTasks tasks(divideUp(plan.sides[kUsers].slots(), runsPerTask),
                        divideUp(plan.sides[kItems].slots(), runsPerTask));
  const RankerView ranker = model_.view();
  pool_.run(tasks.count(), [&](int64_t task, int) {
    const auto [side, part] = tasks.partOf(task);
    const PlanSide& of = plan.sides[side];
    SideGradients gradients = model_.gradientsOf(side);
    gradients.rows = model_.gradientRows(side, of.distinct.data());
    if (side == kUsers) gradients.bias = nullptr;  // what all logits of a row have in common has slope 0
    const ContributionsView view{
        .starts = of.runStarts.data(),
        .order = of.order.data(),
        .columns = columns_[size_t(side)].data(),
        .pad = pad_,
    };
    kernels_.addContributions(ranker, view, gradients, part * runsPerTask,
                              std::min((part + 1) * runsPerTask, of.slots()));
  });
}

}  // namespace lawn
