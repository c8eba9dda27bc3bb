// From the plain objects that native-settings.ts makes to the session's settings.
#pragma once

#include "addon/values.hpp"
#include "core/session.hpp"

namespace lawn {

SessionSettings readSettings(napi_env env, napi_value options);
EpochKeys readEpochKeys(napi_env env, napi_value keys);

}  // namespace lawn
