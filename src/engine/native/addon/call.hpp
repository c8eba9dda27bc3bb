// A call from JavaScript: its session and its arguments. What outlives the call is copied or shared.
#pragma once

#include <memory>

#include "addon/promise-work.hpp"
#include "addon/read-settings.hpp"

namespace lawn {

/// What JavaScript holds. `session` is null once closed; work under way shares it.
struct SessionHandle {
  std::shared_ptr<Session> session;
};

struct Call {
  Call(napi_env given, napi_callback_info info) : env(given) {
    size_t count = 8;
    check(napi_get_cb_info(env, info, &count, arguments, nullptr, nullptr), "arguments");
  }
  std::shared_ptr<Session> session() const {
    void* handle;
    check(napi_get_value_external(env, arguments[0], &handle), "session");
    const auto& session = static_cast<SessionHandle*>(handle)->session;
    if (session == nullptr) throw std::runtime_error("the training session is closed");
    return session;
  }
  template <typename T>
  std::vector<T> copied(int argument) const {
    const Span<T> from = span<T>(env, arguments[argument], "column");
    return std::vector<T>(from.data, from.data + from.size);
  }
  double number(int argument) const { return lawn::number(env, arguments[argument], "number"); }

  napi_env env;
  napi_value arguments[8] = {};
};

/// Columns of an explicit batch, owned: (users, items, labels | null, negatives | null).
struct OwnedBatch {
  OwnedBatch(const Call& call, int argument)
      : users(call.copied<uint32_t>(argument)), items(call.copied<uint32_t>(argument + 1)) {
    if (!isNothing(call.env, call.arguments[argument + 2])) labels = call.copied<float>(argument + 2);
    else negatives = call.copied<uint32_t>(argument + 3);
  }
  SampleSource source() const {
    const bool isPairwise = labels.empty();
    return SampleSource::columns(int64_t(users.size()), users.data(), items.data(),
                                 isPairwise ? negatives.data() : nullptr, isPairwise ? nullptr : labels.data());
  }
  std::vector<uint32_t> users, items, negatives;
  std::vector<float> labels;
};

}  // namespace lawn
