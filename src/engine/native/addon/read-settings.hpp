// From the plain objects that native-settings.ts makes to the session's settings.
#pragma once

#include "addon/values.hpp"
#include "core/session.hpp"

namespace lawn {

SessionSettings readSettings(napi_env env, napi_value options);
/// Of an epoch of so many samples.
EpochKeys readEpochKeys(napi_env env, napi_value keys, uint64_t samples, int64_t steps);

}  // namespace lawn
