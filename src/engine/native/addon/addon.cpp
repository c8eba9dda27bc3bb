// The addon's functions, one per method of NativeAddon in native-addon.ts, which states what each takes. They check
// types only; indices and sizes have been checked by the TypeScript side in the same turn of the event loop, and are
// copied here before it ends.
#include "addon/algebra-access.hpp"
#include "addon/call.hpp"
#include "addon/state-access.hpp"

namespace lawn {

namespace {

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
  void* handle;
  check(napi_get_value_external(call.env, call.arguments[0], &handle), "session");
  static_cast<SessionHandle*>(handle)->session.reset();
  return nullptr;
}

napi_value heldBytes(const Call& call) { return newNumber(call.env, double(arrayBytes.load())); }

/// (session, learningRate, users, items, labels | null, negatives | null) -> mean loss
napi_value step(const Call& call) {
  auto batch = std::make_shared<OwnedBatch>(call, 2);
  return PromiseWork::start(call.env, {}, [session = call.session(), rate = call.number(1), batch] {
    return session->step(batch->source(), rate);
  });
}

/// (session, users, items, labels | null, negatives | null) -> mean loss; the gradient stays until clearGradient
napi_value gradient(const Call& call) {
  auto batch = std::make_shared<OwnedBatch>(call, 1);
  return PromiseWork::start(call.env, {},
                            [session = call.session(), batch] { return session->gradient(batch->source()); });
}

napi_value clearGradient(const Call& call) {
  call.session()->clearGradient();
  return nullptr;
}

/// (session, keys, firstStep, learningRates, losses) -> losses filled
napi_value train(const Call& call) {
  const auto session = call.session();
  if (!session->hasInteractions()) throw std::runtime_error("native addon: this session has no interactions");
  const EpochKeys keys = readEpochKeys(call.env, call.arguments[1]);
  const Span<double> losses = span<double>(call.env, call.arguments[4], "losses");
  auto rates = call.copied<double>(3);
  if (int64_t(rates.size()) != losses.size) throw std::runtime_error("native addon: wrong size of losses");
  return PromiseWork::start(call.env, {call.arguments[4]},
                            [session, keys, first = int64_t(call.number(2)), rates = std::move(rates), losses] {
                              session->train(keys, first, rates.data(), losses.size, losses.data);
                              return 0.0;
                            });
}

/// (session, users, items, scores) -> scores filled
napi_value scorePairs(const Call& call) {
  const Span<float> out = span<float>(call.env, call.arguments[3], "scores");
  auto users = call.copied<uint32_t>(1), items = call.copied<uint32_t>(2);
  if (users.size() != items.size() || int64_t(users.size()) != out.size) {
    throw std::runtime_error("native addon: wrong sizes");
  }
  return PromiseWork::start(call.env, {call.arguments[3]},
                            [session = call.session(), users = std::move(users), items = std::move(items), out] {
                              session->scoring.pairs(out.size, users.data(), items.data(), out.data);
                              return 0.0;
                            });
}

/// (session, users, scores) -> scores filled, [users, items]
napi_value scoreCatalogue(const Call& call) {
  const auto session = call.session();
  const Span<float> out = span<float>(call.env, call.arguments[2], "scores");
  auto users = call.copied<uint32_t>(1);
  if (int64_t(users.size()) * session->model.spec.rows[kItems] != out.size) {
    throw std::runtime_error("native addon: wrong sizes");
  }
  return PromiseWork::start(call.env, {call.arguments[2]}, [session, users = std::move(users), out] {
    session->scoring.catalogue(int64_t(users.size()), users.data(), out.data);
    return 0.0;
  });
}

/// (session, users, k, offsets | null, maskedItems | null, items, scores) -> items and scores filled, [users, k]
napi_value topItems(const Call& call) {
  const Span<uint32_t> outItems = span<uint32_t>(call.env, call.arguments[5], "items");
  const Span<float> outScores = span<float>(call.env, call.arguments[6], "scores");
  const int64_t k = int64_t(call.number(2));
  const bool masks = !isNothing(call.env, call.arguments[3]);
  auto users = call.copied<uint32_t>(1);
  auto offsets = masks ? call.copied<uint32_t>(3) : std::vector<uint32_t>{};
  auto maskedItems = masks ? call.copied<uint32_t>(4) : std::vector<uint32_t>{};
  if (int64_t(users.size()) * k != outItems.size || outItems.size != outScores.size) {
    throw std::runtime_error("native addon: wrong sizes");
  }
  return PromiseWork::start(call.env, {call.arguments[5], call.arguments[6]},
                            [=, session = call.session(), users = std::move(users), offsets = std::move(offsets),
                             masked = std::move(maskedItems)] {
                              const MaskedItems mask{masks ? offsets.data() : nullptr, masked.data()};
                              session->scoring.top(int64_t(users.size()), users.data(), k, mask, outItems.data,
                                                   outScores.data);
                              return 0.0;
                            });
}

template <napi_value (*function)(const Call&)>
napi_value guarded(napi_env env, napi_callback_info info) {
  try {
    return function(Call(env, info));
  } catch (const std::exception& error) {
    napi_throw_error(env, nullptr, error.what());
    return nullptr;
  }
}

napi_value initialise(napi_env env, napi_value exports) {
  const struct {
    const char* name;
    napi_callback function;
  } functions[] = {
      {"rules", guarded<rules>},
      {"instructionSet", guarded<instructionSet>},
      {"openSession", guarded<openSession>},
      {"closeSession", guarded<closeSession>},
      {"copyTensor", guarded<copyTensor>},
      {"copyGroup", guarded<copyGroup>},
      {"copyCounts", guarded<copyCounts>},
      {"parametersChanged", guarded<parametersChanged>},
      {"step", guarded<step>},
      {"gradient", guarded<gradient>},
      {"clearGradient", guarded<clearGradient>},
      {"train", guarded<train>},
      {"scorePairs", guarded<scorePairs>},
      {"scoreCatalogue", guarded<scoreCatalogue>},
      {"topItems", guarded<topItems>},
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
