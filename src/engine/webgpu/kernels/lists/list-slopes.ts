/**
 * Losses of a positive among several negatives: from logits to loss and slopes, in place.
 *
 *   slopes [1 + n, samples]: logits, the positives' first, become d loss / d logit, divided by the batch's length
 *   lossSums [workgroups]: sums of the samples' losses by halving. A sample's weight multiplies both.
 *
 * A workgroup takes 32 samples, whose lists its lanes share out: consecutive lanes have consecutive samples. What a row
 * leaves out has the logit MASKED. Twins: softmaxCrossEntropy and cosineContrastive (ranker/loss.ts). Bound by memory.
 */
import { builtins, type Kernel, workgroupNumber } from "../../device/kernel.ts";
import { stepStruct } from "../../device/step-numbers.ts";

/** Samples of a workgroup. */
export const LIST_SAMPLES = 32;
const PARTS = 8;
const LANES = LIST_SAMPLES * PARTS;

/** Below every logit. */
export const MASKED = "-3.0e38";
/** At or below it a logit, corrected or not, is that of a masked negative. */
const masked = "-1.0e38";

export interface ListKind {
  readonly loss: "softmax" | "ccl";
  readonly isShared: boolean;
  readonly isWeighted: boolean;
  readonly isCorrected: boolean;
}

const softmax = /* wgsl */ `
  // e^z beside the largest, so that nothing overflows
  var largest = logitOf(0u, sample, isThere);
  let own = largest;
  for (var j = 1u + part; isThere && j <= list.negatives; j += ${PARTS}u) { largest = max(largest, logitOf(j, sample, true)); }
  largest = reduced(lane, part, largest, true);
  var others = 0.0;
  for (var j = 1u + part; isThere && j <= list.negatives; j += ${PARTS}u) {
    let logit = logitOf(j, sample, true);
    let e = select(exp(logit - largest), 0.0, logit <= ${masked});
    slopes[j * step.samples + sample] = e;
    others += e;
  }
  others = reduced(lane, part, others, false);
  let total = exp(own - largest) + others;
  let factor = weight * step.inverseBatch / total;
  for (var j = 1u + part; isThere && j <= list.negatives; j += ${PARTS}u) { slopes[j * step.samples + sample] *= factor; }
  if (isThere && part == 0u) {
    slopes[sample] = -others * factor; // 1 - p would lose the digits of a small one
    if (own == largest) { loss = weight * logOnePlus(others); } else { loss = weight * (log(total) + (largest - own)); }
  }`;

const contrastive = /* wgsl */ `
  var counted = 0.0;
  var beyond = 0.0;
  for (var j = 1u + part; isThere && j <= list.negatives; j += ${PARTS}u) {
    let logit = logitOf(j, sample, true);
    if (logit <= ${masked}) { continue; }
    counted += 1.0;
    let excess = logit - list.margin;
    beyond += select(excess, 0.0, excess <= 0.0);
  }
  counted = reduced(lane, part, counted, false);
  beyond = reduced(lane, part, beyond, false);
  let share = select(list.negativeWeight / counted, 0.0, counted == 0.0);
  for (var j = 1u + part; isThere && j <= list.negatives; j += ${PARTS}u) {
    let slope = weight * share * step.inverseBatch;
    slopes[j * step.samples + sample] = select(slope, 0.0, logitOf(j, sample, true) <= list.margin);
  }
  if (isThere && part == 0u) {
    loss = weight * (1.0 - logitOf(0u, sample, true) + share * beyond);
    slopes[sample] = -weight * step.inverseBatch;
  }`;

/**
 * Constants: see `List`. Storage: slopes, lossSums; of weighted samples also weights; where log q is taken off the
 * logits also [items] log q and ids.
 */
export function listSlopesKernel({ loss, isShared, isWeighted, isCorrected }: ListKind): Kernel {
  const more = [
    ...(isWeighted ? ["weights: array<f32>"] : []),
    ...(isCorrected ? ["itemLogQ: array<f32>", "ids: array<u32>"] : []),
  ];
  const item = isShared
    ? "select(step.samples + (sample / list.blockRows) * list.negatives + j - 1u, sample, j == 0u)"
    : "j * step.samples + sample";
  const correction = isCorrected ? ` - itemLogQ[ids[list.capacity + ${item}]]` : "";
  return {
    label: ["list-slopes", loss, isShared && "shared", isWeighted && "weighted", isCorrected && "corrected"]
      .filter(Boolean)
      .join(" "),
    bindings: ["step", "constants", "write", "write", ...more.map(() => "read" as const)],
    code: /* wgsl */ `${stepStruct}
struct List {
  negatives: u32,
  blockRows: u32,
  capacity: u32, // of ids
  margin: f32,
  negativeWeight: f32,
  unused0: u32,
  unused1: u32,
  unused2: u32,
}
@group(0) @binding(1) var<uniform> list: List;
@group(0) @binding(2) var<storage, read_write> slopes: array<f32>;
@group(0) @binding(3) var<storage, read_write> lossSums: array<f32>;
${more.map((declaration, index) => `@group(0) @binding(${4 + index}) var<storage, read> ${declaration};`).join("\n")}
var<workgroup> sums: array<f32, ${LANES}>;

fn logitOf(j: u32, sample: u32, isThere: bool) -> f32 {
  if (!isThere) { return 0.0; }
  return slopes[j * step.samples + sample]${correction};
}

// Of the lanes of a sample, in a fixed order: their sum, or their largest.
fn reduced(lane: u32, part: u32, value: f32, isMaximum: bool) -> f32 {
  workgroupBarrier(); // before what an earlier call left is written over
  sums[lane] = value;
  for (var half = ${PARTS / 2}u; half > 0u; half >>= 1u) {
    workgroupBarrier();
    if (part < half) {
      let other = sums[lane + half * ${LIST_SAMPLES}u];
      if (isMaximum) { sums[lane] = max(sums[lane], other); } else { sums[lane] += other; }
    }
  }
  workgroupBarrier();
  return sums[lane % ${LIST_SAMPLES}u];
}

// ln(1 + x) of any x from 0 on; up to 1 as 2 artanh(x / (2 + x)), so that a tiny loss keeps its digits.
fn logOnePlus(x: f32) -> f32 {
  if (x > 1.0) { return log(1.0 + x); }
  let s = x / (2.0 + x);
  let q = s * s;
  return 2.0 * s * (1.0 + q * (1.0 / 3.0 + q * (1.0 / 5.0 + q * (1.0 / 7.0 + q * (1.0 / 9.0 + q * (1.0 / 11.0 + q / 13.0))))));
}

@compute @workgroup_size(${LANES})
fn main(${builtins}) {
  let number = ${workgroupNumber};
  let sample = number * ${LIST_SAMPLES}u + lane % ${LIST_SAMPLES}u;
  let part = lane / ${LIST_SAMPLES}u;
  let isThere = sample < step.samples;
  var weight = 1.0;
${isWeighted ? "  if (isThere) { weight = weights[sample]; }" : ""}
  var loss = 0.0;${loss === "softmax" ? softmax : contrastive}
  workgroupBarrier();
  sums[lane] = loss;
  for (var half = ${LIST_SAMPLES / 2}u; half > 0u; half >>= 1u) {
    workgroupBarrier();
    if (lane < half) { sums[lane] += sums[lane + half]; }
  }
  if (lane == 0u && number * ${LIST_SAMPLES}u < step.samples) { lossSums[number] = sums[0]; }
}
`,
  };
}
