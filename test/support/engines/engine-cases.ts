/**
 * Rankers, batches and optimizers small enough to check by other means and odd enough to find
 * mistakes; shared by engine tests.
 */

import { lossNames } from "../../../src/config/losses/loss-names.ts";
import { type Batch, batchKinds, type ListwiseBatch } from "../../../src/dataset/batch.ts";
import type { BatchSource } from "../../../src/dataset/training-batches.ts";
import type { SessionOptions } from "../../../src/engine/engine.ts";
import type { BaseOptimizerConfig, LawnConfig, OptimizerConfig } from "../../../src/optimizer/optimizer-config.ts";
import { boundedInteger, standardNormal, streamKey, threefry } from "../../../src/random.ts";
import type { LossConfig, LossName } from "../../../src/ranker/loss.ts";
import { type FloatArray, parametersOf, type RankerSpec, sizeOf } from "../../../src/ranker/ranker-spec.ts";
import { noSides } from "../../../src/ranker/side.ts";
import { uniformSource } from "../data/uniform-source.ts";
import { noPaths } from "./no-paths.ts";
import { baseCases, isForRule, lawnCases, plainLawn } from "./optimizer-cases.ts";

export interface RankerCase {
  readonly name: string;
  readonly spec: RankerSpec;
}

const nothing: RankerSpec = { ...noPaths, users: 5, items: 7 };

export const rankerCases: readonly RankerCase[] = [
  { name: "mf", spec: { ...nothing, dot: 3, idBiases: true } },
  { name: "gmf", spec: { ...nothing, gmf: 3 } },
  { name: "mlp", spec: { ...nothing, embedding: 3, tower: [5, 4] } },
  { name: "neumf", spec: { ...nothing, gmf: 2, embedding: 3, tower: [6, 4, 3] } },
  { name: "everything at once", spec: { ...nothing, dot: 2, gmf: 3, embedding: 2, tower: [9, 2], idBiases: true } },
  { name: "an empty tower", spec: { ...nothing, gmf: 1, embedding: 3 } },
  { name: "width 1 throughout", spec: { ...nothing, dot: 1, gmf: 1, embedding: 1, tower: [1, 1], idBiases: true } },
  { name: "cosines", spec: { ...nothing, dot: 3, cosineTemperature: 0.5 } },
  {
    name: "everything beside a cosine",
    spec: { ...nothing, dot: 5, gmf: 2, embedding: 2, tower: [4], idBiases: true, cosineTemperature: 2 },
  },
  { name: "one user and one item", spec: { ...nothing, users: 1, items: 1, dot: 2, gmf: 2, embedding: 2, tower: [3] } },
];

function specOf(name: string): RankerSpec {
  const found = rankerCases.find((ranker) => ranker.name === name);
  if (found === undefined) throw new Error(`no ranker case is named ${name}`);
  return found.spec;
}

export const neumf = specOf("neumf");
export const everything = specOf("everything at once");
export const cosines = specOf("cosines");

/** Those that any ranker can be trained with. */
export const losses: readonly LossName[] = lossNames.filter((name) => name !== "ccl");

/** Every ranker with every loss that suits it; those of an engine, where it does not know all. */
export function combinationsOf({
  losses: known = lossNames,
  hasCosine = true,
}: {
  readonly losses?: readonly LossName[];
  readonly hasCosine?: boolean;
} = {}): readonly (RankerCase & { readonly loss: LossName })[] {
  return rankerCases
    .filter(({ spec }) => hasCosine || spec.cosineTemperature === null)
    .flatMap((ranker) =>
      known.filter((loss) => loss !== "ccl" || ranker.name === "cosines").map((loss) => ({ ...ranker, loss })),
    );
}

export interface OptimizerCase {
  readonly name: string;
  readonly config: OptimizerConfig;
}

const adam: BaseOptimizerConfig = { name: "adam", beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0 };
const atStep2 = { kind: "step", step: 2 } as const;
const lawn: LawnConfig = { ...plainLawn, switchAt: atStep2 };

/** By rows where the rule wants them. */
function lawnFor(base: BaseOptimizerConfig): LawnConfig {
  return isForRule(base, lawn) ? lawn : { ...lawn, granularity: "row" };
}

const lazyAdam: BaseOptimizerConfig = { ...adam, name: "lazy-adam" };
const byRows: LawnConfig = { ...lawn, granularity: "row" };

export const adamCase: OptimizerCase = { name: "adam", config: { base: adam, lawn: null } };
export const lawnAdamCase: OptimizerCase = { name: "lawn-adam", config: { base: adam, lawn } };

/** Every base bare, with decay and under LAWN, and every switch of LAWN: what an engine must do, fused or not. */
export const optimizerCases: readonly OptimizerCase[] = [
  ...baseCases.map(({ label, base }) => ({ name: label, config: { base, lawn: null } })),
  ...baseCases.map(({ label, base }) => ({
    name: `${label} with weight decay`,
    config: { base: { ...base, weightDecay: 0.02 }, lawn: null },
  })),
  ...baseCases.map(({ label, base }) => ({ name: `lawn-${label}`, config: { base, lawn: lawnFor(base) } })),
  ...lawnCases.map(({ label, lawn: switches }) => ({
    name: `lawn-adam: ${label}`,
    config: { base: adam, lawn: { ...switches, switchAt: atStep2 } },
  })),
  { name: "lawn-adam: from the start", config: { base: adam, lawn: plainLawn } },
  { name: "lawn-adam: by norm", config: { base: adam, lawn: { ...lawn, switchAt: { kind: "norm", norm: 1.5 } } } },
  ...[
    { label: "by norm", lawn: { ...byRows, switchAt: { kind: "norm", norm: 0.9 } as const } },
    { label: "biases inside", lawn: { ...byRows, constrainBiases: true } },
    {
      label: "biases inside, by norm",
      lawn: { ...byRows, constrainBiases: true, switchAt: { kind: "norm", norm: 0.9 } as const },
    },
    { label: "reset", lawn: { ...byRows, state: "reset" as const } },
    { label: "project none", lawn: { ...byRows, project: "none" as const } },
    { label: "layers of the tower", lawn: { ...lawn, scope: "dense" as const } },
  ].map(({ label, lawn: switches }) => ({
    name: `lawn-lazy-adam: ${label}`,
    config: { base: lazyAdam, lawn: switches },
  })),
];

export const float32 = (length: number): Float32Array => new Float32Array(length);
export const float64 = (length: number): Float64Array => new Float64Array(length);

export const lossConfigs: Readonly<Record<LossName, LossConfig>> = {
  bce: { name: "bce" },
  bpr: { name: "bpr" },
  softmax: { name: "softmax", itemLogQ: null },
  ccl: { name: "ccl", margin: 0.1, negativeWeight: 2 },
};

/** A session's options: random float32 parameters and Adam unless told otherwise. */
export function optionsOf(spec: RankerSpec, loss: LossName, changes: Partial<SessionOptions> = {}): SessionOptions {
  return {
    spec,
    sides: noSides,
    loss: lossConfigs[loss],
    start: { parameters: randomParameters(spec, float32), optimizer: null },
    optimizer: adamCase.config,
    embeddingDecay: 0,
    source: null,
    ...changes,
  };
}

/** N(0, deviation) in every tensor, biases included, so that no term of a gradient hides behind a zero. */
export function randomParameters<A extends FloatArray>(
  spec: RankerSpec,
  make: (length: number) => A,
  { seed = 1, deviation = 0.6 } = {},
): Map<string, A> {
  const parameters = new Map<string, A>();
  const block = { first: 0, second: 0 };
  for (const { name, shape } of parametersOf(spec)) {
    const key = streamKey(seed, `test/${name}`);
    const values = make(sizeOf(shape));
    for (let k = 0; k < values.length; k++) {
      threefry(key, k, 0, block);
      values[k] = deviation * standardNormal(block);
    }
    parameters.set(name, values);
  }
  return parameters;
}

/** Uniform ids, so that a batch longer than the catalogue repeats users and items; labels alternate unevenly. */
export function randomBatch(spec: RankerSpec, loss: LossName, { length = 12, seed = 1 } = {}): Batch {
  const column = (name: string, extent: number, rows = length): Uint32Array => {
    const key = streamKey(seed, `test/batch/${name}`);
    const block = { first: 0, second: 0 };
    return new Uint32Array(rows).map((_, row) => {
      threefry(key, row, 0, block);
      return boundedInteger(block.first, extent);
    });
  };
  const users = column("users", spec.users);
  const items = column("items", spec.items);
  switch (batchKinds[loss]) {
    case "pointwise": {
      const labels = Float32Array.from(column("labels", 3), (k) => (k === 0 ? 1 : 0));
      return { kind: "pointwise", length, users, items, labels, weights: null, idDropout: null };
    }
    case "pairwise": {
      const negatives = column("negatives", spec.items);
      return { kind: "pairwise", length, users, positives: items, negatives, weights: null, idDropout: null };
    }
    case "listwise": {
      const negatives = column("negatives", spec.items, 3 * length);
      return {
        kind: "listwise",
        length,
        users,
        positives: items,
        blockRows: 1,
        negatives,
        masked: null,
        weights: null,
        idDropout: null,
      };
    }
  }
}

/** The same with weights from 0 to 3, of which every fifth is 0. */
export function weightedBatch(batch: Batch): Batch {
  return { ...batch, weights: Float32Array.from({ length: batch.length }, (_, row) => 0.75 * ((3 * row) % 5)) };
}

/** The same with a weight from 0.5 to 3 for every row. */
export function weightedSource(source: BatchSource): BatchSource {
  const { interactions } = source;
  const weights = Float32Array.from({ length: interactions.length }, (_, row) => 0.5 * (1 + ((5 * row) % 6)));
  return { ...source, interactions: { ...interactions, weights } };
}

/** The same rows in blocks of 4 that share 5 negatives, of which every row leaves some out, every seventh all. */
export function sharedBatch(spec: RankerSpec, { length = 14, seed = 1 } = {}): ListwiseBatch {
  const own = randomBatch(spec, "softmax", { length, seed }) as ListwiseBatch;
  const negatives = own.negatives.slice(0, 5 * Math.ceil(length / 4));
  const offsets = new Uint32Array(length + 1);
  const places: number[] = [];
  for (let row = 0; row < length; row++) {
    for (let place = 0; place < 5; place++) if (row % 7 === 6 || (row * 3 + place) % 4 === 0) places.push(place);
    offsets[row + 1] = places.length;
  }
  return { ...own, blockRows: 4, negatives, masked: { offsets, places: Uint32Array.from(places) } };
}

/** A softmax whose negatives are not alike. */
export function correctedSoftmax({ items }: RankerSpec): LossConfig {
  return { name: "softmax", itemLogQ: Float32Array.from({ length: items }, (_, item) => Math.log((1 + item) / 40)) };
}

/** Batches of growing length. */
export function batchesOf(spec: RankerSpec, loss: LossName, count: number): Batch[] {
  return Array.from({ length: count }, (_, k) => randomBatch(spec, loss, { length: 5 + 4 * k, seed: k }));
}

/** A little log that leaves every user something unseen; needs two items or more. */
export function smallSource(spec: RankerSpec, loss: LossName, { batchSize = 6, seed = 3 } = {}): BatchSource {
  const pairs: [number, number][] = [];
  for (let user = 0; user < spec.users; user++) {
    for (let item = 0; item + 1 < spec.items; item++) if ((user * 3 + item * 5) % 4 === 0) pairs.push([user, item]);
  }
  const interactions = {
    users: spec.users,
    items: spec.items,
    length: pairs.length,
    userColumn: Uint32Array.from(pairs, ([user]) => user),
    itemColumn: Uint32Array.from(pairs, ([, item]) => item),
    weights: null,
  };
  return uniformSource(interactions, { loss, negativesPerPositive: 2, batchSize, seed });
}
