// Reading JavaScript values and writing results, on plain Node-API. A wrong type or a number out of its range throws
// std::runtime_error naming the value; the TypeScript side has checked both, so a failure here is a bug of the engine.
#pragma once

#define NAPI_VERSION 8
#include <node_api.h>

#include <cstdint>
#include <stdexcept>
#include <string>

namespace lawn {

inline void check(napi_status status, const char* what) {
  if (status != napi_ok) throw std::runtime_error(std::string("native addon: ") + what);
}

inline napi_value property(napi_env env, napi_value object, const char* name) {
  napi_value value;
  check(napi_get_named_property(env, object, name, &value), name);
  return value;
}

inline bool isNothing(napi_env env, napi_value value) {
  napi_valuetype type;
  check(napi_typeof(env, value, &type), "typeof");
  return type == napi_null || type == napi_undefined;
}

inline double number(napi_env env, napi_value value, const char* name) {
  double result;
  check(napi_get_value_double(env, value, &result), name);
  return result;
}
inline double numberOf(napi_env env, napi_value object, const char* name) {
  return number(env, property(env, object, name), name);
}

/// Beyond it a double skips whole numbers.
constexpr int64_t kMostWhole = (int64_t(1) << 53) - 1;

/// A whole number from `least` to `most`.
inline int64_t wholeNumber(double value, const char* name, int64_t least, int64_t most) {
  const bool isWithin = value >= double(least) && value <= double(most);  // NaN is not
  if (!isWithin || value != double(int64_t(value))) {
    throw std::runtime_error(std::string("native addon: out of range: ") + name);
  }
  return int64_t(value);
}
inline int64_t wholeOf(napi_env env, napi_value object, const char* name, int64_t least, int64_t most) {
  return wholeNumber(numberOf(env, object, name), name, least, most);
}

inline bool flagOf(napi_env env, napi_value object, const char* name) {
  bool result;
  check(napi_get_value_bool(env, property(env, object, name), &result), name);
  return result;
}

inline std::string text(napi_env env, napi_value value, const char* name) {
  char buffer[64];
  size_t length;
  check(napi_get_value_string_utf8(env, value, buffer, sizeof buffer, &length), name);
  return std::string(buffer, length);
}

template <typename T>
struct ArrayType;
template <>
struct ArrayType<float> {
  static constexpr napi_typedarray_type kind = napi_float32_array;
};
template <>
struct ArrayType<double> {
  static constexpr napi_typedarray_type kind = napi_float64_array;
};
template <>
struct ArrayType<uint32_t> {
  static constexpr napi_typedarray_type kind = napi_uint32_array;
};

/// A typed array's memory; valid while JavaScript holds the array and does not transfer its buffer.
template <typename T>
struct Span {
  T* data;
  int64_t size;
};

template <typename T>
Span<T> span(napi_env env, napi_value value, const char* name) {
  napi_typedarray_type kind;
  size_t length;
  void* data;
  napi_value buffer;
  bool isOwned = false;  // memory shared with other threads may change under a check
  check(napi_get_typedarray_info(env, value, &kind, &length, &data, &buffer, nullptr), name);
  check(napi_is_arraybuffer(env, buffer, &isOwned), name);
  if (!isOwned) throw std::runtime_error(std::string("native addon: shared memory of ") + name);
  if (kind != ArrayType<T>::kind) throw std::runtime_error(std::string("native addon: wrong element type of ") + name);
  return {static_cast<T*>(data), int64_t(length)};
}

template <typename T>
Span<T> spanOf(napi_env env, napi_value object, const char* name) {
  return span<T>(env, property(env, object, name), name);
}

inline napi_value newNumber(napi_env env, double value) {
  napi_value result;
  check(napi_create_double(env, value, &result), "create number");
  return result;
}

inline napi_value newFlag(napi_env env, bool value) {
  napi_value result;
  check(napi_get_boolean(env, value, &result), "create boolean");
  return result;
}

inline napi_value newText(napi_env env, const char* value) {
  napi_value result;
  check(napi_create_string_utf8(env, value, NAPI_AUTO_LENGTH, &result), "create string");
  return result;
}

}  // namespace lawn
