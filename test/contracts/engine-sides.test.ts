/**
 * What every engine promises of users and items that are sums of rows: identities, one value, weighted lists, missing
 * ids. An engine that has no features refuses them by name.
 */
import { beforeAll, describe, expect, it, jest } from "@jest/globals";
import { isLazyRule } from "../../src/config/optimizer/rule-table.ts";
import { type Batch, batchKinds } from "../../src/dataset/batch.ts";
import { idDropoutKeys, idDropoutOf } from "../../src/dataset/id-dropout.ts";
import { drawBatch, epochDraws } from "../../src/dataset/training-batches.ts";
import type { Engine, SessionOptions, TrainingSession } from "../../src/engine/engine.ts";
import { referenceEngine } from "../../src/engine/reference/reference-engine.ts";
import { EngineError } from "../../src/errors.ts";
import { openForward } from "../../src/ranker/forward.ts";
import type { LossName } from "../../src/ranker/loss.ts";
import type { RankerSpec } from "../../src/ranker/ranker-spec.ts";
import { foldSides, type Side } from "../../src/ranker/side.ts";
import { expectClose } from "../support/engines/close-tensors.ts";
import {
  batchesOf,
  combinationsOf,
  everything,
  lawnAdamCase,
  neumf,
  optimizerCases,
  optionsOf,
  randomBatch,
  sharedBatch,
  smallSource,
} from "../support/engines/engine-cases.ts";
import { engineVariants } from "../support/engines/engine-variants.ts";
import { expectSameSnapshot } from "../support/engines/same-bits.ts";
import { type SideCase, sideCases, specOfRows } from "../support/engines/side-cases.ts";

// A software GPU is slow, more so on a busy machine.
jest.setTimeout(600_000);

/** As in engine.test.ts; an entity is a sum of up to six rows. */
const GRADIENT_TOLERANCE = 2e-5;
const floorOf = (loss: LossName): number => (batchKinds[loss] === "listwise" ? 1e-1 : 1e-2);
/** As in engine.test.ts: Adam turns a tiny gradient's rounding into a whole step. */
const STEPS_TOLERANCE = 1e-3;

const weighted = sideCases.find(({ name }) => name === "weighted values")!;
const missing = sideCases.find(({ name }) => name === "missing ids")!;

/** Of the entities of `entities`, float32. */
function optionsWith(
  { sidesOf }: SideCase,
  entities: RankerSpec,
  loss: LossName,
  changes: Partial<SessionOptions> = {},
): SessionOptions {
  const sides = sidesOf(entities);
  return optionsOf(specOfRows(entities, sides), loss, { sides, ...changes });
}

function inFloat64(options: SessionOptions): SessionOptions {
  const doubles = [...options.start.parameters].map(([name, values]) => [name, Float64Array.from(values)] as const);
  return { ...options, start: { ...options.start, parameters: new Map(doubles) } };
}

async function takeSteps(session: TrainingSession, batches: readonly Batch[]): Promise<number[]> {
  const taken: number[] = [];
  for (const batch of batches) taken.push(await session.step(batch, 0.01));
  return taken;
}

for (const variant of await engineVariants()) {
  const { available, reason } = variant;
  const title = `the ${variant.title} engine${available ? "" : ` (skipped: ${reason})`}`;
  const describeHere = available ? describe : describe.skip;

  describeHere(title, () => {
    let engine: Engine;
    beforeAll(async () => {
      engine = await variant.open();
    });

    it("trains users and items that are sums of rows, or refuses them by name", async () => {
      const opening = engine.open(optionsWith(weighted, neumf, "bce"));
      if (variant.hasSides) (await opening).close();
      else {
        await expect(opening).rejects.toThrow(EngineError);
        await expect(opening).rejects.toThrow(
          `${engine.name} engine: features of users and items are not part of it; take --engine`,
        );
      }
    });

    const refused: readonly (readonly [string, Partial<Side> | undefined, string])[] = [
      ["nothing said of a side", undefined, "sides.users is missing, expected a sparse matrix, or null"],
      ["rows of another table", { rows: 11 }, "sides.users has 11 rows, expected the ranker's 10"],
      ["no entities", { entities: 0 }, "sides.users.entities is 0, expected"],
      ["ids beyond the entities", { ids: 6 }, "sides.users.ids is 6, expected a whole number from 0 to 5"],
      ["offsets of too few", { offsets: Uint32Array.of(0, 0) }, "sides.users.offsets has 2 rows, expected 6"],
      [
        "offsets that end early",
        { offsets: new Uint32Array(6) },
        "sides.users.offsets goes from 0 to 0, expected 0 to",
      ],
      ["a row past the table", { rowIndices: Uint32Array.of(0, 10) }, "sides.users.rowIndices[1] is 10, expected"],
      ["rows out of order", { rowIndices: Uint32Array.of(6, 5) }, "sides.users.rowIndices[1] is 5 after 6, expected"],
      ["the id of another", { rowIndices: Uint32Array.of(1, 5) }, "sides.users.rowIndices[0] is 1, the id of another"],
      ["an endless weight", { weights: Float32Array.of(1, 1 / 0) }, "sides.users.weights[1] is Infinity, expected"],
      ["other integers", { rowIndices: [0, 1] as never }, "sides.users.rowIndices is a plain array, expected a Uint32"],
    ];
    it.each(refused)("refuses %s, on every engine alike", async (_, change, message) => {
      const good: Side = {
        entities: 5,
        rows: 10,
        ids: 5,
        offsets: Uint32Array.of(0, 2, 2, 2, 2, 2),
        rowIndices: Uint32Array.of(0, 7),
        weights: Float32Array.of(1, 1),
      };
      const users = change === undefined ? (undefined as unknown as Side) : { ...good, ...change };
      const opening = engine.open(optionsOf({ ...neumf, users: 10 }, "bce", { sides: { users, items: null } }));
      await expect(opening).rejects.toThrow(EngineError);
      await expect(opening).rejects.toThrow(message);
    });

    if (!variant.hasSides) return;

    describe.each(sideCases)("with $name", (sideCase) => {
      const combinations = combinationsOf(variant);
      it.each(combinations)("has the reference's loss and gradient of $name under $loss", async ({ spec, loss }) => {
        const options = optionsWith(sideCase, spec, loss, { embeddingDecay: 0.5 });
        const batch = randomBatch(spec, loss, { length: 40 }); // ids repeat
        const [exact, session] = [await referenceEngine.open(inFloat64(options)), await engine.open(options)];
        const expected = await exact.gradient(batch);
        const found = await session.gradient(batch);
        expect(found.loss).toBeCloseTo(expected.loss, 4); // float32 logits of sums of rows
        expectClose(found.gradient, expected.gradient, GRADIENT_TOLERANCE, floorOf(loss));
        session.close();
        exact.close();
      });

      it.each(combinations.filter(({ loss }) => loss === "bce"))("scores $name as its folded tables do", async (of) => {
        const options = optionsWith(sideCase, of.spec, "bce");
        const session = await engine.open(options);
        const folded = foldSides(options.spec, inFloat64(options).start.parameters, options.sides);
        const forward = openForward(folded.spec, folded.parameters);
        const users = Uint32Array.from({ length: of.spec.users }, (_, user) => user);
        const catalogue = await session.scorer.catalogue(users);
        expect(catalogue).toHaveLength(of.spec.users * of.spec.items);
        const pairUsers = Uint32Array.from(catalogue, (_, k) => Math.floor(k / of.spec.items));
        const pairItems = Uint32Array.from(catalogue, (_, k) => k % of.spec.items);
        const pairs = await session.scorer.pairs(pairUsers, pairItems);
        for (const [k, logit] of pairs.entries()) {
          expect(logit).toBeCloseTo(forward.logit(pairUsers[k]!, pairItems[k]!), 4);
          expect(catalogue[k]).toBeCloseTo(forward.logit(pairUsers[k]!, pairItems[k]!), 4);
        }
        session.close();
      });
    });

    const knownRules = optimizerCases.filter(({ config }) => variant.hasLazyRules || !isLazyRule(config.base.name));
    it.each(knownRules)("takes the reference's steps on rows with $name, from a snapshot too", async ({ config }) => {
      const batches = batchesOf(everything, "bce", 6);
      const options = optionsWith(missing, everything, "bce", { optimizer: config });
      const [exact, session] = [await referenceEngine.open(inFloat64(options)), await engine.open(options)];
      const expected = await takeSteps(exact, batches.slice(0, 4));
      const found = await takeSteps(session, batches.slice(0, 4));
      const resumed = await engine.open({ ...options, start: await session.snapshot() });
      found.push(...(await takeSteps(session, batches.slice(4))));
      expected.push(...(await takeSteps(exact, batches.slice(4))));
      await takeSteps(resumed, batches.slice(4));
      for (const [k, loss] of expected.entries()) expect(found[k]).toBeCloseTo(loss, 3);
      expectClose((await session.snapshot()).parameters, (await exact.snapshot()).parameters, STEPS_TOLERANCE);
      expectSameSnapshot(await resumed.snapshot(), await session.snapshot());
      for (const opened of [exact, session, resumed]) opened.close();
    });

    const share = { idDropout: idDropoutOf(0.4, idDropoutKeys(1, 0), 2) };
    it.each(variant.losses.filter((loss) => loss !== "ccl"))(
      "leaves ids out of a batch as the reference does, under %s",
      async (loss) => {
        const options = optionsWith(missing, everything, loss, { embeddingDecay: 0.5 });
        const batch: Batch = { ...randomBatch(everything, loss, { length: 40 }), ...share };
        const [exact, session] = [await referenceEngine.open(inFloat64(options)), await engine.open(options)];
        const [expected, found] = [await exact.gradient(batch), await session.gradient(batch)];
        expect(found.loss).toBeCloseTo(expected.loss, 4);
        expectClose(found.gradient, expected.gradient, GRADIENT_TOLERANCE, floorOf(loss));
        const whole = await session.gradient({ ...batch, idDropout: null });
        expect(Math.abs(whole.loss - found.loss)).toBeGreaterThan(1e-3);
        session.close();
        exact.close();
      },
    );

    it("refuses draws of ids that are none", async () => {
      const session = await engine.open(optionsWith(weighted, neumf, "bce"));
      const good = randomBatch(neumf, "bce");
      const key = { low: 1, high: 2 };
      const attempt = (idDropout: unknown) => session.step({ ...good, idDropout } as Batch, 0.1);
      await expect(attempt(undefined)).rejects.toThrow("batch.idDropout is missing, expected its draws, or null");
      await expect(attempt({ users: key, items: key, threshold: 0 })).rejects.toThrow(
        "batch.idDropout.threshold is 0, expected a whole number from 1 to below 2^32",
      );
      await expect(attempt({ users: key, items: { low: -1, high: 0 }, threshold: 1 })).rejects.toThrow(
        "batch.idDropout.items.low is -1",
      );
      session.close();
    });

    it("refuses to leave out ids of users and items that are nothing else", async () => {
      const source = { ...smallSource(neumf, "bce"), idDropout: 0.4 };
      await expect(engine.open(optionsOf(neumf, "bce", { source }))).rejects.toThrow(
        "source.idDropout is 0.4, but neither users nor items have features; expected 0",
      );
    });

    (variant.losses.includes("softmax") ? it : it.skip)(
      "has the reference's gradient of shared negatives",
      async () => {
        const spec = { ...everything, embedding: 0, tower: [] };
        const options = optionsWith(weighted, spec, "softmax", { embeddingDecay: 0.5 });
        const batch = sharedBatch(spec);
        const [exact, session] = [await referenceEngine.open(inFloat64(options)), await engine.open(options)];
        const [expected, found] = [await exact.gradient(batch), await session.gradient(batch)];
        expectClose(found.gradient, expected.gradient, GRADIENT_TOLERANCE, floorOf("softmax"));
        session.close();
        exact.close();
      },
    );

    it.each(variant.losses.filter((loss) => loss !== "ccl"))(
      "trains on the batches it draws as on the same given, ids left out of some, under %s",
      async (loss) => {
        const plain = smallSource(neumf, loss, { batchSize: loss === "softmax" ? 2 : 4 });
        const source = { ...plain, idDropout: 0.4 };
        const options = optionsWith(weighted, neumf, loss, { optimizer: lawnAdamCase.config });
        const drawing = await engine.open({ ...options, source });
        const given = await engine.open(options);
        const rates = Float64Array.of(0.01, 0.02, 0.005);
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

    it("counts entities where batches and scores speak of users and items", async () => {
      const session = await engine.open(optionsWith(weighted, neumf, "bce"));
      expect([session.scorer.users, session.scorer.items]).toEqual([neumf.users, neumf.items]);
      const beyond = { ...randomBatch(neumf, "bce", { length: 1 }), users: Uint32Array.of(neumf.users) } as Batch;
      await expect(session.step(beyond, 0.1)).rejects.toThrow("batch.users[0] is 5, expected an index below 5");
      await expect(session.scorer.catalogue(Uint32Array.of(neumf.users))).rejects.toThrow(EngineError);
      const { parameters } = await session.snapshot();
      expect(parameters.get("userGmf")).toHaveLength(2 * (neumf.users + 5));
      session.close();
    });
  });
}
