// The addon's functions, one per method of NativeAddon in native-addon.ts, which states what each takes. Whatever they
// follow they copy first, in the same turn of the event loop, and check (check-columns.hpp).
#include "addon/algebra-access.hpp"
#include "addon/catalogue-access.hpp"
#include "addon/owned-batch.hpp"
#include "addon/state-access.hpp"

namespace lawn {

namespace {

/// Twin: INTERFACE of native-addon.ts, which says when it is raised.
constexpr double kInterface = 8;

napi_value interfaceNumber(const Call& call) { return newNumber(call.env, kInterface); }

napi_value instructionSet(const Call& call) {
  const std::string wanted = text(call.env, call.arguments[0], "instruction set");
  const KernelTable* kernels = chooseKernels(wanted.empty() ? nullptr : wanted.c_str());
  return newText(call.env, kernels == nullptr ? "" : kernels->name);
}

/// -> [{ name, hasVelocity, hasSquare, isDecoupled, ratio }], of every instruction set alike
napi_value rules(const Call& call) {
  const char* const ratios[] = {"none", "gradient", "direction"};
  const KernelTable& kernels = *chooseKernels(nullptr);
  napi_value all;
  check(napi_create_array(call.env, &all), "create array");
  for (int32_t index = 0; index < kernels.ruleCount; index++) {
    const RuleFacts& facts = kernels.rules[index];
    napi_value rule;
    check(napi_create_object(call.env, &rule), "create object");
    const auto set = [&](const char* name, napi_value value) {
      check(napi_set_named_property(call.env, rule, name, value), name);
    };
    set("name", newText(call.env, facts.name));
    set("hasVelocity", newFlag(call.env, facts.hasVelocity));
    set("hasSquare", newFlag(call.env, facts.hasSquare));
    set("isDecoupled", newFlag(call.env, facts.isDecoupled));
    set("ratio", newText(call.env, ratios[int(facts.ratio)]));
    check(napi_set_element(call.env, all, uint32_t(index), rule), "set element");
  }
  return all;
}

napi_value openSession(const Call& call) {
  auto handle = std::make_unique<SessionHandle>();
  handle->session = std::make_shared<Session>(readSettings(call.env, call.arguments[0]));
  napi_value external;
  const auto release = [](napi_env, void* data, void*) { delete static_cast<SessionHandle*>(data); };
  check(napi_create_external(call.env, handle.get(), release, nullptr, &external), "create session");
  handle.release();
  return external;
}

napi_value closeSession(const Call& call) {
  call.handle().session.reset();
  return nullptr;
}

napi_value heldBytes(const Call& call) { return newNumber(call.env, double(arrayBytes.load())); }

/// (session, learningRate, columns of a batch: see owned-batch.hpp) -> mean loss
napi_value step(const Call& call) {
  auto batch = std::make_shared<OwnedBatch>(call, 2, call.session()->model.entities, call.session()->loss);
  return PromiseWork::start(call.env, {}, [session = call.lend(), rate = call.number(1), batch] {
    return session->step(batch->source(), rate);
  });
}

/// (session, columns of a batch) -> mean loss; the gradient stays until clearGradient
napi_value gradient(const Call& call) {
  auto batch = std::make_shared<OwnedBatch>(call, 1, call.session()->model.entities, call.session()->loss);
  return PromiseWork::start(call.env, {},
                            [session = call.lend(), batch] { return session->gradient(batch->source()); });
}

napi_value clearGradient(const Call& call) {
  call.session()->clearGradient();
  return nullptr;
}

/// (session, keys, firstStep, learningRates, losses) -> losses filled
napi_value train(const Call& call) {
  const Interactions* interactions = call.session()->interactions();
  if (interactions == nullptr) throw std::runtime_error("native addon: this session has no interactions");
  const Span<double> losses = span<double>(call.env, call.arguments[4], "losses");
  const EpochKeys keys = readEpochKeys(call.env, call.arguments[1], interactions->samplesPerEpoch, losses.size);
  auto rates = call.copied<double>(3);
  if (int64_t(rates.size()) != losses.size) throw std::runtime_error("native addon: wrong size of losses");
  const int64_t first = call.whole(2, "first step", 0, interactions->steps());
  expect(losses.size <= interactions->steps() - first, "steps beyond the epoch");
  return PromiseWork::start(call.env, {call.arguments[4]},
                            [session = call.lend(), keys, first, rates = std::move(rates), losses] {
                              session->train(keys, first, rates.data(), losses.size, losses.data);
                              return 0.0;
                            });
}

/// (session, users, items, scores) -> scores filled
napi_value scorePairs(const Call& call) {
  const Span<float> out = span<float>(call.env, call.arguments[3], "scores");
  auto users = call.copied<uint32_t>(1), items = call.copied<uint32_t>(2);
  expect(users.size() == items.size() && int64_t(users.size()) == out.size, "wrong sizes of pairs");
  const std::array<int64_t, kSides>& entities = call.session()->model.entities;
  checkIndices("users of pairs", users.data(), out.size, entities[kUsers]);
  checkIndices("items of pairs", items.data(), out.size, entities[kItems]);
  return PromiseWork::start(call.env, {call.arguments[3]},
                            [session = call.lend(), users = std::move(users), items = std::move(items), out] {
                              session->scoring.pairs(out.size, users.data(), items.data(), out.data);
                              return 0.0;
                            });
}

/// (session, users, scores) -> scores filled, [users, items]
napi_value scoreCatalogue(const Call& call) {
  const Span<float> out = span<float>(call.env, call.arguments[2], "scores");
  auto users = call.copied<uint32_t>(1);
  const std::array<int64_t, kSides>& entities = call.session()->model.entities;
  expect(int64_t(users.size()) * entities[kItems] == out.size, "wrong size of a catalogue's scores");
  checkIndices("users of a catalogue", users.data(), int64_t(users.size()), entities[kUsers]);
  return PromiseWork::start(call.env, {call.arguments[2]}, [session = call.lend(), users = std::move(users), out] {
    session->scoring.catalogue(int64_t(users.size()), users.data(), out.data);
    return 0.0;
  });
}

template <napi_value (*function)(const Call&)>
napi_value guarded(napi_env env, napi_callback_info info) {
  try {
    return function(Call(env, info));
  } catch (const std::bad_alloc&) {
    napi_throw_error(env, nullptr, kNoMemory);
  } catch (const std::exception& error) {
    napi_throw_error(env, nullptr, error.what());
  }
  return nullptr;
}

napi_value initialise(napi_env env, napi_value exports) {
  const struct {
    const char* name;
    napi_callback function;
  } functions[] = {
      {"interfaceNumber", guarded<interfaceNumber>},
      {"rules", guarded<rules>},
      {"instructionSet", guarded<instructionSet>},
      {"openSession", guarded<openSession>},
      {"closeSession", guarded<closeSession>},
      {"copyTensor", guarded<copyTensor>},
      {"copyGroup", guarded<copyGroup>},
      {"copyCounts", guarded<copyCounts>},
      {"copyLastSteps", guarded<copyLastSteps>},
      {"parametersChanged", guarded<parametersChanged>},
      {"step", guarded<step>},
      {"gradient", guarded<gradient>},
      {"clearGradient", guarded<clearGradient>},
      {"train", guarded<train>},
      {"scorePairs", guarded<scorePairs>},
      {"scoreCatalogue", guarded<scoreCatalogue>},
      {"topItems", guarded<topItems>},
      {"rankCatalogue", guarded<rankCatalogue>},
      {"rankItemWeights", guarded<rankItemWeights>},
      {"invertMatrix", guarded<invertMatrix>},
      {"sweepFactors", guarded<sweepFactors>},
      {"heldBytes", guarded<heldBytes>},
  };
  for (const auto& entry : functions) {
    napi_value function;
    if (napi_create_function(env, entry.name, NAPI_AUTO_LENGTH, entry.function, nullptr, &function) != napi_ok ||
        napi_set_named_property(env, exports, entry.name, function) != napi_ok) {
      return nullptr;
    }
  }
  return exports;
}

}  // namespace

NAPI_MODULE(lawn_ranker_native, initialise)

}  // namespace lawn
