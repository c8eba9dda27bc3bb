// See session.hpp.
#include "core/session.hpp"

#include <algorithm>

namespace lawn {

namespace {

BatchPlan planFor(const SessionSettings& settings) {
  const RankerSpec& ranker = settings.ranker;
  const int64_t firstWidth = ranker.tower.empty() ? 1 : ranker.tower[0];
  const auto entities = [&](int side) { return settings.sides[size_t(side)].entities(ranker.rows[size_t(side)]); };
  return BatchPlan({entities(kUsers), entities(kItems)},
                   ranker.embedding == 0 ? 0 : roundUp(firstWidth, settings.kernels->lanes));
}

}  // namespace

Session::Session(SessionSettings settings)
    : kernels_(*settings.kernels),
      pool_(settings.threads),
      interactions_(std::move(settings.interactions)),
      sortScratch_(size_t(settings.threads)),
      plans_{planFor(settings), planFor(settings)},
      itemLogQ_(std::move(settings.itemLogQ)),
      loss(settings.loss),
      model(settings.ranker, std::move(settings.sides), kernels_.lanes, settings.optimizer.isLazy),
      optimizer(model, settings.optimizer, std::move(settings.groups), kernels_, pool_),
      scoring(model, kernels_, pool_),
      gradient_(model, kernels_, pool_, settings.loss, settings.embeddingDecay) {
  parametersChanged();
}

void Session::parametersChanged() {
  model.pack();
  scoring.forget();
}

/// Tasks must not throw, so their memory is found here.
void Session::begin(int index, const SampleSource& source) {
  BatchPlan& plan = plans_[index];
  const bool isListed = source.isShared() && model.spec.embedding > 0;
  plan.begin(isListed ? listed_[index].list(source, model.entities[kItems], pool_).leavingOut(source.idDropout())
                      : source);
  const int64_t mostEntities = std::max(model.entities[kUsers], model.entities[kItems]);
  for (SortScratch& scratch : sortScratch_) scratch.reserve(plan.chunkSamples(), mostEntities);
}

void Session::prepare(int index, const SampleSource& source) {
  begin(index, source);
  BatchPlan& plan = plans_[index];
  pool_.run(plan.preparations(), [&](int64_t task, int thread) { plan.prepare(task, sortScratch_[size_t(thread)]); });
}

double Session::update(BatchPlan& plan, double learningRate, const OverlappedWork& overlapped) {
  const double loss = gradient_.compute(plan, overlapped);
  optimizer.step(learningRate, gradient_.rowsOf(plan));
  gradient_.forgetSamples(plan);
  parametersChanged();
  return loss;
}

double Session::step(const SampleSource& source, double learningRate) {
  prepare(0, source);
  return update(plans_[0], learningRate, {});
}

void Session::train(const EpochKeys& keys, int64_t firstStep, const double* learningRates, int64_t steps,
                    double* losses) {
  const auto sourceOf = [&](int64_t k) {
    const SampleSource drawn = SampleSource::drawn(*interactions_, keys, firstStep + k, kernels_);
    return keys.idDropout.empty() ? drawn : drawn.leavingOut(keys.idDropout[size_t(k)]);
  };
  if (steps > 0) prepare(0, sourceOf(0));
  for (int64_t k = 0; k < steps; k++) {
    BatchPlan &plan = plans_[k % 2], &next = plans_[(k + 1) % 2];
    OverlappedWork preparation;
    if (k + 1 < steps) {
      begin(int((k + 1) % 2), sourceOf(k + 1));
      preparation.tasks = next.preparations();
      preparation.run = [&](int64_t task, int thread) { next.prepare(task, sortScratch_[size_t(thread)]); };
    }
    losses[k] = update(plan, learningRates[k], preparation);
  }
}

bool Session::gradientOfTable(int64_t tensor, float* out, int64_t size) const {
  const Tensor& own = model.tensors[size_t(tensor)];
  for (int side = 0; side < kSides; side++) {
    const auto tables = model.sides[size_t(side)].tables();
    if (!model.hasGradientsOfSlots(side) || own.size != size) continue;
    if (std::find(tables.begin(), tables.end(), int(tensor)) == tables.end()) continue;
    const std::vector<uint32_t>& rows = plans_[0].sides[size_t(side)].distinct;
    std::fill_n(out, size, 0.0f);
    for (size_t slot = 0; slot < rows.size(); slot++) {
      std::copy_n(own.gradient.data() + int64_t(slot) * own.width, own.width, out + rows[slot] * own.width);
    }
    return true;
  }
  return false;
}

double Session::gradient(const SampleSource& source) {
  prepare(0, source);
  return gradient_.compute(plans_[0], {});
}

}  // namespace lawn
