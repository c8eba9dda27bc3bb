/** Every optimizer and every switch of LAWN on one small ranker: the table that contract tests run over. */
import { isLazyRule, type RuleName, ruleNames, settingsOfRule } from "../../../src/config/optimizer/rule-table.ts";
import type { ArrayOps } from "../../../src/optimizer/arrays/array-ops.ts";
import { buildOptimizer } from "../../../src/optimizer/build-optimizer.ts";
import {
  type BaseOptimizerConfig,
  baseConfigOf,
  type LawnConfig,
  type OptimizerConfig,
} from "../../../src/optimizer/optimizer-config.ts";
import type { Optimizer, StepInput, StepOutput } from "../../../src/optimizer/rules/transform.ts";
import { rowCounts } from "../../../src/optimizer/table-rows.ts";
import { type FloatArray, type ParameterInfo, parametersOf, sizeOf } from "../../../src/ranker/ranker-spec.ts";

/** Every row of the table with its defaults, but without decay. */
export const baseCases: readonly { readonly label: RuleName; readonly base: BaseOptimizerConfig }[] = ruleNames.map(
  (label) => {
    const values: Readonly<Record<string, number>> = {
      ...Object.fromEntries(settingsOfRule(label).map(([key, { default: value }]) => [key, value])),
      weightDecay: 0,
      trustCoefficient: 0.02, // the usual 0.001 would hardly move a weight in a few steps
    };
    return { label, base: baseConfigOf(label, (key) => values[key]!) };
  },
);

/** Whether LAWN can be had over the rule so: a lazy one steps no whole tables. */
export function isForRule({ name }: BaseOptimizerConfig, { granularity, scope }: LawnConfig): boolean {
  return !isLazyRule(name) || granularity === "row" || scope === "dense" || scope === "head";
}

/** LAWN with its defaults, constrained from the start. */
export const plainLawn: LawnConfig = {
  switchAt: { kind: "step", step: 0 },
  scope: "all",
  granularity: "layer",
  project: "both",
  state: "keep",
  constrainBiases: false,
};

/** Each switch away from its default, and all of them together. */
export const lawnCases: readonly { readonly label: string; readonly lawn: LawnConfig }[] = [
  { label: "defaults", lawn: plainLawn },
  { label: "scope dense", lawn: { ...plainLawn, scope: "dense" } },
  { label: "scope head", lawn: { ...plainLawn, scope: "head" } },
  { label: "scope embeddings", lawn: { ...plainLawn, scope: "embeddings" } },
  { label: "rows", lawn: { ...plainLawn, granularity: "row" } },
  { label: "network", lawn: { ...plainLawn, granularity: "network" } },
  { label: "project gradient", lawn: { ...plainLawn, project: "gradient" } },
  { label: "project none", lawn: { ...plainLawn, project: "none" } },
  { label: "state reset", lawn: { ...plainLawn, state: "reset" } },
  { label: "biases inside", lawn: { ...plainLawn, constrainBiases: true } },
  {
    label: "rows, biases inside, reset",
    lawn: { ...plainLawn, granularity: "row", constrainBiases: true, state: "reset" },
  },
];

/** All four paths and both kinds of bias. */
export const smallRanker = parametersOf({
  users: 5,
  items: 4,
  dot: 3,
  gmf: 2,
  embedding: 2,
  tower: [3, 2],
  idBiases: true,
  cosineTemperature: null,
});

/** An optimizer with its arrays, at some step. */
export interface Run<A, C> {
  readonly ops: ArrayOps<A, C>;
  readonly optimizer: Optimizer<A, C>;
  readonly at: StepOutput<A, C>;
}

export type Weights = ReadonlyMap<string, FloatArray>;

export interface RunOptions<A, C> {
  readonly config: OptimizerConfig;
  readonly ops: ArrayOps<A, C>;
  readonly parameters?: readonly ParameterInfo[];
  readonly weights?: Weights;
}

export function startRun<A, C>({ config, ops, parameters = smallRanker, weights }: RunOptions<A, C>): Run<A, C> {
  const optimizer = buildOptimizer({ config, parameters, ops });
  const start = new Map([...(weights ?? someWeights(parameters))].map(([name, w]) => [name, ops.fromHost(w)]));
  return { ops, optimizer, at: { parameters: start, memory: optimizer.init() } };
}

/** One row in three is absent from a step, another one each time. */
function rowsAt(step: number, rows: number): Float64Array {
  return Float64Array.from({ length: rows }, (_, row) => ((row + step) % 3 === 0 ? 0 : 1));
}

/** Which rows a made-up batch looks up; null under a dense rule. */
export function rowMasks<A, C>({ ops, optimizer }: Run<A, C>, step: number): StepInput<A, C>["rowsOfBatch"] {
  if (optimizer.lazy === null) return null;
  const { users, items } = rowCounts(optimizer.parameters);
  return { users: ops.blocksFromHost(rowsAt(step, users)), items: ops.blocksFromHost(rowsAt(step, items)) };
}

/**
 * A training problem without data: each tensor is pulled towards values it cannot all reach, more in some directions.
 */
export async function advance<A, C>(run: Run<A, C>, steps: number, learningRate = 0.01): Promise<Run<A, C>> {
  let { at } = run;
  for (let i = 0; i < steps; i++) {
    const gradients = new Map<string, A>();
    for (const [name, weight] of at.parameters) {
      gradients.set(name, run.ops.fromHost(pullGradient(await run.ops.toHost(weight), at.memory.step)));
    }
    at = run.optimizer.step({ ...at, gradients, learningRate, rowsOfBatch: rowMasks(run, at.memory.step) });
  }
  return { ...run, at };
}

export function pullGradient(weight: FloatArray, step: number): Float64Array {
  const [pull, goal, noise] = [waves(weight.length, 1), waves(weight.length, 2), waves(weight.length, 3 + step)];
  return Float64Array.from(weight, (w, i) => (1 + pull[i]!) * (w - goal[i]!) + 0.1 * noise[i]!);
}

/** Reproducible values in [-0.5, 0.5], none of them 0. */
export function someWeights(parameters: readonly ParameterInfo[]): Weights {
  return new Map(
    parameters.map(({ name, shape }, n) => [
      name,
      Float32Array.from({ length: sizeOf(shape) }, (_, i) => wave(i, 7 * n + 5)),
    ]),
  );
}

const knownWaves = new Map<string, Float64Array>();

/** The first `length` values of a wave; sines take longer than a whole step on so small a ranker. */
function waves(length: number, phase: number): Float64Array {
  const key = `${length} ${phase}`;
  const known = knownWaves.get(key) ?? Float64Array.from({ length }, (_, i) => wave(i, phase));
  knownWaves.set(key, known);
  return known;
}

function wave(i: number, phase: number): number {
  return 0.5 * Math.sin(1.7 * i + 2.3 * phase + 0.4);
}
