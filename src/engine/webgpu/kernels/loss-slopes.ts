/**
 * Loss of each sample and d loss / d logit of each pair, in one pass over the features.
 *
 *   bce: sample k is pair k.   bpr: sample k is the pairs k and samples + k, margin = their logits' difference
 *   slopes [pairs], already divided by the batch's length; a sample's weight, where there are some, multiplies both;
 *   lossSums [workgroups]: sums of the lanes' losses by halving
 *
 * Twins: binaryCrossEntropy and bayesianPersonalizedRanking with their slopes (ranker/loss.ts). Bound by memory.
 */
import { builtins, type Kernel, workgroupNumber } from "../device/kernel.ts";
import { stepStruct } from "../device/step-numbers.ts";
import { LOGIT_LANES } from "./logit-scores.ts";
import { pairLogit } from "./pair-logit.ts";

const pointwise = /* wgsl */ `
fn sampleLoss(sample: u32, weight: f32) -> f32 {
  let label = labels[sample];
  let logit = pairLogit(sample);
  // For a label of 1, sigmoid(z) - 1 = -sigmoid(-z) keeps the digits of a small slope.
  let slope = select(sigmoid(logit) - label, -sigmoid(-logit), label == 1.0);
  slopes[sample] = weight * slope * step.inverseBatch;
  return weight * (select(logit, 0.0, logit <= 0.0) - label * logit + log1p(exp(-abs(logit))));
}`;

const pairwise = /* wgsl */ `
fn sampleLoss(sample: u32, weight: f32) -> f32 {
  let margin = pairLogit(sample) - pairLogit(step.samples + sample);
  let slope = -weight * sigmoid(-margin) * step.inverseBatch;
  slopes[sample] = slope;
  slopes[step.samples + sample] = -slope;
  return weight * (select(-margin, 0.0, margin >= 0.0) + log1p(exp(-abs(margin))));
}`;

export interface SampleKind {
  readonly isPairwise: boolean;
  readonly isWeighted: boolean;
}

/**
 * Constants: LogitShape. Storage: features, last, values, labels (unread under bpr), slopes, lossSums; of weighted
 * samples also weights.
 */
export const lossSlopesKernel = ({ isPairwise, isWeighted }: SampleKind): Kernel => ({
  label: `loss-slopes ${isPairwise ? "bpr" : "bce"}${isWeighted ? " weighted" : ""}`,
  bindings: [
    ...(["step", "constants", "read", "read", "read", "read", "write", "write"] as const),
    ...(isWeighted ? (["read"] as const) : []),
  ],
  code: /* wgsl */ `${stepStruct}
@group(0) @binding(1) var<uniform> logitShape: LogitShape;
@group(0) @binding(2) var<storage, read> features: array<f32>;
@group(0) @binding(3) var<storage, read> last: array<f32>;
@group(0) @binding(4) var<storage, read> values: array<f32>;
@group(0) @binding(5) var<storage, read> labels: array<f32>;
@group(0) @binding(6) var<storage, read_write> slopes: array<f32>;
@group(0) @binding(7) var<storage, read_write> lossSums: array<f32>;
${isWeighted ? "@group(0) @binding(8) var<storage, read> weights: array<f32>;" : ""}
var<workgroup> sums: array<f32, ${LOGIT_LANES}>;
${pairLogit}
fn sigmoid(x: f32) -> f32 {
  if (x >= 0.0) { return 1.0 / (1.0 + exp(-x)); }
  let e = exp(x);
  return e / (1.0 + e);
}

// ln(1 + x) for x in [0, 1] as 2 artanh(x / (2 + x)): the argument is at most 1/3, so the
// terms left out are below 1e-8.
fn log1p(x: f32) -> f32 {
  let s = x / (2.0 + x);
  let q = s * s;
  return 2.0 * s * (1.0 + q * (1.0 / 3.0 + q * (1.0 / 5.0 + q * (1.0 / 7.0 + q * (1.0 / 9.0 + q * (1.0 / 11.0 + q / 13.0))))));
}
${isPairwise ? pairwise : pointwise}

@compute @workgroup_size(${LOGIT_LANES})
fn main(${builtins}) {
  let number = ${workgroupNumber};
  let sample = number * ${LOGIT_LANES}u + lane;
  var loss = 0.0;
  if (sample < step.samples) { loss = sampleLoss(sample, ${isWeighted ? "weights[sample]" : "1.0"}); }
  sums[lane] = loss;
  for (var half = ${LOGIT_LANES / 2}u; half > 0u; half >>= 1u) {
    workgroupBarrier();
    if (lane < half) { sums[lane] += sums[lane + half]; }
  }
  if (lane == 0u && number * ${LOGIT_LANES}u < step.samples) { lossSums[number] = sums[0]; }
}
`,
});

/**
 * One workgroup: the batch's mean loss, added up over its chunks. `perSum`: the samples of each of the sums. Storage:
 * lossSums, losses.
 */
export const meanLossKernel = (perSum: number): Kernel => ({
  label: `mean-loss ${perSum}`,
  bindings: ["step", "read", "write"],
  code: /* wgsl */ `${stepStruct}
@group(0) @binding(1) var<storage, read> lossSums: array<f32>;
@group(0) @binding(2) var<storage, read_write> losses: array<f32>;
var<workgroup> sums: array<f32, 256>;

@compute @workgroup_size(256)
fn main(@builtin(local_invocation_index) lane: u32) {
  let count = (step.samples + ${perSum - 1}u) / ${perSum}u;
  var sum = 0.0;
  for (var index = lane; index < count; index += 256u) { sum += lossSums[index]; }
  sums[lane] = sum;
  for (var half = 128u; half > 0u; half >>= 1u) {
    workgroupBarrier();
    if (lane < half) { sums[lane] += sums[lane + half]; }
  }
  if (lane == 0u) {
    let before = select(0.0, losses[step.lossIndex], step.adds != 0u);
    losses[step.lossIndex] = before + sums[0] * step.inverseBatch;
  }
}
`,
});
