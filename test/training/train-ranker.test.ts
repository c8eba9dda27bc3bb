import { describe, expect, it } from "@jest/globals";
import { samplesPerEpoch, stepsPerEpoch } from "../../src/dataset/training-batches.ts";
import { referenceEngine } from "../../src/engine/reference/reference-engine.ts";
import type { OptimizerConfig } from "../../src/optimizer/optimizer-config.ts";
import { defaultInitializers, initializeParameters } from "../../src/ranker/initialize.ts";
import type { Parameters, RankerSpec } from "../../src/ranker/ranker-spec.ts";
import { noSides } from "../../src/ranker/side.ts";
import type { EpochRecord } from "../../src/runs/training-log.ts";
import { measureDiagnostics } from "../../src/training/diagnostics.ts";
import { DivergenceError } from "../../src/training/divergence.ts";
import { makeProbe } from "../../src/training/probe.ts";
import { decodeResume, encodeResume } from "../../src/training/resume-checkpoint.ts";
import { type TrainingOutcome, trainRanker } from "../../src/training/train-ranker.ts";
import type { TrainingPlan } from "../../src/training/training-plan.ts";
import { beginning, type ResumePoint } from "../../src/training/training-state.ts";
import { checkerboardDataset } from "../support/data/checkerboard-dataset.ts";
import { uniformSource } from "../support/data/uniform-source.ts";
import { noPaths } from "../support/engines/no-paths.ts";

const { train } = checkerboardDataset(6, 8);
const spec: RankerSpec = { ...noPaths, users: 6, items: 8, gmf: 2, embedding: 3, tower: [4, 2], idBiases: true };
// 6 users with 2 train items each give 12 positives, with 2 negatives 36 samples: 4 steps of 8 and one of 4.
const source = uniformSource(train, { loss: "bce", negativesPerPositive: 2, batchSize: 8, seed: 5 });
const adam = { name: "adam", beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0 } as const;
const lawn = { scope: "all", granularity: "row", project: "both", state: "keep", constrainBiases: false } as const;
const optimizers: Record<string, OptimizerConfig> = {
  adam: { base: adam, lawn: null },
  "lawn-adam switching within an epoch": { base: adam, lawn: { ...lawn, switchAt: { kind: "step", step: 7 } } },
  "lawn-adam switching by norm": { base: adam, lawn: { ...lawn, switchAt: { kind: "norm", norm: 0.03 } } },
};

const planWith = (change: Partial<TrainingPlan> = {}): TrainingPlan => ({
  pass: "train",
  epochs: 3,
  stepsPerEpoch: stepsPerEpoch(source),
  samplesPerEpoch: samplesPerEpoch(source),
  batchSize: source.batchSize,
  learningRate: (step) => 0.01 / (1 + step),
  selection: { metric: "M", patience: 99 },
  checkpointEveryEpochs: 1,
  checkpointEverySteps: null,
  keepsOptimizer: false,
  switchStep: null,
  ...change,
});

interface Run {
  readonly outcome: TrainingOutcome;
  readonly records: readonly EpochRecord[];
  readonly points: readonly ResumePoint[];
}

/** `values` are what validation finds after each epoch; `stopAfter` aborts once so many steps are done in this call. */
async function run(options: {
  readonly optimizer?: OptimizerConfig;
  readonly plan?: TrainingPlan;
  readonly from?: ResumePoint | null;
  readonly values?: readonly number[];
  readonly stopAfter?: number;
  readonly callMilliseconds?: number;
  /** Where checkpoints are left, also those of a run that fails. */
  readonly points?: ResumePoint[];
}): Promise<Run> {
  const { optimizer = optimizers.adam!, plan = planWith(), from = null, values = [1, 2, 3, 4] } = options;
  const session = await referenceEngine.open({
    spec,
    sides: noSides,
    loss: { name: "bce" },
    start: from?.snapshot ?? { parameters: initializeParameters(spec, defaultInitializers, 1), optimizer: null },
    optimizer,
    embeddingDecay: 0,
    source,
  });
  const controller = new AbortController();
  const records: EpochRecord[] = [];
  const { points = [] } = options;
  const probe = makeProbe(source);
  let [clock, validations] = [0, from?.epoch ?? 0];
  const done = (epoch: number, step: number) => epoch * plan.stepsPerEpoch + step;
  const start = done(from?.epoch ?? 0, from?.step ?? 0);
  if (options.stopAfter === 0) controller.abort();
  const outcome = await trainRanker({
    session,
    plan,
    state: from ?? beginning,
    signal: controller.signal,
    hooks: {
      elapsed: () => {
        clock += options.callMilliseconds ?? 1000; // slow calls: one step each
        return clock;
      },
      validate: async () => ({ M: values[validations++]! }),
      diagnose: async ({ parameters, previous, atSwitch }) => {
        const gradient = await session.gradient(probe.batch);
        return measureDiagnostics({
          spec,
          sides: noSides,
          probe,
          parameters,
          gradient,
          previous,
          atSwitch,
          blocks: "row",
        });
      },
      epochDone: async (record) => void records.push(record),
      checkpoint: async (point) => void points.push(point),
      progress: ({ epoch, step }) => {
        if (done(epoch - 1, step) - start >= (options.stopAfter ?? Number.POSITIVE_INFINITY)) controller.abort();
      },
    },
  });
  session.close();
  return { outcome, records, points };
}

const parametersOfOutcome = (outcome: TrainingOutcome): Parameters => {
  if (outcome.kind !== "finished") throw new Error("expected a finished run");
  return outcome.parameters;
};
/** Times differ from run to run; nothing else may. */
const withoutTimes = (records: readonly EpochRecord[]) =>
  records.map(({ seconds: _s, measuringSeconds: _m, samplesPerSecond: _r, ...rest }) => rest);

describe.each(Object.entries(optimizers))("training with %s", (_, optimizer) => {
  const plan = planWith({ switchStep: optimizer.lawn?.switchAt.kind === "step" ? optimizer.lawn.switchAt.step : null });

  it("interrupted before, within and after every epoch and resumed from its file ends in the same bits and records", async () => {
    const whole = await run({ optimizer, plan });
    expect(whole.records).toHaveLength(3);
    for (let stopAfter = 0; stopAfter <= 14; stopAfter++) {
      const first = await run({ optimizer, plan, stopAfter });
      expect(first.outcome.kind).toBe("interrupted");
      const bytes = encodeResume({ spec, point: first.points.at(-1)!, labels: {} });
      const second = await run({ optimizer, plan, from: decodeResume(bytes, "test").point });
      expect(parametersOfOutcome(second.outcome)).toEqual(parametersOfOutcome(whole.outcome));
      expect(withoutTimes([...first.records, ...second.records])).toEqual(withoutTimes(whole.records));
    }
  });

  it("gives the same bits however steps are grouped into calls and checkpoints", async () => {
    const single = await run({ optimizer, plan });
    const grouped = await run({ optimizer, plan: { ...plan, checkpointEverySteps: 2 }, callMilliseconds: 0 });
    expect(parametersOfOutcome(grouped.outcome)).toEqual(parametersOfOutcome(single.outcome));
    expect(withoutTimes(grouped.records)).toEqual(withoutTimes(single.records));
    // Steps 2, 4, 6, 8, 12, 14 within epochs of 5; step 10 ends one, and so do 5 and 15.
    expect(grouped.points.map(({ epoch, step }) => 5 * epoch + step)).toEqual([2, 4, 5, 6, 8, 10, 12, 14, 15]);
  });
});

describe("trainRanker", () => {
  it("keeps the best epoch, the earlier of equals, and stops when patience has run out", async () => {
    const plan = planWith({ epochs: 9, selection: { metric: "M", patience: 2 } });
    const { outcome, points, records } = await run({ plan, values: [0.1, 0.5, 0.5, 0.4, 0.9] });
    expect(outcome).toMatchObject({ kind: "finished", epoch: 2, epochsTrained: 4, stoppedEarly: true });
    expect(outcome).toMatchObject({ validation: { M: 0.5 } });
    expect(records).toHaveLength(4);
    expect(parametersOfOutcome(outcome)).toEqual(points[1]!.snapshot.parameters);
  });

  it("keeps the last epoch where nothing selects", async () => {
    const { outcome, points } = await run({ plan: planWith({ selection: null }) });
    expect(outcome).toMatchObject({ epoch: 3, stoppedEarly: false });
    expect(parametersOfOutcome(outcome)).toEqual(points[2]!.snapshot.parameters);
  });

  it("records steps, the last step's rate and LAWN's phase", async () => {
    const optimizer = optimizers["lawn-adam switching within an epoch"]!;
    const { records } = await run({ optimizer, plan: planWith({ switchStep: 7 }) });
    expect(records.map(({ epoch, step, phase }) => [epoch, step, phase])).toEqual([
      [1, 5, "free"],
      [2, 10, "constrained"],
      [3, 15, "constrained"],
    ]);
    expect(records[0]!.learningRate).toBe(0.01 / 5); // step 4 of 0, 1, ...
    // ln 2 for logits near 0, and lower once something is learnt
    expect(records[0]!.loss).toBeCloseTo(Math.log(2), 1);
    expect(records[2]!.loss).toBeLessThan(records[0]!.loss);
    expect(records.map(({ diagnostics }) => diagnostics?.movedSinceSwitch === null)).toEqual([true, false, false]);
  });

  it("records how many of LAWN's blocks are held, vanished at the switch, or kept their place", async () => {
    // Rows: 6 users and 8 items in two tables each, 4 + 2 tower units and the head: 2 * 14 + 6 + 1 = 35 blocks.
    const optimizer = optimizers["lawn-adam switching within an epoch"]!;
    const { records } = await run({ optimizer, plan: planWith({ switchStep: 7 }) });
    const held = { constrainedBlocks: 35, blocks: 35, zeroBlocks: 0, keptBlocks: 0 };
    expect(records.map(({ lawn }) => lawn)).toEqual([{ ...held, constrainedBlocks: 0 }, held, held]);
    const byNorm = await run({ optimizer: optimizers["lawn-adam switching by norm"]! });
    // The tower's rows start above 0.03 by far, most ids' rows below it.
    expect(byNorm.records[0]!.lawn!.constrainedBlocks).toBeGreaterThanOrEqual(7);
    expect(byNorm.records[0]!.lawn!.constrainedBlocks).toBeLessThanOrEqual(byNorm.records[2]!.lawn!.constrainedBlocks);
    expect((await run({})).records[0]!.lawn).toBeNull();
  });

  it("stops at the first loss or parameter that is no number, says where, and checkpoints nothing after it", async () => {
    const points: ResumePoint[] = [];
    const plan = planWith({ learningRate: (step) => (step < 6 ? 0.01 : 1e39), checkpointEverySteps: 1 });
    const failure: unknown = await run({ plan, points }).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(DivergenceError);
    expect((failure as Error).message).toMatch(
      /became (NaN|-?Infinity) by step 7 \(epoch 2\) at learning rate 1e\+39.*lower --learning-rate/,
    );
    expect(points.map(({ epoch, step }) => 5 * epoch + step)).toEqual([1, 2, 3, 4, 5, 6]);
  });
});
