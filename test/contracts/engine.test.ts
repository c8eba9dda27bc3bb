/**
 * What every engine promises. An engine in open-engine's table joins by being there; one that cannot
 * run here is skipped by name.
 */
import { beforeAll, describe, expect, it, jest } from "@jest/globals";
import { type Batch, batchKinds } from "../../src/dataset/batch.ts";
import { drawBatch, epochDraws, type NegativesFrom } from "../../src/dataset/training-batches.ts";
import type { Engine, TrainingSession } from "../../src/engine/engine.ts";
import { referenceEngine } from "../../src/engine/reference/reference-engine.ts";
import { openForward } from "../../src/ranker/forward.ts";
import type { LossName } from "../../src/ranker/loss.ts";
import type { Parameters } from "../../src/ranker/ranker-spec.ts";
import { expectClose } from "../support/engines/close-tensors.ts";
import {
  batchesOf,
  combinationsOf,
  correctedSoftmax,
  everything,
  float32,
  lawnAdamCase,
  losses,
  neumf,
  optimizerCases,
  optionsOf,
  randomBatch,
  randomParameters,
  rankerCases,
  sharedBatch,
  smallSource,
  weightedBatch,
  weightedSource,
} from "../support/engines/engine-cases.ts";
import { engineVariants } from "../support/engines/engine-variants.ts";
import { once } from "../support/engines/once.ts";
import { expectSameBits, expectSameSnapshot } from "../support/engines/same-bits.ts";

// A software GPU is slow, more so on a busy machine.
jest.setTimeout(600_000);

/**
 * Relative to the largest value of the tensor: a few float32 roundings (6e-8 each) in sums of
 * tens of terms, in any order.
 */
const GRADIENT_TOLERANCE = 1e-5;
/**
 * Terms of a gradient are of this order; where they cancel, as with one user and one item under
 * bpr, their roundings remain.
 */
const GRADIENT_FLOOR = 1e-2;
/** A list's slopes add up to 0, but a batch's positives' to 1: a sum may go that far before it comes back. */
const LISTS_FLOOR = 1e-1;
const floorOf = (loss: LossName): number => (batchKinds[loss] === "listwise" ? LISTS_FLOOR : GRADIENT_FLOOR);
/**
 * After 6 steps: Adam divides by sqrt(v), which turns a tiny gradient's rounding into a whole step
 * of 0.01 in the worst case.
 */
const STEPS_TOLERANCE = 1e-3;

async function takeSteps(session: TrainingSession, batches: readonly Batch[], rate = 0.01): Promise<number[]> {
  const taken: number[] = [];
  for (const batch of batches) taken.push(await session.step(batch, rate));
  return taken;
}

for (const variant of await engineVariants()) {
  const { available, reason } = variant;
  const known = variant.losses.filter((loss) => losses.includes(loss)); // of any ranker
  const title = `the ${variant.title} engine${available ? "" : ` (skipped: ${reason})`}`;
  const describeHere = available ? describe : describe.skip;

  describeHere(title, () => {
    let engine: Engine;
    beforeAll(async () => {
      engine = await variant.open();
    });

    it("says what it is", () => {
      expect(engine.name).toBe(variant.name);
      expect(engine.description).toBe(variant.description);
    });

    describe.each(combinationsOf(variant))("$name under $loss", ({ spec, loss }) => {
      it("has the reference's loss and gradient", async () => {
        const batch = randomBatch(spec, loss);
        const exact = await referenceEngine.open(
          optionsOf(spec, loss, {
            start: { parameters: asFloat64(randomParameters(spec, float32)), optimizer: null },
          }),
        );
        const session = await engine.open(optionsOf(spec, loss));
        const expected = await exact.gradient(batch);
        const found = await session.gradient(batch);
        expect(found.loss).toBeCloseTo(expected.loss, 5); // float32 logits of order 1
        expectClose(found.gradient, expected.gradient, GRADIENT_TOLERANCE, floorOf(loss));
        session.close();
        exact.close();
      });

      it("multiplies each sample's loss by its weight, and counts a weight of 1 as none", async () => {
        const batch = weightedBatch(randomBatch(spec, loss, { length: 40 }));
        const exact = await referenceEngine.open(
          optionsOf(spec, loss, {
            start: { parameters: asFloat64(randomParameters(spec, float32)), optimizer: null },
          }),
        );
        const session = await engine.open(optionsOf(spec, loss));
        const expected = await exact.gradient(batch);
        const found = await session.gradient(batch);
        expect(found.loss).toBeCloseTo(expected.loss, 5); // float32 logits of order 1
        expectClose(found.gradient, expected.gradient, GRADIENT_TOLERANCE, floorOf(loss));
        const none = await session.gradient({ ...batch, weights: null });
        const ones = await session.gradient({ ...batch, weights: new Float32Array(batch.length).fill(1) });
        expect(ones.loss).toBe(none.loss);
        expectSameBits(ones.gradient, none.gradient);
        expect(Math.abs(none.loss - found.loss)).toBeGreaterThan(0.01);
        session.close();
        exact.close();
      });

      it("adds the decay of the embeddings it looks up, as often as it looks them up", async () => {
        const batch = randomBatch(spec, loss, { length: 40 }); // ids repeat
        const options = optionsOf(spec, loss, { embeddingDecay: 0.5 });
        const exact = await referenceEngine.open({
          ...options,
          start: { parameters: asFloat64(randomParameters(spec, float32)), optimizer: null },
        });
        const plain = await referenceEngine.open(optionsOf(spec, loss));
        const session = await engine.open(options);
        const expected = await exact.gradient(batch);
        const found = await session.gradient(batch);
        expect(found.loss).toBeCloseTo(expected.loss, 5); // float32 logits of order 1
        expectClose(found.gradient, expected.gradient, GRADIENT_TOLERANCE, floorOf(loss));
        const without = await plain.gradient(batch);
        for (const [name, values] of without.gradient) {
          const isDecayed = /^(user|item)(Dot|Gmf|Mlp)$/.test(name);
          const moved = values.some((value, k) => Math.abs(value - expected.gradient.get(name)![k]!) > 1e-3);
          expect({ name, moved }).toEqual({ name, moved: isDecayed });
        }
        session.close();
        plain.close();
        exact.close();
      });

      it("scores pairs as the plain forward pass does, and the catalogue likewise", async () => {
        const session = await engine.open(optionsOf(spec, loss));
        const forward = openForward(spec, randomParameters(spec, float32));
        const users = Uint32Array.from({ length: spec.users }, (_, user) => user);
        const catalogue = await session.scorer.catalogue(users);
        expect(catalogue).toHaveLength(spec.users * spec.items);
        const pairUsers = Uint32Array.from(catalogue, (_, k) => Math.floor(k / spec.items));
        const pairItems = Uint32Array.from(catalogue, (_, k) => k % spec.items);
        const pairs = await session.scorer.pairs(pairUsers, pairItems);
        for (let k = 0; k < pairs.length; k++) {
          const logit = forward.logit(pairUsers[k]!, pairItems[k]!);
          expect(pairs[k]).toBeCloseTo(logit, 5); // float32 of sums of order 1
          expect(catalogue[k]).toBeCloseTo(logit, 5);
        }
        session.close();
      });

      it("restores a snapshot and goes on bit for bit", async () => {
        const batches = batchesOf(spec, loss, 6);
        const options = optionsOf(spec, loss, { optimizer: lawnAdamCase.config });
        const whole = await engine.open(options);
        await takeSteps(whole, batches.slice(0, 4));
        const middle = await whole.snapshot(); // constrained since step 2
        const resumed = await engine.open({ ...options, start: middle });
        expectSameSnapshot(await resumed.snapshot(), middle);
        const losses = await takeSteps(whole, batches.slice(4));
        expect(await takeSteps(resumed, batches.slice(4))).toEqual(losses);
        expectSameSnapshot(await resumed.snapshot(), await whole.snapshot());
        whole.close();
        resumed.close();
      });
    });

    describe.each(optimizerCases)("with $name", ({ config }) => {
      const batches = batchesOf(everything, "bce", 6);
      const options = optionsOf(everything, "bce", { optimizer: config });
      const trained = once(async () => {
        const session = await engine.open(options);
        const before = await takeSteps(session, batches.slice(0, 4));
        const middle = await session.snapshot();
        const after = await takeSteps(session, batches.slice(4));
        const end = await session.snapshot();
        session.close();
        return { losses: [...before, ...after], middle, end };
      });

      it("takes the steps of the reference in float64", async () => {
        const { losses: found, end } = await trained();
        const start = { parameters: asFloat64(randomParameters(everything, float32)), optimizer: null };
        const exact = await referenceEngine.open({ ...options, start });
        const expected = await takeSteps(exact, batches);
        for (const [k, loss] of expected.entries()) expect(found[k]).toBeCloseTo(loss, 3);
        expectClose(end.parameters, (await exact.snapshot()).parameters, STEPS_TOLERANCE);
        exact.close();
      });

      it("moves between engines: the reference goes on from its snapshot as it does itself", async () => {
        const { middle, end } = await trained();
        const reference = await referenceEngine.open({ ...options, start: middle });
        await takeSteps(reference, batches.slice(4));
        expectClose(end.parameters, (await reference.snapshot()).parameters, STEPS_TOLERANCE);
        reference.close();
      });
    });

    const lists = known.includes("softmax") ? ["softmax"] : [];
    const shared = rankerCases.filter(({ spec }) => variant.sharesLayers || spec.embedding === 0);
    (lists.length > 0 ? describe : describe.skip).each(shared)("$name whose rows share their negatives", ({ spec }) => {
      it.each([
        { what: "rows alike", weigh: (batch: Batch) => batch, changes: {} },
        { what: "rows with weights", weigh: weightedBatch, changes: {} },
        { what: "log q", weigh: (batch: Batch) => batch, changes: { loss: correctedSoftmax(spec) } },
        { what: "decay", weigh: (batch: Batch) => batch, changes: { embeddingDecay: 0.5 } },
      ])("has the reference's loss and gradient, $what", async ({ weigh, changes }) => {
        const batch = weigh(sharedBatch(spec));
        const start = { parameters: asFloat64(randomParameters(spec, float32)), optimizer: null };
        const exact = await referenceEngine.open(optionsOf(spec, "softmax", { ...changes, start }));
        const session = await engine.open(optionsOf(spec, "softmax", changes));
        const expected = await exact.gradient(batch);
        const found = await session.gradient(batch);
        expect(found.loss).toBeCloseTo(expected.loss, 5); // float32 logits of order 1
        expectClose(found.gradient, expected.gradient, GRADIENT_TOLERANCE, LISTS_FLOOR);
        session.close();
        exact.close();
      });
    });

    it.each(known)("takes LAWN's steps as the reference does in float64 under %s", async (loss) => {
      const batches = batchesOf(everything, loss, 6);
      const options = optionsOf(everything, loss, { optimizer: lawnAdamCase.config });
      const start = { parameters: asFloat64(randomParameters(everything, float32)), optimizer: null };
      const exact = await referenceEngine.open({ ...options, start });
      const session = await engine.open(options);
      const expected = await takeSteps(exact, batches);
      for (const [k, found] of (await takeSteps(session, batches)).entries())
        expect(found).toBeCloseTo(expected[k]!, 3);
      expectClose((await session.snapshot()).parameters, (await exact.snapshot()).parameters, STEPS_TOLERANCE);
      session.close();
      exact.close();
    });

    const drawn = [
      ...known.map((loss) => ({ loss, from: "uniform", rows: "alike" })),
      ...known.map((loss) => ({ loss, from: "uniform", rows: "with weights" })),
      ...(lists.length > 0 ? known.map((loss) => ({ loss, from: "popularity", rows: "alike" })) : []),
      ...lists.flatMap((loss) => ["shared", "batch"].map((from) => ({ loss, from, rows: "with weights" }))),
      ...(variant.sharesLayers ? ["shared", "batch"] : []).map((from) => ({
        loss: "softmax",
        from,
        rows: "with weights under a tower",
      })),
    ] as readonly { readonly loss: LossName; readonly from: NegativesFrom; readonly rows: string }[];
    it.each(drawn)(
      "trains on the batches it draws as on the same given, under $loss, $from, rows $rows",
      async (how) => {
        const { loss, from, rows } = how;
        const isShared = from === "shared" || from === "batch";
        const isOfSums = isShared && rows !== "with weights under a tower";
        const spec = isOfSums ? { ...everything, embedding: 0, tower: [] } : neumf;
        const plain = smallSource(spec, loss, { batchSize: loss === "softmax" ? 2 : 4 }); // four steps or more
        const uniform = rows === "alike" ? plain : weightedSource(plain);
        const source = { ...uniform, negativesFrom: from, negativesPower: from === "popularity" ? 0.5 : 0 };
        const rates = Float64Array.of(0.01, 0.02, 0.005);
        const drawing = await engine.open(optionsOf(spec, loss, { source }));
        const given = await engine.open(optionsOf(spec, loss));
        const losses = await drawing.train({ epoch: 4, firstStep: 1, learningRates: rates });
        const draws = epochDraws(source, 4);
        for (const [k, rate] of rates.entries()) {
          expect(await given.step(drawBatch(source, draws, 1 + k), rate)).toBe(losses[k]);
        }
        expectSameSnapshot(await drawing.snapshot(), await given.snapshot());
        drawing.close();
        given.close();
      },
    );

    it("lowers the loss of a batch it may learn by heart", async () => {
      const session = await engine.open(optionsOf(neumf, "bce"));
      const batch = randomBatch(neumf, "bce", { length: 5 });
      const taken = await takeSteps(session, Array<Batch>(60).fill(batch), 0.05);
      expect(taken.at(-1)!).toBeLessThan(taken[0]! / 2);
      session.close();
    });

    it("leaves everything as it was when asked for a gradient or a score", async () => {
      const session = await engine.open(optionsOf(everything, "bpr"));
      const before = await session.snapshot();
      await session.gradient(randomBatch(everything, "bpr"));
      await session.scorer.catalogue(Uint32Array.of(0, 2));
      expectSameSnapshot(await session.snapshot(), before);
      session.close();
    });

    it("does not carry one batch's gradient into the next", async () => {
      const session = await engine.open(optionsOf(everything, "bce"));
      const first = await session.gradient(randomBatch(everything, "bce", { seed: 1 }));
      await session.gradient(randomBatch(everything, "bce", { seed: 2 }));
      const again = await session.gradient(randomBatch(everything, "bce", { seed: 1 }));
      expectSameBits(again.gradient, first.gradient);
      session.close();
    });

    it("copies what it is given and gives copies away", async () => {
      const original = randomParameters(neumf, float32);
      const start = { parameters: randomParameters(neumf, float32), optimizer: null };
      const session = await engine.open(optionsOf(neumf, "bce", { start }));
      for (const values of start.parameters.values()) values.fill(9);
      const batch = randomBatch(neumf, "bce");
      const { gradient } = await session.gradient(batch);
      const kept = new Map([...gradient].map(([name, values]) => [name, values.slice()]));
      const taken = await session.snapshot();
      await takeSteps(session, batchesOf(neumf, "bce", 3));
      expectSameBits(taken.parameters, original); // still, after more steps
      expectSameBits(gradient, kept);

      const latest = await session.snapshot();
      for (const values of latest.parameters.values()) values.fill(9);
      for (const values of latest.optimizer?.tensors.values() ?? []) values.fill(9);
      const after = await session.snapshot();
      expect([...after.parameters.values()].some((values) => values.includes(9))).toBe(false);
      expect([...(after.optimizer?.tensors.values() ?? [])].some((values) => values.includes(9))).toBe(false);
      session.close();
    });

    it("leaves the event loop free while it trains", async () => {
      const session = await engine.open(optionsOf(neumf, "bce"));
      let turns = 0;
      const turn = () => {
        turns++;
        turning = setImmediate(turn);
      };
      let turning = setImmediate(turn);
      await takeSteps(session, Array<Batch>(20).fill(randomBatch(neumf, "bce", { length: 100 })));
      clearImmediate(turning);
      expect(turns).toBeGreaterThan(0); // 0 if the steps held on to the thread until all were done
      session.close();
    });

    it("does what it is asked in the order it is asked, awaited or not", async () => {
      const batches = batchesOf(neumf, "bce", 3);
      const patient = await engine.open(optionsOf(neumf, "bce"));
      await takeSteps(patient, batches);
      const hasty = await engine.open(optionsOf(neumf, "bce"));
      const steps = batches.map((batch) => hasty.step(batch, 0.01));
      const snapshot = hasty.snapshot();
      await Promise.all(steps);
      expectSameSnapshot(await snapshot, await patient.snapshot());
      patient.close();
      hasty.close();
    });

    it("keeps homogeneity: a layer without bias scaled by a scales the logit by a", async () => {
      const spec = rankerCases.find(({ name }) => name === "mlp")!.spec;
      const users = Uint32Array.of(0, 1, 2, 3, 4);
      const items = Uint32Array.of(6, 5, 4, 3, 2);
      const logitsOf = async (scaled: string | null): Promise<Float32Array> => {
        const parameters = randomParameters(spec, float32);
        for (const [name, values] of parameters) if (name.endsWith("bias")) values.fill(0);
        const layer = scaled === null ? undefined : parameters.get(scaled);
        layer?.set(layer.map((value) => 4 * value)); // a power of two: exact
        const session = await engine.open(optionsOf(spec, "bce", { start: { parameters, optimizer: null } }));
        const logits = await session.scorer.pairs(users, items);
        session.close();
        return logits;
      };
      const plain = await logitsOf(null);
      expect(plain.some((logit) => logit !== 0)).toBe(true);
      for (const layer of ["tower.0.weight", "tower.1.weight", "head.weight"]) {
        expect(await logitsOf(layer)).toEqual(plain.map((logit) => 4 * logit));
      }
    });
  });
}

function asFloat64(parameters: Parameters): Parameters {
  return new Map([...parameters].map(([name, values]) => [name, Float64Array.from(values)]));
}
