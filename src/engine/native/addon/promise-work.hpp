// Work off the event loop, as a promise. The work runs on one of libuv's threads and must not touch JavaScript; the
// session's own pool helps it. What it needs, it owns or shares, so that closing or collecting a session in between is
// safe.
#pragma once

#include <functional>
#include <new>
#include <vector>

#include "addon/values.hpp"

namespace lawn {

constexpr const char* kNoMemory = "there is not enough memory";

class PromiseWork {
 public:
  /// `keep` are values whose memory the work reads or writes. `work` returns the number that the promise resolves to.
  static napi_value start(napi_env env, const std::vector<napi_value>& keep, std::function<double()> work) {
    auto* self = new PromiseWork(std::move(work));
    napi_value promise, name = newText(env, "lawn-ranker");
    check(napi_create_promise(env, &self->deferred_, &promise), "create promise");
    for (const napi_value value : keep) {
      napi_ref reference;
      check(napi_create_reference(env, value, 1, &reference), "create reference");
      self->kept_.push_back(reference);
    }
    check(napi_create_async_work(env, nullptr, name, execute, complete, self, &self->handle_), "create work");
    check(napi_queue_async_work(env, self->handle_), "queue work");
    return promise;
  }

 private:
  explicit PromiseWork(std::function<double()> work) : work_(std::move(work)) {}

  static void execute(napi_env, void* data) {
    auto* self = static_cast<PromiseWork*>(data);
    try {
      self->result_ = self->work_();
    } catch (const std::bad_alloc&) {
      self->failure_ = kNoMemory;
    } catch (const std::exception& error) {
      self->failure_ = error.what();
    }
  }

  static void complete(napi_env env, napi_status status, void* data) {
    auto* self = static_cast<PromiseWork*>(data);
    if (status != napi_ok && self->failure_.empty()) self->failure_ = "native addon: the work was cancelled";
    if (self->failure_.empty()) {
      napi_resolve_deferred(env, self->deferred_, newNumber(env, self->result_));
    } else {
      napi_value error;
      napi_create_error(env, nullptr, newText(env, self->failure_.c_str()), &error);
      napi_reject_deferred(env, self->deferred_, error);
    }
    for (const napi_ref reference : self->kept_) napi_delete_reference(env, reference);
    napi_delete_async_work(env, self->handle_);
    delete self;
  }

  std::function<double()> work_;
  double result_ = 0;
  std::string failure_;
  napi_deferred deferred_ = nullptr;
  napi_async_work handle_ = nullptr;
  std::vector<napi_ref> kept_;
};

}  // namespace lawn
