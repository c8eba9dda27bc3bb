/** Logits of the pairs, for scoring: one value a pair leaves the device. Twin: ranker/forward.ts. Bound by memory. */
import { builtins, type Kernel, workgroupNumber } from "../device/kernel.ts";
import { stepStruct } from "../device/step-numbers.ts";
import { pairLogit } from "./pair-logit.ts";

export const LOGIT_LANES = 256;

/** Constants: LogitShape. Storage: features, last, values, scores. */
export const logitScoresKernel: Kernel = {
  label: "logit-scores",
  bindings: ["step", "constants", "read", "read", "read", "write"],
  code: /* wgsl */ `${stepStruct}
@group(0) @binding(1) var<uniform> logitShape: LogitShape;
@group(0) @binding(2) var<storage, read> features: array<f32>;
@group(0) @binding(3) var<storage, read> last: array<f32>;
@group(0) @binding(4) var<storage, read> values: array<f32>;
@group(0) @binding(5) var<storage, read_write> scores: array<f32>;
${pairLogit}
@compute @workgroup_size(${LOGIT_LANES})
fn main(${builtins}) {
  let pair = (${workgroupNumber}) * ${LOGIT_LANES}u + lane;
  if (pair < step.pairs) { scores[pair] = pairLogit(pair); }
}
`,
};
