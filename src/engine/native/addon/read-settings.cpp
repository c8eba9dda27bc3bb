// See read-settings.hpp.
#include "addon/read-settings.hpp"

#include <algorithm>
#include <iterator>

#include "addon/check-columns.hpp"

namespace lawn {

namespace {

constexpr int64_t kMostRows = 0xffffffff;
constexpr int64_t kMostWidth = int64_t(1) << 24;  // a table's values then count in 64 bits

RankerSpec readRanker(napi_env env, napi_value spec) {
  RankerSpec ranker{};
  ranker.rows = {wholeOf(env, spec, "users", 1, kMostRows), wholeOf(env, spec, "items", 1, kMostRows)};
  ranker.dot = wholeOf(env, spec, "dot", 0, kMostWidth);
  ranker.gmf = wholeOf(env, spec, "gmf", 0, kMostWidth);
  ranker.embedding = wholeOf(env, spec, "embedding", 0, kMostWidth);
  const Span<uint32_t> tower = spanOf<uint32_t>(env, spec, "tower");
  ranker.tower.assign(tower.data, tower.data + tower.size);
  for (const int64_t width : ranker.tower) wholeNumber(double(width), "tower", 1, kMostWidth);
  expect(ranker.tower.empty() || ranker.embedding > 0, "a tower without an embedding");
  expect(ranker.dot + ranker.gmf + ranker.embedding > 0, "a ranker without a path");
  ranker.idBiases = flagOf(env, spec, "idBiases");
  ranker.cosineTemperature = numberOf(env, spec, "cosineTemperature");
  expect(ranker.cosineTemperature == 0 || (ranker.cosineTemperature > 0 && ranker.dot > 0), "a cosine of nothing");
  return ranker;
}

LossKind lossNamed(const std::string& name) {
  constexpr const char* names[] = {"bce", "bpr", "softmax", "ccl"};  // in the order of LossKind
  for (int kind = 0; kind < int(std::size(names)); kind++) {
    if (name == names[kind]) return LossKind(kind);
  }
  throw std::runtime_error("native addon: there is no loss " + name);
}

/// Null for the identity. Of `tableRows` rows, which the ids' own are the first of.
SideMatrix readSide(napi_env env, napi_value from, int64_t tableRows) {
  SideMatrix side;
  if (isNothing(env, from)) return side;
  const int64_t entities = wholeOf(env, from, "entities", 1, kMostRows);
  const Span<uint32_t> offsets = spanOf<uint32_t>(env, from, "offsets"),
                       rows = spanOf<uint32_t>(env, from, "rowIndices");
  const Span<float> weights = spanOf<float>(env, from, "weights");
  expect(wholeOf(env, from, "rows", 1, kMostRows) == tableRows, "a side of other tables");
  expect(rows.size == weights.size, "weights of a side");
  checkOffsets("offsets of a side", offsets, entities, rows.size);
  checkIndices("rows of a side", rows.data, rows.size, tableRows);
  side.ids = wholeOf(env, from, "ids", 0, std::min(entities, tableRows));
  for (int64_t entity = 0; entity < entities; entity++) {
    for (uint32_t k = offsets.data[entity]; k < offsets.data[entity + 1]; k++) {
      const bool isFirst = k == offsets.data[entity];
      expect(rows.data[k] >= side.ids || (isFirst && rows.data[k] == entity), "the id of another entity");
    }
  }
  side.offsets = AlignedArray<uint32_t>(offsets.size);
  std::copy(offsets.data, offsets.data + offsets.size, side.offsets.data());
  side.rows = AlignedArray<uint32_t>(rows.size);
  std::copy(rows.data, rows.data + rows.size, side.rows.data());
  side.weights = AlignedArray<float>(weights.size);
  std::copy(weights.data, weights.data + weights.size, side.weights.data());
  return side;
}

Loss readLoss(napi_env env, napi_value from, int64_t items, AlignedArray<float>& itemLogQ) {
  const napi_value given = property(env, from, "itemLogQ");
  if (!isNothing(env, given)) {
    const Span<float> values = span<float>(env, given, "itemLogQ");
    expect(values.size == items, "log q of other items");
    itemLogQ = AlignedArray<float>(items);
    std::copy(values.data, values.data + items, itemLogQ.data());
  }
  return {
      .kind = lossNamed(text(env, property(env, from, "name"), "loss")),
      .margin = float(numberOf(env, from, "margin")),
      .negativeWeight = float(numberOf(env, from, "negativeWeight")),
      .itemLogQ = itemLogQ.size() == 0 ? nullptr : itemLogQ.data(),
  };
}

int32_t ruleNamed(const std::string& name, const KernelTable& kernels) {
  for (int32_t rule = 0; rule < kernels.ruleCount; rule++) {
    if (name == kernels.rules[rule].name) return rule;
  }
  throw std::runtime_error("native addon: there is no rule " + name);
}

OptimizerSettings readOptimizer(napi_env env, napi_value from, const KernelTable& kernels) {
  OptimizerSettings settings;
  settings.rule = ruleNamed(text(env, property(env, from, "rule"), "rule"), kernels);
  settings.isLazy = flagOf(env, from, "isLazy");
  settings.hasRootOfRow = flagOf(env, from, "hasRootOfRow");
  expect(settings.isLazy || !settings.hasRootOfRow, "a square of a row under a dense rule");
  settings.firstDecay = numberOf(env, from, "firstDecay");
  settings.firstShare = numberOf(env, from, "firstShare");
  settings.secondDecay = numberOf(env, from, "secondDecay");
  settings.secondShare = numberOf(env, from, "secondShare");
  settings.epsilon = numberOf(env, from, "epsilon");
  settings.weightDecay = numberOf(env, from, "weightDecay");
  settings.trustCoefficient = numberOf(env, from, "trustCoefficient");
  const napi_value lawn = property(env, from, "lawn");
  settings.hasLawn = !isNothing(env, lawn);
  if (!settings.hasLawn) return settings;
  settings.lawn.switchesByNorm = flagOf(env, lawn, "switchesByNorm");
  settings.lawn.switchStep = numberOf(env, lawn, "switchStep");
  settings.lawn.switchNorm = numberOf(env, lawn, "switchNorm");
  settings.lawn.projectsGradient = flagOf(env, lawn, "projectsGradient");
  settings.lawn.projectsDirection = flagOf(env, lawn, "projectsDirection");
  settings.lawn.resetsState = flagOf(env, lawn, "resetsState");
  return settings;
}

std::vector<LawnGroup> readGroups(napi_env env, napi_value from) {
  uint32_t count;
  check(napi_get_array_length(env, from, &count), "groups");
  std::vector<LawnGroup> groups(count);
  for (uint32_t g = 0; g < count; g++) {
    napi_value group;
    check(napi_get_element(env, from, g, &group), "group");
    groups[g].rows = wholeOf(env, group, "rows", 1, kMostRows);
    const Span<uint32_t> members = spanOf<uint32_t>(env, group, "members");
    groups[g].members.assign(members.data, members.data + members.size);
  }
  return groups;
}

NegativesFrom negativesFromNamed(const std::string& name) {
  constexpr const char* names[] = {"uniform", "popularity", "shared", "batch"};  // in the order of NegativesFrom
  for (int from = 0; from < int(std::size(names)); from++) {
    if (name == names[from]) return NegativesFrom(from);
  }
  throw std::runtime_error("native addon: negatives do not come from " + name);
}

/// The masses of draws by popularity: every item has some, and every user has seen less than there is.
void readMasses(napi_env env, napi_value from, const Span<uint32_t>& seenOffsets, const Span<uint32_t>& seenItems,
                Interactions& interactions) {
  const Span<uint32_t> itemMass = spanOf<uint32_t>(env, from, "itemMass"),
                       seenMass = spanOf<uint32_t>(env, from, "seenMass");
  expect(itemMass.size == int64_t(interactions.items) + 1 && itemMass.data[0] == 0, "masses of other items");
  for (int64_t item = 0; item + 1 < itemMass.size; item++) {
    expect(itemMass.data[item] < itemMass.data[item + 1], "an item without mass");
  }
  expect(seenMass.size == int64_t(seenOffsets.data[interactions.users]), "masses of other seen items");
  for (uint32_t user = 0; user < interactions.users; user++) {
    uint32_t before = 0;
    for (uint32_t at = seenOffsets.data[user]; at < seenOffsets.data[user + 1]; at++) {
      expect(seenMass.data[at] == before, "masses of other seen items");
      before += itemMass.data[seenItems.data[at] + 1] - itemMass.data[seenItems.data[at]];
    }
  }
  interactions.itemMass = AlignedArray<uint32_t>(itemMass.size);
  std::copy(itemMass.data, itemMass.data + itemMass.size, interactions.itemMass.data());
  interactions.seenMass = AlignedArray<uint32_t>(seenMass.size);
  std::copy(seenMass.data, seenMass.data + seenMass.size, interactions.seenMass.data());
}

void readShared(napi_env env, napi_value from, const Loss& loss, Interactions& interactions) {
  expect(loss.isOfLists(), "shared negatives of another loss");
  interactions.list = 1;
  interactions.blockRows = wholeOf(env, from, "blockRows", 1, kMostRows);
}

std::unique_ptr<Interactions> readInteractions(napi_env env, napi_value from,
                                               const std::array<int64_t, kSides>& entities, const Loss& loss) {
  if (isNothing(env, from)) return nullptr;
  const Span<uint32_t> users = spanOf<uint32_t>(env, from, "userColumn"),
                       items = spanOf<uint32_t>(env, from, "itemColumn");
  const Span<uint32_t> seenOffsets = spanOf<uint32_t>(env, from, "seenOffsets"),
                       seenItems = spanOf<uint32_t>(env, from, "seenItems");
  expect(users.size == items.size && users.size > 0 && users.size <= kMostRows, "columns of interactions differ");
  checkIndices("users of interactions", users.data, users.size, entities[kUsers]);
  const int64_t drawn = wholeOf(env, from, "items", 1, entities[kItems]);  // the ranker may have more behind them
  checkIndices("items of interactions", items.data, items.size, drawn);
  checkOffsets("offsets of seen items", seenOffsets, entities[kUsers], seenItems.size);
  checkAscending("seen items", seenOffsets.data, entities[kUsers], seenItems.data, drawn);
  auto interactions = std::make_unique<Interactions>(uint32_t(entities[kUsers]), uint32_t(drawn));
  interactions->setPairs(users.size, users.data, items.data);
  const napi_value weights = property(env, from, "weights");
  if (!isNothing(env, weights)) {
    const Span<float> column = span<float>(env, weights, "weights");
    expect(column.size == users.size, "weights of interactions");
    interactions->setWeights(column.size, column.data);
  }
  interactions->setSeen(seenOffsets.data, seenItems.data);
  const int64_t negatives =
      wholeOf(env, from, "negativesPerPositive", loss.kind == LossKind::bce ? 0 : 1, kMostRows - 1);
  interactions->pairwise = loss.kind == LossKind::bpr;
  interactions->list = loss.isOfLists() ? 1 + negatives : interactions->pairwise ? 2 : 1;
  const int64_t samples[] = {1 + negatives, negatives, 1, 1};  // of a positive, in the order of LossKind
  interactions->samplesPerPositive = uint32_t(samples[int(loss.kind)]);
  interactions->negativesFrom = negativesFromNamed(text(env, property(env, from, "negativesFrom"), "negativesFrom"));
  interactions->negativesPerBlock = negatives;
  if (interactions->negativesFrom >= NegativesFrom::shared) readShared(env, from, loss, *interactions);
  const bool isWeighted = !isNothing(env, property(env, from, "itemMass"));
  const bool needsMass =
      interactions->negativesFrom == NegativesFrom::popularity || interactions->negativesFrom == NegativesFrom::shared;
  expect(isWeighted == needsMass, "masses for draws by popularity");
  if (isWeighted) readMasses(env, from, seenOffsets, seenItems, *interactions);
  interactions->samplesPerEpoch = uint64_t(users.size) * interactions->samplesPerPositive;
  expect(interactions->samplesPerEpoch <= uint64_t(1) << 32, "an epoch of more than 2^32 samples");
  interactions->batchSize = wholeOf(env, from, "batchSize", 1, kMostWhole);
  return interactions;
}

}  // namespace

SessionSettings readSettings(napi_env env, napi_value options) {
  SessionSettings settings;
  const std::string kernels = text(env, property(env, options, "instructionSet"), "instructionSet");
  settings.kernels = chooseKernels(kernels.empty() ? nullptr : kernels.c_str());
  if (settings.kernels == nullptr) throw std::runtime_error("this processor has no instruction set " + kernels);
  settings.ranker = readRanker(env, property(env, options, "ranker"));
  settings.optimizer = readOptimizer(env, property(env, options, "optimizer"), *settings.kernels);
  settings.embeddingDecay = numberOf(env, options, "embeddingDecay");
  settings.groups = readGroups(env, property(env, options, "groups"));
  const napi_value sides = property(env, options, "sides");
  const char* const names[kSides] = {"users", "items"};
  std::array<int64_t, kSides> entities;
  for (int side = 0; side < kSides; side++) {
    settings.sides[side] = readSide(env, property(env, sides, names[side]), settings.ranker.rows[side]);
    entities[side] = settings.sides[side].entities(settings.ranker.rows[side]);
  }
  settings.loss = readLoss(env, property(env, options, "loss"), entities[kItems], settings.itemLogQ);
  settings.interactions = readInteractions(env, property(env, options, "interactions"), entities, settings.loss);
  settings.threads = int(wholeOf(env, options, "threads", 1, kMostThreads));
  return settings;
}

EpochKeys readEpochKeys(napi_env env, napi_value keys, uint64_t samples, int64_t steps) {
  EpochKeys result{};
  result.leftBits = uint32_t(wholeOf(env, keys, "leftBits", 1, 16));
  result.rightBits = uint32_t(wholeOf(env, keys, "rightBits", 1, 16));
  expect(samples <= uint64_t(1) << (result.leftBits + result.rightBits), "a permutation smaller than the epoch");
  const Span<uint32_t> rounds = spanOf<uint32_t>(env, keys, "roundKeys");
  if (rounds.size != 6) throw std::runtime_error("native addon: expected 6 round keys");
  std::copy(rounds.data, rounds.data + 6, result.roundKeys);
  result.negativesLow = uint32_t(wholeOf(env, keys, "negativesLow", 0, kMostRows));
  result.negativesHigh = uint32_t(wholeOf(env, keys, "negativesHigh", 0, kMostRows));
  const uint32_t threshold = uint32_t(wholeOf(env, keys, "idThreshold", 0, kMostRows));
  const Span<uint32_t> ids = spanOf<uint32_t>(env, keys, "idKeys");
  expect(ids.size == (threshold == 0 ? 0 : 4 * steps), "keys of ids that are left out");
  for (int64_t at = 0; at < ids.size; at += 4) result.idDropout.push_back(idDropoutOf(threshold, ids.data + at));
  return result;
}

}  // namespace lawn
