/**
 * What the native engine promises beyond the engine contract: any shape, any number of threads, any instruction set.
 */
import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { lossNames } from "../../../src/config/losses/loss-names.ts";
import type { ListwiseBatch, MaskedNegatives } from "../../../src/dataset/batch.ts";
import type { NegativesFrom } from "../../../src/dataset/training-batches.ts";
import type { SessionOptions } from "../../../src/engine/engine.ts";
import { openNativeEngine } from "../../../src/engine/native/native-engine.ts";
import type { NativeOptions } from "../../../src/engine/native/native-machine.ts";
import { referenceEngine } from "../../../src/engine/reference/reference-engine.ts";
import type { LossName } from "../../../src/ranker/loss.ts";
import type { Parameters, RankerSpec } from "../../../src/ranker/ranker-spec.ts";
import { skewedSource, wide } from "../../support/data/skewed-source.ts";
import {
  adamCase,
  correctedSoftmax,
  float32,
  lawnAdamCase,
  losses,
  optionsOf,
  randomBatch,
  randomParameters,
  sharedBatch,
} from "../../support/engines/engine-cases.ts";
import { describeNative, instructionSets } from "../../support/engines/native-engine.ts";
import { nearestKink } from "../../support/engines/nearest-kink.ts";
import { expectSameBits, expectSameSnapshot } from "../../support/engines/same-bits.ts";

const width = (most: number) => fc.integer({ min: 0, max: most });

/** Widths around the vector lengths 4, 8 and 16, on both sides of them. */
const anySpec: fc.Arbitrary<RankerSpec> = fc
  .record({
    users: fc.integer({ min: 1, max: 40 }),
    items: fc.integer({ min: 1, max: 40 }),
    dot: width(35),
    gmf: width(35),
    embedding: width(35),
    tower: fc.array(fc.integer({ min: 1, max: 35 }), { maxLength: 3 }),
    idBiases: fc.boolean(),
    cosineTemperature: fc.constantFrom(null, null, 0.5),
  })
  .map((spec) => (spec.embedding === 0 ? { ...spec, tower: [] } : spec))
  .map((spec) => (spec.dot === 0 ? { ...spec, cosineTemperature: null } : spec))
  .filter(({ dot, gmf, embedding }) => dot + gmf + embedding > 0);

/** What ccl can train. */
function cosinesOf({ users, items, dot, cosineTemperature }: RankerSpec): RankerSpec {
  const paths = { dot: Math.max(1, dot), gmf: 0, embedding: 0, tower: [], idBiases: false };
  return { users, items, ...paths, cosineTemperature: cosineTemperature ?? 1 };
}

/**
 * Relative to the largest gradient of the tensor: float32 roundings (6e-8 each) of up to 200
 * terms, added in another order.
 */
const TOLERANCE = 2e-5;

/**
 * Rounding of a float32 sum of up to 70 terms of order 1: nearer to 0, a ReLU may pass in float32 and not in float64.
 */
const KINK = 1e-5;

describeNative("gradients of the native engine", () => {
  const engines = instructionSets.map((instructionSet) => openNativeEngine({ threads: 2, instructionSet }));

  it("are the reference's for any shape of ranker and any batch, on every instruction set", async () => {
    await fc.assert(
      fc.asyncProperty(
        anySpec,
        fc.constantFrom(...lossNames),
        fc.integer({ min: 1, max: 200 }),
        async (any, loss, length) => {
          const spec = loss === "ccl" ? cosinesOf(any) : any;
          const batch = randomBatch(spec, loss, { length });
          const parameters = randomParameters(spec, float32, { deviation: 0.3 });
          fc.pre(nearestKink(spec, parameters, batch) > KINK);
          const doubles = new Map([...parameters].map(([name, values]) => [name, Float64Array.from(values)]));
          const exact = await referenceEngine.open(
            optionsOf(spec, loss, { start: { parameters: doubles, optimizer: null } }),
          );
          const expected = await exact.gradient(batch);
          for (const engine of engines) {
            const session = await engine.open(optionsOf(spec, loss, { start: { parameters, optimizer: null } }));
            const found = await session.gradient(batch);
            expect(Math.abs(found.loss - expected.loss)).toBeLessThan(TOLERANCE * (1 + expected.loss));
            expectClose(found.gradient, expected.gradient, floorOf(loss, spec));
            session.close();
          }
        },
      ),
      { numRuns: 60 },
    );
  });
});

describeNative("shared negatives of the native engine", () => {
  const engines = instructionSets.map((instructionSet) => openNativeEngine({ threads: 2, instructionSet }));

  it.each([
    { what: "sums of products", spec: { ...wide, embedding: 0, tower: [] } },
    { what: "a tower", spec: wide },
  ])("leave nothing behind for batches whose rows have their own, nor the other way round, of $what", async (one) => {
    const { spec } = one;
    const own = randomBatch(spec, "softmax", { length: 200 });
    const shared = sharedBatch(spec, { length: 300 });
    const session = await openNativeEngine().open(optionsOf(spec, "softmax"));
    const gradients = [];
    for (const batch of [own, shared, own, shared]) gradients.push((await session.gradient(batch)).gradient);
    expectSameBits(gradients[2]!, gradients[0]!);
    expectSameBits(gradients[3]!, gradients[1]!);
    session.close();
  });

  it("have the reference's gradient for any ranker and any block, on every instruction set", async () => {
    await fc.assert(
      fc.asyncProperty(
        anySpec,
        fc.integer({ min: 1, max: 150 }),
        fc.integer({ min: 1, max: 70 }),
        fc.integer({ min: 1, max: 80 }),
        async (any, length, blockRows, perBlock) => {
          // Among few items a positive is mostly compared with itself, and slopes of order 1 cancel.
          const items = 8 + any.items;
          const spec = { ...any, items };
          const blocks = Math.ceil(length / blockRows);
          const own = randomBatch(spec, "softmax", { length: Math.max(length, blocks * perBlock) }) as ListwiseBatch;
          const batch: ListwiseBatch = {
            ...own,
            length,
            users: own.users.slice(0, length),
            positives: own.positives.slice(0, length),
            blockRows,
            negatives: own.negatives.slice(0, blocks * perBlock),
            masked: everySeventh(length, perBlock),
          };
          const parameters = randomParameters(spec, float32, { deviation: 0.3 });
          fc.pre(nearestKink(spec, parameters, batch) > KINK);
          const doubles = new Map([...parameters].map(([name, values]) => [name, Float64Array.from(values)]));
          const loss = correctedSoftmax(spec);
          const exact = await referenceEngine.open(
            optionsOf(spec, "softmax", { loss, start: { parameters: doubles, optimizer: null } }),
          );
          const expected = await exact.gradient(batch);
          for (const engine of engines) {
            const session = await engine.open(
              optionsOf(spec, "softmax", { loss, start: { parameters, optimizer: null } }),
            );
            const found = await session.gradient(batch);
            expect(Math.abs(found.loss - expected.loss)).toBeLessThan(TOLERANCE * (1 + expected.loss));
            expectClose(found.gradient, expected.gradient, floorOf("softmax", spec));
            session.close();
          }
        },
      ),
      { numRuns: 40 },
    );
  });
});

/** Masks that leave out one negative in seven, of some rows all of them where blocks are short. */
function everySeventh(length: number, perBlock: number): MaskedNegatives {
  const offsets = new Uint32Array(length + 1);
  const places: number[] = [];
  for (let row = 0; row < length; row++) {
    for (let place = 0; place < perBlock; place++) if ((row * 5 + place * 3) % 7 === 0) places.push(place);
    offsets[row + 1] = places.length;
  }
  return { offsets, places: Uint32Array.from(places) };
}

/** Where terms cancel, their roundings remain: those of a list are of order 1, and so are those of a short cosine. */
const floorOf = (loss: LossName, { cosineTemperature }: RankerSpec): number =>
  loss === "softmax" || loss === "ccl" || cosineTemperature !== null ? 0.1 : 1e-3;

function expectClose(found: Parameters, expected: Parameters, floor: number): void {
  for (const [name, values] of expected) {
    let size = floor;
    let worst = 0;
    for (const [k, value] of values.entries()) {
      size = Math.max(size, Math.abs(value));
      worst = Math.max(worst, Math.abs(value - found.get(name)![k]!));
    }
    if (!(worst <= TOLERANCE * size)) throw new Error(`${name} differs by ${worst}, its size is ${size}`);
  }
}

describeNative("training on the native engine", () => {
  const trained = async (
    options: NativeOptions,
    changes: Partial<SessionOptions>,
    loss: LossName,
    from?: { readonly negativesFrom: NegativesFrom; readonly hasTower: boolean },
  ) => {
    if (from !== undefined) return trainedShared(options, changes, from);
    const source = skewedSource(wide, loss, { batchSize: loss === "softmax" ? 4_500 : 20_000 }); // 22,500 pairs a step
    const session = await openNativeEngine(options).open(optionsOf(wide, loss, { source, ...changes }));
    const taken = await session.train({ epoch: 3, firstStep: 0, learningRates: new Float64Array(3).fill(0.01) });
    const snapshot = await session.snapshot();
    session.close();
    return { taken, snapshot };
  };

  /** Blocks of 256 rows, or of 201, over several blocks of logits each, of every product; of 21 under a tower. */
  const trainedShared = async (
    options: NativeOptions,
    changes: Partial<SessionOptions>,
    { negativesFrom, hasTower }: { readonly negativesFrom: NegativesFrom; readonly hasTower: boolean },
  ) => {
    const spec = hasTower ? wide : { ...wide, embedding: 0, tower: [] };
    const uniform = skewedSource(wide, "softmax", { batchSize: hasTower ? 1_100 : 4_500 });
    const source = { ...uniform, negativesPerPositive: hasTower ? 20 : 200, negativesFrom };
    const session = await openNativeEngine(options).open(optionsOf(spec, "softmax", { source, ...changes }));
    const taken = await session.train({ epoch: 3, firstStep: 0, learningRates: new Float64Array(3).fill(0.01) });
    const snapshot = await session.snapshot();
    session.close();
    return { taken, snapshot };
  };

  describe.each([adamCase, lawnAdamCase])("with $name", ({ config }) => {
    const ways = [
      ...losses.map((loss) => ({ loss, from: undefined, what: loss })),
      ...(["shared", "batch"] as const).flatMap((negativesFrom) =>
        [false, true].map((hasTower) => ({
          loss: "softmax" as const,
          from: { negativesFrom, hasTower },
          what: `softmax, ${negativesFrom}${hasTower ? ", with a tower" : ""}`,
        })),
      ),
    ];
    it.each(ways)("gives the same bits on 1, 2 and 5 threads under $what", async ({ loss, from }) => {
      const alone = await trained({ threads: 1 }, { optimizer: config }, loss, from);
      for (const threads of [2, 5]) {
        const shared = await trained({ threads }, { optimizer: config }, loss, from);
        expect(shared.taken).toEqual(alone.taken);
        expectSameSnapshot(shared.snapshot, alone.snapshot);
      }
    });
  });

  it("leaves the event loop free while it trains", async () => {
    const source = skewedSource(wide, "bce", { batchSize: 100 });
    const session = await openNativeEngine().open(optionsOf(wide, "bce", { source }));
    let turns = 0;
    let isDone = false;
    const count = (): void => {
      turns++;
      if (!isDone) setImmediate(count);
    };
    setImmediate(count);
    await session.train({ epoch: 0, firstStep: 0, learningRates: new Float64Array(300).fill(0.01) });
    isDone = true;
    expect(turns).toBeGreaterThan(10); // a blocked loop would turn once
    session.close();
  });

  it("finishes what is under way when it is closed, and refuses what comes after", async () => {
    const source = skewedSource(wide, "bce", { batchSize: 100 });
    const session = await openNativeEngine().open(optionsOf(wide, "bce", { source }));
    const span = { epoch: 0, firstStep: 0, learningRates: new Float64Array(300).fill(0.01) };
    const running = session.train(span);
    await new Promise((resolve) => setImmediate(resolve)); // the span has begun, and takes many turns more
    session.close();
    const losses = await running;
    expect(losses.every((loss) => loss > 0)).toBe(true);
    await expect(session.train(span)).rejects.toThrow("the training session is closed");
  });
});
