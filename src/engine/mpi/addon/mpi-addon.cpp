// The addon of MPI: what one process is among several, messages between their event loops, and the table by which the
// native engine's addon exchanges gradients. Its functions are those of MpiAddon in mpi-addon.ts.
#include <mpi.h>

#include <memory>

#include "addon/check-columns.hpp"
#include "addon/promise-work.hpp"
#include "mpi-thread.hpp"

namespace lawn {

namespace {

/// One for the process, never freed: MPI can be initialised once.
MpiThread* thread = nullptr;

struct Arguments {
  Arguments(napi_env given, napi_callback_info info) : env(given) {
    size_t count = 4;
    check(napi_get_cb_info(env, info, &count, values, nullptr, nullptr), "arguments");
  }
  napi_env env;
  napi_value values[4] = {};
};

struct Bytes {
  char* data;
  int64_t size;
};

Bytes bytesOf(napi_env env, napi_value value) {
  napi_typedarray_type kind;
  size_t length;
  void* data;
  check(napi_get_typedarray_info(env, value, &kind, &length, &data, nullptr, nullptr), "bytes");
  expect(kind == napi_uint8_array, "bytes of another type");
  return {static_cast<char*>(data), int64_t(length)};
}

MpiThread& opened() {
  if (thread == nullptr) throw std::runtime_error("MPI is not open");
  return *thread;
}

/// () -> { rank, ranks, library }
napi_value open(const Arguments& call) {
  if (thread == nullptr) thread = new MpiThread();
  napi_value result;
  check(napi_create_object(call.env, &result), "create object");
  const auto set = [&](const char* name, napi_value value) {
    check(napi_set_named_property(call.env, result, name, value), name);
  };
  set("rank", newNumber(call.env, double(thread->table().rank)));
  set("ranks", newNumber(call.env, double(thread->table().ranks)));
  set("library", newText(call.env, thread->library().c_str()));
  return result;
}

/// () -> the table, for the settings of a native session
napi_value exchange(const Arguments& call) {
  napi_value external;
  check(napi_create_external(call.env, const_cast<ExchangeTable*>(&opened().table()), nullptr, nullptr, &external),
        "create exchange");
  return external;
}

/// (bytes, root) -> bytes filled with those of rank `root`
napi_value broadcast(const Arguments& call) {
  const Bytes bytes = bytesOf(call.env, call.values[0]);
  const int root = int(wholeNumber(number(call.env, call.values[1], "root"), "root", 0, opened().table().ranks - 1));
  return PromiseWork::start(call.env, {call.values[0]}, [bytes, root] {
    opened().broadcast(bytes.data, bytes.size, root);
    return 0.0;
  });
}

/// (bytes, offsets in words of 4) -> bytes filled: rank r's are its part of them
napi_value allGather(const Arguments& call) {
  const Bytes bytes = bytesOf(call.env, call.values[0]);
  const Span<double> given = span<double>(call.env, call.values[1], "offsets");
  expect(given.size == opened().table().ranks + 1, "offsets of other ranks");
  std::vector<int64_t> offsets;
  for (int64_t rank = 0; rank < given.size; rank++) {
    const int64_t least = rank == 0 ? 0 : offsets.back();
    offsets.push_back(wholeNumber(given.data[rank], "offsets", least, bytes.size / 4));
  }
  return PromiseWork::start(call.env, {call.values[0]}, [bytes, offsets = std::move(offsets)] {
    opened().allGather(bytes.data, offsets.data());
    return 0.0;
  });
}

/// Ends MPI in this process; all ranks have to.
napi_value close(const Arguments&) {
  if (thread != nullptr) thread->close();
  return nullptr;
}

/// (status) ends the processes of all ranks, this one included, whatever they are doing.
napi_value abort(const Arguments& call) {
  MPI_Abort(MPI_COMM_WORLD, int(number(call.env, call.values[0], "status")));
  return nullptr;
}

template <napi_value (*function)(const Arguments&)>
napi_value guarded(napi_env env, napi_callback_info info) {
  try {
    return function(Arguments(env, info));
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
      {"open", guarded<open>},           {"exchange", guarded<exchange>}, {"broadcast", guarded<broadcast>},
      {"allGather", guarded<allGather>}, {"close", guarded<close>},       {"abort", guarded<abort>},
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

NAPI_MODULE(lawn_ranker_mpi, initialise)

}  // namespace lawn
