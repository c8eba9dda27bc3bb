// The addon's linear algebra; see native-addon.ts.
#pragma once

#include "addon/call.hpp"

namespace lawn {

/// (instructionSet, threads, size, matrix) -> 1, or 0 where the matrix is not positive definite
napi_value invertMatrix(const Call& call);

/// (instructionSet, threads, sizes, offsets, columns, other, ridgeAndWeight, own) -> 1, or 0; see SweepView
napi_value sweepFactors(const Call& call);

}  // namespace lawn
