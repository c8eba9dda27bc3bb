// Reading and writing a session's tensors, LAWN's blocks and the counts of its optimizer, in the turn of the call.
#pragma once

#include "addon/call.hpp"

namespace lawn {

/// (session, kind, tensor, array, writes): kind 0 value, 1 gradient, 2 velocity, 3 square.
napi_value copyTensor(const Call& call);
/// (session, group, targets, constrained, writes)
napi_value copyGroup(const Call& call);
/// (session, [step, switchedAt, zeroBlocks, keptBlocks], writes)
napi_value copyCounts(const Call& call);
/// (session, side, last steps, writes), of a lazy rule whose slots decay; counts must have been written before.
napi_value copyLastSteps(const Call& call);
/// (session), due after tensors were written
napi_value parametersChanged(const Call& call);

}  // namespace lawn
