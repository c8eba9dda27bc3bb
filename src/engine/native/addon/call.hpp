// A call from JavaScript: its session and its arguments. What outlives the call is copied or shared.
#pragma once

#include <memory>

#include "addon/check-columns.hpp"
#include "addon/promise-work.hpp"
#include "addon/read-settings.hpp"

namespace lawn {

/// What JavaScript holds. `session` is null once closed; work under way shares it.
struct SessionHandle {
  std::shared_ptr<Session> session;
  /// While work is under way; made, asked and forgotten on the thread of JavaScript.
  std::weak_ptr<void> work;
};

/// A session lent to work off that thread, until the work is forgotten. One at a time: a session is no place to meet.
struct LentSession {
  Session* operator->() const { return session.get(); }
  std::shared_ptr<Session> session;
  std::shared_ptr<void> token;
};

constexpr size_t kMostArguments = 17;

struct Call {
  Call(napi_env given, napi_callback_info info) : env(given) {
    size_t count = kMostArguments;
    check(napi_get_cb_info(env, info, &count, arguments, nullptr, nullptr), "arguments");
  }
  SessionHandle& handle() const {
    void* handle;
    check(napi_get_value_external(env, arguments[0], &handle), "session");
    return *static_cast<SessionHandle*>(handle);
  }
  std::shared_ptr<Session> session() const {
    const SessionHandle& found = handle();
    if (found.session == nullptr) throw std::runtime_error("the session is closed");
    expect(found.work.expired(), "the session is at work");
    return found.session;
  }
  LentSession lend() const {
    LentSession lent{.session = session(), .token = std::make_shared<int>(0)};
    handle().work = lent.token;
    return lent;
  }
  template <typename T>
  std::vector<T> copied(int argument) const {
    const Span<T> from = span<T>(env, arguments[argument], "column");
    return std::vector<T>(from.data, from.data + from.size);
  }
  double number(int argument) const { return lawn::number(env, arguments[argument], "number"); }
  int64_t whole(int argument, const char* name, int64_t least, int64_t most) const {
    return wholeNumber(number(argument), name, least, most);
  }

  napi_env env;
  napi_value arguments[kMostArguments] = {};
};

/// Those that the first argument names.
inline const KernelTable& kernelsOf(const Call& call) {
  const KernelTable* kernels = chooseKernels(text(call.env, call.arguments[0], "instruction set").c_str());
  if (kernels == nullptr) throw std::runtime_error("native addon: unknown instruction set");
  return *kernels;
}

}  // namespace lawn
