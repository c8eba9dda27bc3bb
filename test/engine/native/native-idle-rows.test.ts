/**
 * Rows that a batch has no sample of take a shorter way through the optimizer: they must end where the
 * whole rule would bring them.
 */
import { describe, expect, it } from "@jest/globals";
import type { Batch } from "../../../src/dataset/batch.ts";
import type { SessionOptions, Snapshot } from "../../../src/engine/engine.ts";
import { openNativeEngine } from "../../../src/engine/native/native-engine.ts";
import type { NativeOptions } from "../../../src/engine/native/native-machine.ts";
import { referenceEngine } from "../../../src/engine/reference/reference-engine.ts";
import type { RankerSpec } from "../../../src/ranker/ranker-spec.ts";
import { optionsOf, randomBatch } from "../../support/engines/engine-cases.ts";
import { describeNative, instructionSets } from "../../support/engines/native-engine.ts";
import { noPaths } from "../../support/engines/no-paths.ts";
import { baseCases } from "../../support/engines/optimizer-cases.ts";
import { expectSameSnapshot } from "../../support/engines/same-bits.ts";

/** Widths with a loop of their own, and one without. */
const idleSpecs: readonly RankerSpec[] = [
  { users: 30, items: 20, dot: 64, gmf: 8, embedding: 32, tower: [6], idBiases: true, cosineTemperature: null },
  { ...noPaths, users: 30, items: 20, dot: 7, gmf: 3, embedding: 17, tower: [5] },
];
const fewPairs: Batch = {
  kind: "pointwise",
  length: 3,
  users: Uint32Array.of(1, 3, 1),
  items: Uint32Array.of(0, 2, 5),
  labels: Float32Array.of(1, 0, 0),
  weights: null,
  idDropout: null,
};
const IDLE_STEPS = 100;
/** Each step rounds a moment once more: 100 x 6e-8, relative to the row's largest value. */
const IDLE_TOLERANCE = 1e-5;

describeNative("rows without a sample", () => {
  describe.each(baseCases)("under $label", ({ base }) => {
    it.each(idleSpecs)("go on as the reference's: dot $dot, GMF $gmf, embedding $embedding", async (spec) => {
      for (const weightDecay of [0, 0.02]) {
        const optimizer = { base: { ...base, weightDecay }, lawn: null };
        const all = randomBatch(spec, "bce", { length: 60 });
        const exact = await referenceEngine.open(optionsOf(spec, "bce", { optimizer }));
        await exact.step(all, 0.01);
        const start = await exact.snapshot();
        for (let step = 0; step < IDLE_STEPS; step++) await exact.step(fewPairs, 0.01);
        const expected = await exact.snapshot();
        for (const instructionSet of instructionSets) {
          const found = await taken(optionsOf(spec, "bce", { optimizer, start }), IDLE_STEPS, { instructionSet });
          for (const [name, values] of expected.parameters) {
            if (!/^(user|item)/.test(name)) continue;
            const sampled: readonly number[] = name.startsWith("user") ? [1, 3] : [0, 2, 5];
            const rows = name.startsWith("user") ? spec.users : spec.items;
            const width = values.length / rows;
            for (let row = 0; row < rows; row++) {
              if (sampled.includes(row)) continue;
              const own = values.subarray(row * width, (row + 1) * width);
              const theirs = found.parameters.get(name)!.subarray(row * width, (row + 1) * width);
              const size = Math.max(...own.map(Math.abs), 1e-2);
              const worst = Math.max(...own.map((value, k) => Math.abs(value - theirs[k]!)));
              expect(`${name}[${row}] ${worst <= IDLE_TOLERANCE * size ? "agrees" : `differs by ${worst}`}`).toBe(
                `${name}[${row}] agrees`,
              );
            }
          }
        }
        exact.close();
      }
    });
  });

  it("keeps second moments through a snapshot, though it keeps their roots", async () => {
    const spec = idleSpecs[0]!;
    const exact = await referenceEngine.open(optionsOf(spec, "bce"));
    await exact.step(randomBatch(spec, "bce", { length: 60 }), 0.01);
    const once = await taken(optionsOf(spec, "bce", { start: await exact.snapshot() }), 0);
    expectSameSnapshot(await taken(optionsOf(spec, "bce", { start: once }), 0), once);
  });

  it("resumes bit for bit after squares have decayed to nothing", async () => {
    const base = { name: "rmsprop", decay: 0.5, epsilon: 1e-8, weightDecay: 0 } as const;
    const options = optionsOf(idleSpecs[0]!, "bce", { optimizer: { base, lawn: null } });
    const warm = await taken(options, 1, { batch: randomBatch(idleSpecs[0]!, "bce", { length: 60 }) });
    for (const steps of [90, 120, 150, 300]) {
      const middle = await taken({ ...options, start: warm }, steps);
      const resumed = await taken({ ...options, start: middle }, 5);
      expectSameSnapshot(resumed, await taken({ ...options, start: warm }, steps + 5));
    }
  });
});

/** The native engine's snapshot after some steps over one batch. */
async function taken(
  options: SessionOptions,
  steps: number,
  { batch = fewPairs, ...native }: NativeOptions & { readonly batch?: Batch } = {},
): Promise<Snapshot> {
  const session = await openNativeEngine({ threads: 2, ...native }).open(options);
  for (let step = 0; step < steps; step++) await session.step(batch, 0.01);
  const snapshot = await session.snapshot();
  session.close();
  return snapshot;
}
