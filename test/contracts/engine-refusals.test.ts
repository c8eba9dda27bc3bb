/** What every engine refuses, with what words, and that a refusal leaves the session as it was. */
import { beforeAll, describe, expect, it, jest } from "@jest/globals";
import { lossNames } from "../../src/config/losses/loss-names.ts";
import type { Batch } from "../../src/dataset/batch.ts";
import type { Interactions, ItemsByUser } from "../../src/dataset/interaction-dataset.ts";
import type { BatchSource } from "../../src/dataset/training-batches.ts";
import type { Engine, SessionOptions, TrainingSession } from "../../src/engine/engine.ts";
import { EngineError } from "../../src/errors.ts";
import type { LossConfig } from "../../src/ranker/loss.ts";
import type { RankerSpec } from "../../src/ranker/ranker-spec.ts";
import {
  cosines,
  everything,
  float32,
  neumf,
  optionsOf,
  randomBatch,
  randomParameters,
  sharedBatch,
  smallSource,
} from "../support/engines/engine-cases.ts";
import { engineVariants } from "../support/engines/engine-variants.ts";
import { expectSameSnapshot } from "../support/engines/same-bits.ts";

// A software GPU is slow, more so on a busy machine.
jest.setTimeout(600_000);

for (const variant of await engineVariants()) {
  const { available, reason } = variant;
  const title = `the ${variant.title} engine refuses with EngineError${available ? "" : ` (skipped: ${reason})`}`;
  const describeHere = available ? describe : describe.skip;

  describeHere(title, () => {
    let engine: Engine;
    beforeAll(async () => {
      engine = await variant.open();
    });

    const good = randomBatch(neumf, "bce", { length: 3 });
    const refusals: readonly (readonly [string, Batch, RegExp])[] = [
      ["an empty batch", randomBatch(neumf, "bce", { length: 0 }), /batch has 0 rows, expected at least 1/],
      [
        "a user out of range",
        withColumn(good, "users", [0, 5, 1]),
        /batch\.users\[1\] is 5, expected an index below 5/,
      ],
      [
        "an item out of range",
        withColumn(good, "items", [0, 1, 7]),
        /batch\.items\[2\] is 7, expected an index below 7/,
      ],
      ["a short column", withColumn(good, "items", [0, 1]), /batch\.items has 2 rows, expected 3/],
      [
        "weights below 0",
        { ...good, weights: Float32Array.of(1, 0, -1) },
        /batch\.weights\[2\] is -1, expected a finite/,
      ],
      ["a weight that is none", { ...good, weights: Float32Array.of(Number.NaN, 0, 1) }, /batch\.weights\[0\] is NaN/],
      ["too few weights", { ...good, weights: Float32Array.of(1) }, /batch\.weights has 1 rows, expected 3/],
      [
        "a batch that says nothing of weights",
        { ...good, weights: undefined } as unknown as Batch,
        /batch\.weights are missing, expected a Float32Array, or null/,
      ],
      [
        "a batch of the other loss",
        randomBatch(neumf, "bpr"),
        /batch is pairwise, expected pointwise under the loss bce/,
      ],
    ];

    it.each(refusals)("%s, and trains on afterwards", async (_, batch, message) => {
      const session = await engine.open(optionsOf(neumf, "bce"));
      const before = await session.snapshot();
      for (const attempt of [() => session.step(batch, 0.1), () => session.gradient(batch)]) {
        await expect(attempt()).rejects.toThrow(EngineError);
        await expect(attempt()).rejects.toThrow(message);
      }
      expectSameSnapshot(await session.snapshot(), before);
      expect(Number.isFinite(await session.step(good, 0.1))).toBe(true);
      session.close();
    });

    it("negatives out of range under bpr", async () => {
      const session = await engine.open(optionsOf(neumf, "bpr"));
      const batch = { ...randomBatch(neumf, "bpr", { length: 2 }), negatives: Uint32Array.of(0, 4_000_000_000) };
      await expect(session.step(batch as Batch, 0.1)).rejects.toThrow(/batch\.negatives\[1\] is 4000000000/);
      session.close();
    });

    const foreign = lossNames.filter((loss) => !variant.losses.includes(loss));
    it("losses that it has not, by name", async () => {
      for (const loss of foreign) {
        await expect(engine.open(optionsOf(cosines, loss))).rejects.toThrow(
          `${engine.name} engine: the loss ${loss} is not part of it; take --engine native or reference`,
        );
      }
      for (const loss of [{ name: "hinge" }, "hinge"]) {
        const unknown = { ...optionsOf(neumf, "bce"), loss } as unknown as SessionOptions;
        await expect(engine.open(unknown)).rejects.toThrow(
          "loss.name is hinge, expected one of bce, bpr, softmax, ccl",
        );
      }
    });

    const hasLists = variant.losses.includes("softmax");

    it("negatives that it cannot draw, by name", async () => {
      for (const negativesFrom of ["popularity", "shared", "batch"] as const) {
        const loss = hasLists ? "softmax" : "bce";
        const source = { ...smallSource(neumf, loss), negativesFrom };
        const opening = engine.open(optionsOf(neumf, loss, { source }));
        if (!hasLists && negativesFrom === "popularity") {
          await expect(opening).rejects.toThrow(`${engine.name} engine: negatives from popularity are not part of it`);
        } else if (hasLists && (negativesFrom === "popularity" || variant.sharesLayers)) {
          (await opening).close();
        } else {
          await expect(opening).rejects.toThrow(
            hasLists ? "rows share their negatives" : `negativesFrom is ${negativesFrom}`,
          );
        }
      }
    });

    (hasLists ? it : it.skip)("shared negatives and masks that do not fit", async () => {
      const spec = { ...everything, embedding: 0, tower: [] };
      const session = await engine.open(optionsOf(spec, "softmax"));
      const good = sharedBatch(spec);
      const refuse = async (changes: object, message: string | RegExp) =>
        expect(session.gradient({ ...good, ...changes } as Batch)).rejects.toThrow(message);
      await refuse({ blockRows: 0 }, "batch.blockRows is 0, expected a whole number of at least 1");
      await refuse({ negatives: good.negatives.slice(1) }, "has 19 items, expected a multiple of the 4 blocks");
      await refuse({ masked: undefined }, "batch.masked is missing, expected masks, or null");
      const { offsets, places } = good.masked!;
      await refuse(
        { masked: { offsets: offsets.slice(1), places } },
        "batch.masked.offsets has 14 values, expected 15",
      );
      await refuse(
        { masked: { offsets, places: places.map(() => 5) } },
        "batch.masked.places[0] is 5, expected an index below 5",
      );
      await refuse({ masked: { offsets, places: places.map(() => 1) } }, "expected ascending");
      session.close();
    });

    (hasLists ? it : it.skip)("log q that is none", async () => {
      const open = (itemLogQ: unknown) =>
        engine.open(optionsOf(neumf, "softmax", { loss: { name: "softmax", itemLogQ } as LossConfig }));
      await expect(open(new Float32Array(6))).rejects.toThrow("loss.itemLogQ has 6 rows, expected 7");
      await expect(open(new Float32Array(7).fill(-1 / 0, 3))).rejects.toThrow(
        "loss.itemLogQ[3] is -Infinity, expected",
      );
      await expect(open(undefined)).rejects.toThrow("loss.itemLogQ is missing, expected a Float32Array");
    });

    it("ccl of logits that are no cosines, and of numbers that are none", async () => {
      const open = (spec: RankerSpec, numbers = {}) =>
        engine.open(optionsOf(spec, "ccl", { loss: { name: "ccl", margin: 0.5, negativeWeight: 1, ...numbers } }));
      for (const spec of [neumf, { ...cosines, cosineTemperature: null }, { ...cosines, idBiases: true }]) {
        await expect(open(spec)).rejects.toThrow("ccl is a loss of cosines: expected a ranker of a dot path alone");
      }
      await expect(open(cosines, { margin: Number.NaN })).rejects.toThrow("loss.margin is NaN, expected a finite");
      await expect(open(cosines, { negativeWeight: -1 })).rejects.toThrow("loss.negativeWeight is -1, expected");
    });

    it("temperatures that are none, and cosines that it has not", async () => {
      for (const cosineTemperature of [0, -1, Number.NaN]) {
        const opening = engine.open(optionsOf({ ...cosines, cosineTemperature }, "bce"));
        await expect(opening).rejects.toThrow(
          `ranker.cosineTemperature is ${cosineTemperature}, expected a number above 0`,
        );
      }
      await expect(engine.open(optionsOf({ ...neumf, cosineTemperature: 1 }, "bce"))).rejects.toThrow(
        "ranker.cosineTemperature is given, but ranker.dot is 0",
      );
      const opening = engine.open(optionsOf(cosines, "bce"));
      if (variant.hasCosine) (await opening).close();
      else await expect(opening).rejects.toThrow(`${engine.name} engine: the similarity cosine is not part of it`);
    });

    (hasLists ? it : it.skip)("lists of uneven length, of none, and of strangers under softmax", async () => {
      const session = await engine.open(optionsOf(neumf, "softmax"));
      const list = randomBatch(neumf, "softmax", { length: 2 });
      const uneven = withColumn(list, "negatives", [0, 1, 2]);
      await expect(session.step(uneven, 0.1)).rejects.toThrow(
        "batch.negatives has 3 items, expected a multiple of the 2 rows",
      );
      await expect(session.step(withColumn(list, "negatives", []), 0.1)).rejects.toThrow(/has 0 items/);
      await expect(session.gradient(withColumn(list, "negatives", [0, 7]))).rejects.toThrow(
        /batch\.negatives\[1\] is 7, expected an index below 7/,
      );
      session.close();
    });

    it.each([Number.NaN, Number.POSITIVE_INFINITY, -1])("learning rate %p", async (rate) => {
      const session = await engine.open(optionsOf(neumf, "bce"));
      await expect(session.step(good, rate)).rejects.toThrow(EngineError);
      session.close();
    });

    it("scores outside the ranker, and gives none for no pairs", async () => {
      const { scorer } = await engine.open(optionsOf(neumf, "bce"));
      await expect(scorer.pairs(Uint32Array.of(5), Uint32Array.of(0))).rejects.toThrow(EngineError);
      await expect(scorer.pairs(Uint32Array.of(0), Uint32Array.of(7))).rejects.toThrow(EngineError);
      await expect(scorer.pairs(Uint32Array.of(0, 1), Uint32Array.of(0))).rejects.toThrow(EngineError);
      await expect(scorer.catalogue(Uint32Array.of(5))).rejects.toThrow(EngineError);
      expect(await scorer.pairs(new Uint32Array(0), new Uint32Array(0))).toHaveLength(0);
      expect(await scorer.catalogue(new Uint32Array(0))).toHaveLength(0);
    });

    it("parameters of another ranker", async () => {
      const parameters = new Map(randomParameters(neumf, float32));
      parameters.set("userGmf", new Float32Array(3));
      parameters.set("stranger", new Float32Array(1));
      parameters.delete("head.bias");
      const opening = engine.open(optionsOf(neumf, "bce", { start: { parameters, optimizer: null } }));
      await expect(opening).rejects.toThrow(EngineError);
      await expect(opening).rejects.toThrow(
        /userGmf has 3 values, expected 10 \[5, 2\]; head\.bias has no values.*stranger is not part of this ranker/,
      );
    });

    it("training without a source, beyond the epoch, or from another log", async () => {
      const span = { epoch: 0, firstStep: 0, learningRates: Float64Array.of(0.1) };
      const bare = await engine.open(optionsOf(neumf, "bce"));
      await expect(bare.train(span)).rejects.toThrow(/no source to draw batches from/);
      const source = smallSource(neumf, "bce");
      const session = await engine.open(optionsOf(neumf, "bce", { source }));
      await expect(session.train({ ...span, firstStep: 99 })).rejects.toThrow(EngineError);
      await expect(session.train({ ...span, epoch: -1 })).rejects.toThrow(EngineError);
      await expect(engine.open(optionsOf(neumf, "bpr", { source }))).rejects.toThrow(EngineError);
      await expect(engine.open(optionsOf({ ...neumf, users: 6 }, "bce", { source }))).rejects.toThrow(EngineError);
    });

    const logs: readonly (readonly [string, (source: BatchSource) => BatchSource, RegExp])[] = [
      [
        "an item past the table",
        withLog("itemColumn", (column) => column.fill(7, 3, 4)),
        /source\.interactions\.itemColumn\[3\] is 7, expected an index below 7/,
      ],
      [
        "a user far away",
        withLog("userColumn", (column) => column.fill(4e9, 0, 1)),
        /source\.interactions\.userColumn\[0\] is 4000000000, expected an index below 5/,
      ],
      [
        "a short column",
        withLog("itemColumn", (column) => column.subarray(1)),
        /source\.interactions\.itemColumn has \d+ rows, expected \d+/,
      ],
      [
        "signed integers",
        withLog("itemColumn", (column) => Int32Array.from(column) as unknown as Uint32Array),
        /source\.interactions\.itemColumn is Int32Array, expected a Uint32Array/,
      ],
      [
        "shared memory",
        withLog("userColumn", (column) => shared(column)),
        /source\.interactions\.userColumn lies in shared or resizable memory/,
      ],
      [
        "offsets that go down",
        withSeen("offsets", (offsets) => offsets.fill(9, 1, 2)),
        /source\.seen\.offsets\[2\] goes down/,
      ],
      [
        "offsets beyond the items",
        withSeen("itemsSorted", (items) => items.subarray(1)),
        /source\.seen\.offsets ends at \d+, beyond the \d+ seen items/,
      ],
      [
        "seen items out of order",
        withSeen("itemsSorted", (items) => items.reverse()),
        /source\.seen\.itemsSorted\[1\] is \d after \d, expected the items of user 0 ascending, each once/,
      ],
      [
        "a seen item past the table",
        withSeen("itemsSorted", (items) => items.fill(7, 1, 2)),
        /source\.seen\.itemsSorted\[1\] is 7, expected an index below 7/,
      ],
      [
        "columns that change between two reads",
        (source) => ({ ...source, interactions: changing(source.interactions) }),
        /source\.interactions\.itemColumn\[0\] is 4000000000, expected an index below 7/,
      ],
    ];

    it.each(logs)("a log with %s", async (_, change, message) => {
      const opening = engine.open(optionsOf(neumf, "bce", { source: change(smallSource(neumf, "bce")) }));
      await expect(opening).rejects.toThrow(EngineError);
      await expect(opening).rejects.toThrow(message);
    });

    it("what is no column, no batch and no options, in words of its own", async () => {
      const session = await engine.open(optionsOf(neumf, "bce"));
      const nothing = undefined as unknown as Batch;
      await expect(session.step(nothing, 0.1)).rejects.toThrow(EngineError);
      await expect(session.step({ ...good, users: [0, 1, 2] } as unknown as Batch, 0.1)).rejects.toThrow(
        "batch.users is a plain array, expected a Uint32Array",
      );
      await expect(engine.open({} as SessionOptions)).rejects.toThrow(EngineError);
      session.close();
    });

    it("everything after close", async () => {
      const session = await engine.open(optionsOf(neumf, "bce"));
      session.close();
      session.close(); // closing twice is fine
      await expect(session.step(good, 0.1)).rejects.toThrow(EngineError);
      await expect(session.snapshot()).rejects.toThrow(EngineError);
      await expect(session.scorer.catalogue(Uint32Array.of(0))).rejects.toThrow(EngineError);
    });

    it("everything behind the block that it was opened `using`", async () => {
      const opened: TrainingSession[] = [];
      {
        using session = await engine.open(optionsOf(neumf, "bce"));
        opened.push(session);
        expect(await session.step(good, 0.1)).toBeGreaterThan(0);
      }
      await expect(opened[0]!.step(good, 0.1)).rejects.toThrow("the training session is closed");
    });
  });
}

type Change = (column: Uint32Array) => Uint32Array;

function withLog(name: "userColumn" | "itemColumn", change: Change): (source: BatchSource) => BatchSource {
  return (source) => {
    const { interactions } = source;
    return { ...source, interactions: { ...interactions, [name]: change(interactions[name]) } };
  };
}

function withSeen(name: keyof ItemsByUser, change: Change): (source: BatchSource) => BatchSource {
  return (source) => ({ ...source, seen: { ...source.seen, [name]: change(source.seen[name]) } });
}

function shared(column: Uint32Array): Uint32Array {
  const copy = new Uint32Array(new SharedArrayBuffer(column.byteLength));
  copy.set(column);
  return copy;
}

/** Each read of the items gives another column: bad, good, bad, good... */
function changing(interactions: Interactions): Interactions {
  let reads = 0;
  return {
    ...interactions,
    get itemColumn() {
      return reads++ % 2 === 0 ? interactions.itemColumn.map(() => 4e9) : interactions.itemColumn;
    },
  };
}

function withColumn(batch: Batch, name: "users" | "items" | "negatives", values: readonly number[]): Batch {
  return { ...batch, [name]: Uint32Array.from(values) } as Batch; // the kind stays, only a column changes
}
