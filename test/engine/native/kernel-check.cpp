// The engine without JavaScript, for sanitizers (node src/engine/native/build.mjs --check): many shapes, optimizers,
// instruction sets and thread counts, so that every kernel's reads and writes are covered; and the numbers that only
// C++ can see.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "core/algebra/dense-algebra.hpp"
#include "core/algebra/symmetric-inverse.hpp"
#include "core/session.hpp"

#define LAWN_ISA check
#include "kernels/draw/draw.hpp"
#include "kernels/transcendental.hpp"

namespace {

using namespace lawn;

void expect(bool condition, const char* what) {
  if (condition) return;
  std::fprintf(stderr, "kernel check failed: %s\n", what);
  std::exit(1);
}

/// Threefry-2x32-20 known answers of Random123: first words for counter and key of zeros, ones, and digits of pi.
void checkThreefry() {
  const auto first = [](uint32_t k0, uint32_t k1, uint32_t low, uint32_t high) {
    return check::threefryFirst(k0, k1, check::Words{} + low, check::Words{} + high)[0];
  };
  expect(first(0, 0, 0, 0) == 0x6b200159, "threefry of zeros");
  expect(first(~0u, ~0u, ~0u, ~0u) == 0x1cb996fc, "threefry of ones");
  expect(first(0x13198a2e, 0x03707344, 0x243f6a88, 0x85a308d3) == 0xc4923a9c, "threefry of pi");
}

/// Largest error over [0, top] in units of the last place of the true value.
template <typename Function, typename Truth>
double worstError(double top, Function function, Truth truth) {
  double worst = 0;
  constexpr int values = 1000000;
  for (int i = 0; i <= values; i++) {
    const float x = float(top * i / values);
    const double expected = truth(double(x));
    const double unit = std::nextafter(std::fabs(float(expected)), INFINITY) - std::fabs(float(expected));
    worst = std::max(worst, std::fabs(double(function(check::broadcast(x))[0]) - expected) / unit);
  }
  return worst;
}

void checkTranscendentals() {
  const auto expNegative = [](check::Floats x) { return check::expNegative(x); };
  const auto log1pUnit = [](check::Floats x) { return check::log1pUnit(x); };
  const double expError = worstError(87, expNegative, [](double x) { return std::exp(-x); });
  const double logError = worstError(1, log1pUnit, [](double x) { return std::log1p(x); });
  std::printf("expNegative: %.2f units in the last place; log1pUnit: %.2f\n", expError, logError);
  expect(expError <= 2, "expNegative within 2 units in the last place");
  expect(logError <= 3, "log1pUnit within 3 units in the last place");
  for (const float z : {NAN, INFINITY, -INFINITY}) {
    expect(std::isnan(check::softplusWithSlope(check::broadcast(z)).value[0]), "a loss that is not finite shows");
  }
}

/// Inverses and sweeps of sizes that leave rows, columns and blocks over.
void checkAlgebra(const KernelTable& kernels, int threads) {
  ThreadPool pool(threads);
  for (const int64_t size : {1, 5, 97, 289, 600}) {
    AlignedArray<float> matrix(size * size);
    for (int64_t i = 0; i < size; i++) {
      for (int64_t j = 0; j < size; j++) matrix[i * size + j] = (i == j ? 2.0f : 0.0f) + 1.0f / float(size);
    }
    expect(invertPositiveDefinite(*kernels.algebra, pool, size, matrix.data()), "an inverse exists");
    // (2 I + 1 1^T / n)^-1 = I / 2 - 1 1^T / (2 n (2 + 1))
    expect(std::fabs(matrix[0] - (0.5 - 1.0 / (6.0 * double(size)))) < 1e-6, "inverse");
  }
  for (const int64_t width : {1, 7, 50, 70}) {
    const std::vector<uint32_t> offsets = {0, 0, 1, 71}, columns = [] {
      std::vector<uint32_t> made(71);
      for (uint32_t k = 1; k < 71; k++) made[k] = k - 1;
      return made;
    }();
    AlignedArray<float> other(70 * width), own(3 * width);
    for (int64_t i = 0; i < other.size(); i++) other[i] = float(i % 13) / 13 - 0.4f;
    const std::vector<double> ridge(3, 1.0);
    const std::vector<float> confidences(71, 2.5f);
    const SweepView sweep{
        .rows = 3,
        .otherRows = 70,
        .width = width,
        .offsets = offsets.data(),
        .columns = columns.data(),
        .confidences = width == 7 ? confidences.data() : nullptr,
        .other = other.data(),
        .ridge = ridge.data(),
        .weight = 0.1,
        .own = own.data(),
    };
    expect(sweepLeastSquares(kernels, pool, sweep), "a sweep is solved");
    expect(own[0] == 0, "a row without vectors is zero");
  }
}

uint32_t scramble(uint32_t x) {
  x = (x ^ (x >> 16)) * 0x85ebca6bu;
  x = (x ^ (x >> 13)) * 0xc2b2ae35u;
  return x ^ (x >> 16);
}

/// Negatives by popularity, all items alike.
void setMasses(Interactions& made, int64_t perUser) {
  made.itemMass = AlignedArray<uint32_t>(int64_t(made.items) + 1);
  for (int64_t item = 0; item <= int64_t(made.items); item++) made.itemMass[item] = uint32_t(item * 3);
  made.seenMass = AlignedArray<uint32_t>(int64_t(made.users) * perUser);
  for (int64_t at = 0; at < made.seenMass.size(); at++) made.seenMass[at] = uint32_t(at % perUser * 3);
}

std::unique_ptr<Interactions> makeInteractions(const std::array<int64_t, kSides>& entities, LossKind loss,
                                               NegativesFrom from, bool weighted, int64_t stepsPerEpoch) {
  auto made = std::make_unique<Interactions>(uint32_t(entities[kUsers]), uint32_t(entities[kItems]));
  const int64_t perUser = entities[kItems] / 2;
  std::vector<uint32_t> users, items, seenOffsets{0};
  for (int64_t user = 0; user < entities[kUsers]; user++) {
    for (int64_t n = 0; n < perUser; n++) {
      users.push_back(uint32_t(user));
      items.push_back(uint32_t(2 * n + user % 2));
    }
    seenOffsets.push_back(uint32_t(items.size()));
  }
  made->setPairs(int64_t(users.size()), users.data(), items.data());
  made->setSeen(seenOffsets.data(), items.data());
  if (weighted) {
    std::vector<float> weights(users.size());
    for (size_t row = 0; row < weights.size(); row++) weights[row] = float(row % 5) / 2;
    made->setWeights(int64_t(weights.size()), weights.data());
  }
  const uint32_t samplesPerPositive[] = {4, 3, 1, 1};  // of three negatives, in the order of LossKind
  const int64_t lists[] = {1, 2, 4, 4};
  made->samplesPerPositive = samplesPerPositive[int(loss)];
  made->list = from >= NegativesFrom::shared ? 1 : lists[int(loss)];
  made->negativesFrom = from;
  made->blockRows = 50;  // over a block of logits
  made->negativesPerBlock = 37;
  if (from == NegativesFrom::popularity || from == NegativesFrom::shared) setMasses(*made, perUser);
  made->samplesPerEpoch = uint64_t(entities[kUsers] * perUser) * made->samplesPerPositive;
  made->batchSize = divideUp(int64_t(made->samplesPerEpoch), stepsPerEpoch);
  made->pairwise = loss == LossKind::bpr;
  return made;
}

struct Case {
  RankerSpec ranker;
  OptimizerSettings optimizer;
  LossKind loss;
  NegativesFrom from;
  bool rows = false;
  bool weighted = false;
  bool features = false;
};

/// Most entities have an id, all but the last some of four values, of which the last two are a number and seldom.
SideMatrix featuresOf(int64_t rows) {
  const uint32_t entities = uint32_t(rows - 4);
  std::vector<uint32_t> offsets{0}, indices;
  std::vector<float> weights;
  for (uint32_t entity = 0; entity < entities; entity++) {
    const auto add = [&](uint32_t row, float weight) {
      indices.push_back(row);
      weights.push_back(weight);
    };
    if (entity % 7 != 6) add(entity, 1);
    if (entity + 1 < entities) {
      add(entities + entity % 2, 1);
      add(entities + 2, float(entity) / 50 - 0.3f);
      if (entity % 9 == 0) add(entities + 3, 0.5f);
    }
    offsets.push_back(uint32_t(indices.size()));
  }
  SideMatrix side{.ids = entities,
                  .offsets = AlignedArray<uint32_t>(int64_t(offsets.size())),
                  .rows = AlignedArray<uint32_t>(int64_t(indices.size())),
                  .weights = AlignedArray<float>(int64_t(weights.size()))};
  std::copy(offsets.begin(), offsets.end(), side.offsets.data());
  std::copy(indices.begin(), indices.end(), side.rows.data());
  std::copy(weights.begin(), weights.end(), side.weights.data());
  return side;
}

/// Of some, items alone.
SideMatrices sidesOf(const Case& given) {
  SideMatrices sides;
  if (!given.features) return sides;
  if (given.weighted) sides[kUsers] = featuresOf(given.ranker.rows[kUsers]);
  sides[kItems] = featuresOf(given.ranker.rows[kItems]);
  return sides;
}

/// Trains a little on every path there is; returns all parameters.
std::vector<float> exercise(const Case& given, const KernelTable* kernels, int threads) {
  SessionSettings settings;
  settings.ranker = given.ranker;
  settings.sides = sidesOf(given);
  settings.loss = {.kind = given.loss, .margin = 0.1f, .negativeWeight = 2};
  settings.optimizer = given.optimizer;
  settings.embeddingDecay = given.optimizer.hasLawn ? 0 : 0.1;
  const RankerModel shapes(given.ranker, sidesOf(given), kernels->lanes, false);
  settings.interactions = makeInteractions(shapes.entities, given.loss, given.from, given.weighted, 3);
  settings.threads = threads;
  settings.kernels = kernels;
  if (given.optimizer.hasLawn) {
    for (size_t t = 0; t < shapes.tensors.size(); t++) {
      const Tensor& tensor = shapes.tensors[t];
      if (tensor.isBias) continue;
      const int64_t rows = given.rows ? tensor.size / tensor.width : 1;
      settings.groups.push_back({.rows = rows, .members = {int(t)}, .target = {}, .constrained = {}});
    }
  }
  Session session(std::move(settings));
  for (size_t t = 0; t < session.model.tensors.size(); t++) {
    AlignedArray<float>& values = session.model.tensors[t].value;
    for (int64_t i = 0; i < values.size(); i++) {
      values[i] = float(scramble(uint32_t(i + 1000 * int64_t(t)))) / 4294967296.0f - 0.5f;
    }
  }
  session.parametersChanged();

  // Every third id, of rankers whose features are left.
  const uint32_t idKeys[] = {1, 2, 3, 4};
  const IdDropout dropped = idDropoutOf(given.features ? 0x55555555u : 0, idKeys);
  const EpochKeys keys{
      .leftBits = 8,  // 2^16 positions, above every epoch here
      .rightBits = 8,
      .roundKeys = {1, 2, 3, 4, 5, 6},
      .negativesLow = 11,
      .negativesHigh = 12,
      .idDropout = given.features ? std::vector<IdDropout>(3, dropped) : std::vector<IdDropout>{},
  };
  const double rates[3] = {0.01, 0.01, 0.01};
  double losses[3];
  session.train(keys, 0, rates, 3, losses);
  const uint32_t users[] = {0, 1, 0, 2, uint32_t(session.model.entities[kUsers] - 1)},
                 items[] = {0, 0, 1, 2, uint32_t(session.model.entities[kItems] - 1)};
  const uint32_t others[] = {1, 1, 0, 0, 0};
  const float labels[] = {1, 0, 0, 1, 1};
  const float some[] = {2, 0, 1, 0.5, 3};
  const float* weights = given.weighted ? some : nullptr;
  const uint32_t many[] = {1, 1, 0, 0, 0, 2, 2, 1, 1, 0};
  SampleSource batch = SampleSource::labelled(5, users, items, labels, weights);
  if (given.loss == LossKind::bpr) batch = SampleSource::compared(5, users, items, others, 1, weights);
  if (given.loss >= LossKind::softmax) batch = SampleSource::compared(5, users, items, many, 2, weights);
  const uint32_t maskOffsets[] = {0, 1, 1, 3, 3, 3}, masked[] = {2, 0, 4};
  SampleSource::Shared blocks;
  blocks.blockRows = 3;
  blocks.negatives = 5;
  blocks.items = many;
  blocks.maskOffsets = maskOffsets;
  blocks.masked = masked;
  if (given.from >= NegativesFrom::shared) batch = SampleSource::sharing(5, users, items, blocks, weights);
  batch = batch.leavingOut(dropped);
  losses[0] = session.step(batch, 0.01);
  losses[1] = session.gradient(batch);
  session.clearGradient();
  for (const Tensor& tensor : session.model.tensors) {
    if (tensor.isSampled == nullptr) continue;
    const float* gradient = tensor.gradient.data();  // by row, or of the batch's rows alone
    const float* end = gradient + tensor.gradient.size();
    expect(std::all_of(gradient, end, [](float value) { return value == 0; }), "it is cleared");
    const int64_t rows = tensor.size / tensor.width;
    expect(std::count(tensor.isSampled, tensor.isSampled + rows, 0) == rows, "no row is marked");
  }
  for (const double loss : losses) expect(std::isfinite(loss), "losses are finite");

  const size_t catalogueItems = size_t(session.model.entities[kItems]);
  std::vector<float> scores(5), catalogue(2 * catalogueItems);
  session.scoring.pairs(5, users, items, scores.data());
  session.scoring.catalogue(2, users, catalogue.data());
  expect(scores[0] == catalogue[0] && scores[1] == catalogue[catalogueItems], "scores agree");
  const uint32_t offsets[] = {0, 1, 3};
  std::vector<uint32_t> best(2 * 4);
  std::vector<float> bestScores(2 * 4);
  const uint32_t positives[] = {2, 0}, positiveOffsets[] = {0, 1, 2};
  float positiveScores[2];
  uint32_t atLeast[2], above[2], notNumbers[2];
  double bins[2 * kBinNumbers];
  CatalogueAnswers answers{
      .positiveScores = positiveScores,
      .atLeast = atLeast,
      .above = above,
      .notNumbers = notNumbers,
      .listItems = best.data(),
      .listScores = bestScores.data(),
      .bins = bins,
  };
  session.scoring.answer(users, {.users = 2, .positives = {positiveOffsets, positives}, .masked = {}, .k = 4}, answers);
  expect(positiveScores[0] == catalogue[2], "a positive's score is the catalogue's");
  const float top = *std::max_element(catalogue.begin(), catalogue.begin() + int64_t(catalogueItems));
  expect(bestScores[0] == top, "the first of a list has the greatest score");
  session.scoring.answer(users, {.users = 2, .positives = {}, .masked = {offsets, items}, .k = 4},
                         {.listItems = best.data(), .listScores = bestScores.data()});

  std::vector<float> all;
  for (const Tensor& tensor : session.model.tensors) {
    all.insert(all.end(), tensor.value.data(), tensor.value.data() + tensor.size);
  }
  return all;
}

/// Shared ones want a loss of lists.
NegativesFrom fromOf(int n) {
  const bool canShare = LossKind(n % 4) >= LossKind::softmax;
  return canShare ? NegativesFrom(n / 4 % 4) : NegativesFrom(n % 2);
}

/// Whether a lazy rule has the arithmetic of this one: docs/lawn.md.
bool hasLazyTwin(const RuleFacts& rule) {
  const std::string name = rule.name;
  return name == "adam" || name == "momentum" || name == "adagrad";
}

std::vector<Case> cases(const KernelTable& kernels) {
  const RankerSpec rankers[] = {
      {.rows = {61, 50}, .dot = 3, .gmf = 5, .embedding = 7, .tower = {9, 4}, .idBiases = true, .cosineTemperature = 0},
      {.rows = {130, 40},
       .dot = 0,
       .gmf = 8,
       .embedding = 32,
       .tower = {32, 16, 8},
       .idBiases = false,
       .cosineTemperature = 0},
      {.rows = {61, 50}, .dot = 17, .gmf = 0, .embedding = 0, .tower = {}, .idBiases = true, .cosineTemperature = 0},
      {.rows = {61, 50}, .dot = 0, .gmf = 1, .embedding = 3, .tower = {}, .idBiases = false, .cosineTemperature = 0},
      {.rows = {61, 50}, .dot = 17, .gmf = 2, .embedding = 3, .tower = {4}, .idBiases = true, .cosineTemperature = 0.5},
      {.rows = {200, 90}, .dot = 1, .gmf = 1, .embedding = 1, .tower = {1}, .idBiases = true, .cosineTemperature = 0},
  };
  std::vector<Case> made;
  int first = 0;
  for (const RankerSpec& ranker : rankers) {
    for (int32_t rule = 0; rule < kernels.ruleCount; rule++) {
      const int n = first + rule;  // what is odd about a case changes from ranker to ranker
      Case next{.ranker = ranker, .optimizer = {}, .loss = LossKind(n % 4), .from = fromOf(n)};
      next.rows = n % 2 == 0;
      next.weighted = n % 5 < 2;
      next.features = n % 3 == 0;
      next.optimizer.rule = rule;
      next.optimizer.firstDecay = 0.9;
      next.optimizer.firstShare = 0.1;
      next.optimizer.secondDecay = 0.999;
      next.optimizer.secondShare = 0.001;
      next.optimizer.epsilon = 1e-8;
      next.optimizer.trustCoefficient = 0.001;
      next.optimizer.hasLawn = n % 4 != 0;
      next.optimizer.lawn.switchesByNorm = n % 5 == 0;
      next.optimizer.lawn.switchStep = n % 2;
      next.optimizer.lawn.switchNorm = 1;
      next.optimizer.lawn.resetsState = n % 5 != 0 && n % 7 == 0;
      made.push_back(next);
      if (!hasLazyTwin(kernels.rules[rule])) continue;
      next.rows = true;  // blocks that are whole tables are refused
      next.optimizer.isLazy = true;
      next.optimizer.hasRootOfRow = std::string(kernels.rules[rule].name) == "adagrad";
      made.push_back(next);
    }
    first += 11;
  }
  return made;
}

}  // namespace

int main() {
  checkThreefry();
  checkTranscendentals();
  int runs = 0;
  for (const char* name : {"baseline", "avx2", "avx512"}) {
    const KernelTable* kernels = chooseKernels(name);
    if (kernels == nullptr) {
      std::printf("%s: not on this processor, skipped\n", name);
      continue;
    }
    checkAlgebra(*kernels, 1);
    checkAlgebra(*kernels, 3);
    for (const Case& each : cases(*kernels)) {
      const std::vector<float> alone = exercise(each, kernels, 1);
      expect(alone == exercise(each, kernels, 3), "the same bits on 1 and 3 threads");
      runs += 2;
    }
  }
  std::printf("%d sessions trained, scored and closed\n", runs);
  return 0;
}
