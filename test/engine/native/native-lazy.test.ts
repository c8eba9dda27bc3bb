/** Lazy rules in native memory: the bits of the dense rule, of any number of threads, and of rows that are absent. */
import { describe, expect, it } from "@jest/globals";
import type { Batch } from "../../../src/dataset/batch.ts";
import type { SessionOptions, Snapshot } from "../../../src/engine/engine.ts";
import { openNativeEngine } from "../../../src/engine/native/native-engine.ts";
import type { NativeOptions } from "../../../src/engine/native/native-machine.ts";
import { type BaseOptimizerConfig, denseConfigOf, type LawnConfig } from "../../../src/optimizer/optimizer-config.ts";
import type { RankerSpec } from "../../../src/ranker/ranker-spec.ts";
import { expectClose } from "../../support/engines/close-tensors.ts";
import { optionsOf, randomBatch, smallSource } from "../../support/engines/engine-cases.ts";
import { describeNative, instructionSets } from "../../support/engines/native-engine.ts";
import { plainLawn } from "../../support/engines/optimizer-cases.ts";
import { expectSameBits, expectSameSnapshot } from "../../support/engines/same-bits.ts";

const lazyRules: readonly BaseOptimizerConfig[] = [
  { name: "lazy-adam", beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0 },
  { name: "lazy-adam", beta1: 0, beta2: 0.999, epsilon: 1e-8, weightDecay: 0 },
  { name: "lazy-momentum", momentum: 0.9, weightDecay: 0 },
  { name: "lazy-momentum", momentum: 0, weightDecay: 0 },
  { name: "rowwise-adagrad", epsilon: 1e-8, weightDecay: 0 },
];
/** Widths with a loop of their own, and odd ones; more rows than one segment holds. */
const specs: readonly RankerSpec[] = [
  { users: 300, items: 200, dot: 64, gmf: 8, embedding: 32, tower: [6], idBiases: true, cosineTemperature: null },
  { users: 30, items: 20, dot: 7, gmf: 3, embedding: 17, tower: [5], idBiases: true, cosineTemperature: null },
];
const byRows: LawnConfig = { ...plainLawn, granularity: "row", switchAt: { kind: "step", step: 2 } };
const lawns: readonly (LawnConfig | null)[] = [
  null,
  byRows,
  { ...byRows, constrainBiases: true },
  { ...byRows, switchAt: { kind: "norm", norm: 4 } },
  { ...byRows, constrainBiases: true, switchAt: { kind: "norm", norm: 4 }, project: "gradient" },
];

const labelOf = (base: BaseOptimizerConfig): string => `${base.name} of ${JSON.stringify(base)}`;

/** Each user with each item. */
function everyRow({ users, items }: RankerSpec): Batch {
  const length = Math.max(users, items);
  const column = (extent: number) => Uint32Array.from({ length }, (_, k) => k % extent);
  const labels = Float32Array.from({ length }, (_, k) => (k % 3 === 0 ? 1 : 0));
  return {
    kind: "pointwise",
    length,
    users: column(users),
    items: column(items),
    labels,
    weights: null,
    idDropout: null,
  };
}

describeNative("lazy rules", () => {
  describe.each(specs)("with dot $dot, GMF $gmf, embedding $embedding", (spec) => {
    for (const base of lazyRules.filter(({ name }) => name !== "rowwise-adagrad")) {
      it.each(lawns)(
        `${labelOf(base)} has the bits of its dense rule where every row is in the batch, LAWN %j`,
        async (lawn) => {
          for (const weightDecay of lawn === null ? [0, 0.02] : [0]) {
            for (const instructionSet of instructionSets) {
              const batches = Array<Batch>(5).fill(everyRow(spec));
              const rules = [base, denseConfigOf(base)].map((rule) => ({ base: { ...rule, weightDecay }, lawn }));
              const [lazy, dense] = await Promise.all(
                rules.map((optimizer) => taken(optionsOf(spec, "bce", { optimizer }), batches, { instructionSet })),
              );
              expectSameBits(lazy!.parameters, dense!.parameters);
              // Without momentum the lazy rule keeps no velocity.
              const tensors = [...lazy!.optimizer!.tensors].filter(([name]) => !name.startsWith("lastStep/"));
              const others = [...dense!.optimizer!.tensors].filter(([name]) => tensors.some(([own]) => own === name));
              expectSameBits(new Map(tensors), new Map(others));
              expect(lazy!.optimizer!.numbers).toEqual(dense!.optimizer!.numbers);
            }
          }
        },
      );
    }

    for (const base of lazyRules) {
      it.each(lawns)(
        `${labelOf(base)} keeps absent rows to the bit, on 1 and 3 threads alike, LAWN %j`,
        async (lawn) => {
          const options = optionsOf(spec, "bce", { optimizer: { base, lawn } });
          const [first, few] = [everyRow(spec), randomBatch(spec, "bce", { length: 6 })];
          const before = await taken(options, [first, first, first], { threads: 1 });
          const after = await taken({ ...options, start: before }, [few, few], { threads: 1 });
          expectSameSnapshot(await taken({ ...options, start: before }, [few, few], { threads: 3 }), after);
          expectSameSnapshot(await taken(options, [first, first, first, few, few], { threads: 3 }), after);
          const present = { user: new Set(few.users), item: new Set("items" in few ? few.items : []) };
          const columns = [...after.parameters, ...after.optimizer!.tensors];
          const earlier = new Map([...before.parameters, ...before.optimizer!.tensors]);
          for (const [name, values] of columns) {
            const side = /(?:^|\/)(user|item)/.exec(name)?.[1] as "user" | "item" | undefined;
            if (side === undefined) continue;
            const rows = side === "user" ? spec.users : spec.items;
            const width = values.length / rows;
            for (let row = 0; row < rows; row++) {
              const own = values.subarray(row * width, (row + 1) * width);
              const was = earlier.get(name)!.subarray(row * width, (row + 1) * width);
              const isSame = own.every((value, k) => value === was[k]);
              if (!present[side].has(row)) expect({ name, row, isSame }).toEqual({ name, row, isSame: true });
              else if (!name.includes("/")) expect({ name, row, isSame }).toEqual({ name, row, isSame: false });
            }
          }
        },
      );
    }
  });

  it("move absent rows as dense Adam does where there is no momentum: not at all", async () => {
    const spec = specs[1]!;
    const dense = { name: "adam", beta1: 0, beta2: 0.99, epsilon: 1e-8, weightDecay: 0 } as const;
    const batches = Array.from({ length: 60 }, (_, seed) => randomBatch(spec, "bce", { length: 4, seed }));
    const [lazy, adam] = await Promise.all(
      [{ ...dense, name: "lazy-adam" } as const, dense].map((base) =>
        taken(optionsOf(spec, "bce", { optimizer: { base, lawn: null } }), batches),
      ),
    );
    // v decays by one power or step by step: its root is off by 60 roundings of 6e-8 at most, and so are steps of 0.01.
    expectClose(lazy!.parameters, adam!.parameters, 1e-5);
  });

  it("draw their own batches as they step given ones, and resume within an epoch bit for bit", async () => {
    const spec = specs[1]!;
    for (const base of lazyRules) {
      const source = smallSource(spec, "bce", { batchSize: 5 });
      const options = optionsOf(spec, "bce", { source, optimizer: { base, lawn: byRows } });
      const whole = await openNativeEngine({ threads: 2 }).open(options);
      const rates = new Float64Array(12).fill(0.01);
      await whole.train({ epoch: 0, firstStep: 0, learningRates: rates });
      const middle = await whole.snapshot();
      const resumed = await openNativeEngine({ threads: 1 }).open({ ...options, start: middle });
      for (const session of [whole, resumed]) await session.train({ epoch: 0, firstStep: 12, learningRates: rates });
      expectSameSnapshot(await resumed.snapshot(), await whole.snapshot());
      whole.close();
      resumed.close();
    }
  });

  it("give the gradient of whole tables, though they keep that of the batch's rows", async () => {
    const cases = [
      { spec: specs[1]!, loss: "bce" },
      { spec: specs[1]!, loss: "softmax" },
      { spec: { ...specs[1]!, cosineTemperature: 0.5 }, loss: "bpr" },
    ] as const;
    for (const { spec, loss } of cases) {
      const batch = randomBatch(spec, loss, { length: 9 });
      const [lazy, dense] = await Promise.all(
        [lazyRules[0]!, denseConfigOf(lazyRules[0]!)].map(async (base) => {
          const options = { ...optionsOf(spec, loss, { optimizer: { base, lawn: null } }), embeddingDecay: 0.1 };
          const session = await openNativeEngine({ threads: 2 }).open(options);
          await session.gradient(randomBatch(spec, loss, { length: 5, seed: 3 })); // leaves nothing behind
          const { gradient } = await session.gradient(batch);
          session.close();
          return gradient;
        }),
      );
      expectSameBits(lazy!, dense!);
    }
  });

  it("catch up on thousands of steps as one power, and on none as 1", async () => {
    const spec: RankerSpec = { ...specs[1]!, tower: [], embedding: 0, gmf: 0, idBiases: false };
    const base = { name: "lazy-adam", beta1: 0.999, beta2: 0.9999, epsilon: 1e-8, weightDecay: 0 } as const;
    const pair = (user: number): Batch => ({
      kind: "pointwise",
      length: 1,
      users: Uint32Array.of(user),
      items: Uint32Array.of(user),
      labels: Float32Array.of(1),
      weights: null,
      idDropout: null,
    });
    const steps = 2500; // beyond both tables' first entries
    const batches = [pair(0), ...Array<Batch>(steps).fill(pair(1)), pair(0)];
    const options = optionsOf(spec, "bce", { optimizer: { base, lawn: null } });
    const once = await taken(options, batches.slice(0, 1));
    const before = await taken(options, batches.slice(0, -1));
    const after = await taken(options, batches);
    const still = once.optimizer!.tensors.get("m/userDot")!.subarray(0, 7);
    expect([...before.optimizer!.tensors.get("m/userDot")!.subarray(0, 7)]).toEqual([...still]);
    const gradient = await gradientOf({ ...options, start: { ...before, optimizer: null } }, pair(0));
    const m = after.optimizer!.tensors.get("m/userDot")!;
    for (let k = 0; k < 7; k++) {
      const expected = 0.999 ** (steps + 1 - 1) * 0.999 * still[k]! + 0.001 * gradient[k]!;
      expect(Math.abs(m[k]! - expected)).toBeLessThan(1e-6 * Math.abs(expected) + 1e-10); // float32 of three terms
    }
  });
});

async function taken(
  options: SessionOptions,
  batches: readonly Batch[],
  native: NativeOptions = {},
): Promise<Snapshot> {
  const session = await openNativeEngine({ threads: 2, ...native }).open(options);
  for (const batch of batches) await session.step(batch, 0.01);
  const snapshot = await session.snapshot();
  session.close();
  return snapshot;
}

async function gradientOf(options: SessionOptions, batch: Batch): Promise<ArrayLike<number>> {
  const session = await openNativeEngine({ threads: 1 }).open(options);
  const { gradient } = await session.gradient(batch);
  session.close();
  return gradient.get("userDot")!;
}
