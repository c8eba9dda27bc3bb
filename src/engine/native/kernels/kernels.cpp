// The kernels of one instruction set; build.mjs compiles this file once for each, with LAWN_ISA as its name.
#include "kernels/algebra.hpp"
#include "kernels/backward.hpp"
#include "kernels/draw.hpp"
#include "kernels/row-gradients.hpp"
#include "kernels/sphere-rows.hpp"

namespace lawn::LAWN_ISA {

#define LAWN_TEXT_OF(name) #name
#define LAWN_TEXT(name) LAWN_TEXT_OF(name)

static const AlgebraTable algebraTable = {subtractProduct, gram, solveRow};

extern const KernelTable kernelTable;
const KernelTable kernelTable = {
    LAWN_TEXT(LAWN_ISA), kLanes, logits,     trainBlocks, addRuns,       halves,    rowGradients, freeStep, rowDots,
    direction,           move,   sphereRows, draw,        &algebraTable, ruleFacts, ruleCount,
};

}  // namespace lawn::LAWN_ISA
