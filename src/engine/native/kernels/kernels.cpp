// The kernels of one instruction set; build.mjs compiles this file once for each, with LAWN_ISA as its name.
#include "kernels/algebra.hpp"
#include "kernels/backward.hpp"
#include "kernels/catalogue/panel-scores.hpp"
#include "kernels/catalogue/row-scan.hpp"
#include "kernels/draw/draw.hpp"
#include "kernels/lazy-rows.hpp"
#include "kernels/lists/shared-block.hpp"
#include "kernels/row-gradients.hpp"
#include "kernels/sides/leave-out-ids.hpp"
#include "kernels/sides/mix-rows.hpp"
#include "kernels/sphere-rows.hpp"
#include "kernels/unit-rows.hpp"

namespace lawn::LAWN_ISA {

#define LAWN_TEXT_OF(name) #name
#define LAWN_TEXT(name) LAWN_TEXT_OF(name)

static const AlgebraTable algebraTable = {
    .product = product,
    .subtractProducts = subtractProducts,
    .gram = gram,
    .solveRow = solveRow,
};

static const CatalogueTable catalogueTable = {
    .panelScores = panelScores,
    .packPanel = packPanel,
    .settle = settle,
    .above = above,
    .countAgainst = countAgainst,
    .addToBins = addToBins,
    .addRow = addRow,
    .roundRow = roundRow,
};

extern const KernelTable kernelTable;
const KernelTable kernelTable = {
    .name = LAWN_TEXT(LAWN_ISA),
    .lanes = kLanes,
    .logits = logits,
    .trainBlocks = trainBlocks,
    .addRuns = addRuns,
    .sharedBlock = sharedBlock,
    .addContributions = addContributions,
    .drawShared = drawShared,
    .halves = halves,
    .rowGradients = rowGradients,
    .unitRows = unitRows,
    .unitGradients = unitGradients,
    .leaveOutIds = leaveOutIds,
    .mixRows = mixRows,
    .spreadRows = spreadRows,
    .freeStep = freeStep,
    .rowDots = rowDots,
    .direction = direction,
    .move = move,
    .sphereRows = sphereRows,
    .lazyStep = lazyStep,
    .gatherRows = gatherRows,
    .scatterRows = scatterRows,
    .addRowSquares = addRowSquares,
    .draw = draw,
    .algebra = &algebraTable,
    .catalogue = &catalogueTable,
    .rules = ruleFacts,
    .ruleCount = ruleCount,
};

}  // namespace lawn::LAWN_ISA
