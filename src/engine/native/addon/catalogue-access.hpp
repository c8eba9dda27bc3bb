// Questions about whole catalogues as they come from JavaScript (native-addon.ts), of a session and of item weights.
#pragma once

#include "addon/call.hpp"

namespace lawn {

/// (session, users, the arguments of CatalogueQuestions) -> answers filled
napi_value rankCatalogue(const Call& call);

/// (instructionSet, threads, items, offsets | null, columns | null, values, ownOffsets, ownItems, the arguments of
/// CatalogueQuestions) -> answers filled
napi_value rankItemWeights(const Call& call);

/// (session, users, k, offsets | null, maskedItems | null, items, scores) -> items and scores filled, [users, k]
napi_value topItems(const Call& call);

}  // namespace lawn
