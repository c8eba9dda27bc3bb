/**
 * Samples of a step drawn where they are used: rows in the order of the keyed permutation, and with them, where each
 * has at most one and draws are uniform, negatives by rank among the unseen items. Integers only, the same bits as its
 * plain twins drawBatch (dataset/training-batches.ts), permute, threefry and boundedInteger (random.ts) and
 * unseenItemOfRank (dataset/negative-sampler.ts).
 *
 *   ids [2, capacity]: users of the pairs, then their items, in the order of pairsOf (tensors/batch-shape.ts)
 *   labels [capacity]
 *   weights [capacity], where the log has some: the positive's, or 1 for a negative under bce
 */
import { builtins, type Kernel, workgroupNumber } from "../../device/kernel.ts";
import { stepStruct } from "../../device/step-numbers.ts";
import { counterRandom, samplesOfLog, unseenItems } from "./counter-random.ts";

export const DRAW_LANES = 64;

export interface DrawnRows {
  readonly isWeighted: boolean;
  /** Whether negatives are drawn here; else draw-negatives.ts or draw-shared.ts follows. */
  readonly drawsNegatives: boolean;
}

const weightsOfLog = (binding: number) => /* wgsl */ `
@group(0) @binding(${binding}) var<storage, read> rowWeights: array<f32>;
@group(0) @binding(${binding + 1}) var<storage, read_write> weights: array<f32>;
`;

const drawWeight = /* wgsl */ `
  weights[k] = select(1.0, rowWeights[row], log_.isCompared != 0u || slot == 0u);`;

const seenByUser = /* wgsl */ `
@group(0) @binding(6) var<storage, read> seenOffsets: array<u32>;
@group(0) @binding(7) var<storage, read> seenItems: array<u32>;
${counterRandom}${unseenItems}
fn negative(user: u32, row: u32, draw: u32) -> u32 {
  return unseenItem(user, wordOf(row, draw), log_.items);
}
`;

/**
 * Constants: see samplesOfLog. Storage: userColumn, itemColumn, ids, labels (unread where logits are compared); where
 * negatives are drawn seenOffsets, seenItems; of a log with weights also rowWeights, weights.
 */
export const drawBatchKernel = ({ isWeighted, drawsNegatives }: DrawnRows): Kernel => ({
  label: `draw-batch${drawsNegatives ? "" : " rows"}${isWeighted ? " weighted" : ""}`,
  bindings: [
    ...(["step", "constants", "read", "read", "write", "write"] as const),
    ...(drawsNegatives ? (["read", "read"] as const) : []),
    ...(isWeighted ? (["read", "write"] as const) : []),
  ],
  code: /* wgsl */ `${stepStruct}${samplesOfLog}
@group(0) @binding(2) var<storage, read> userColumn: array<u32>;
@group(0) @binding(3) var<storage, read> itemColumn: array<u32>;
@group(0) @binding(4) var<storage, read_write> ids: array<u32>;
@group(0) @binding(5) var<storage, read_write> labels: array<f32>;
${drawsNegatives ? seenByUser : ""}${isWeighted ? weightsOfLog(drawsNegatives ? 8 : 6) : ""}
@compute @workgroup_size(${DRAW_LANES})
fn main(${builtins}) {
  let k = (${workgroupNumber}) * ${DRAW_LANES}u + lane;
  if (k >= step.samples) { return; }
  let place = rowAndSlot(k);
  let row = place.x;
  let slot = place.y;
  let user = userColumn[row];
  let positive = itemColumn[row];${isWeighted ? drawWeight : ""}
  ids[k] = user;
  if (log_.isCompared != 0u) {
    ids[log_.capacity + k] = positive;
    for (var j = 1u; j <= log_.ownNegatives; j++) { ids[j * step.samples + k] = user; }
${drawsNegatives ? "    ids[log_.capacity + step.samples + k] = negative(user, row, slot);" : ""}
  } else if (slot == 0u) {
    ids[log_.capacity + k] = positive;
    labels[k] = 1.0;
  } else {
${drawsNegatives ? "    ids[log_.capacity + k] = negative(user, row, slot - 1u);" : ""}
    labels[k] = 0.0;
  }
}
`,
});
