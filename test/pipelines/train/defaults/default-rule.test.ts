/** The rule for defaults: numbers worked by hand, and what holds for every log. */
import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import {
  defaultsFor,
  type LogSize,
  normFor,
  type OwnChoices,
  temperatureFor,
} from "../../../../pipelines/train/defaults/default-rule.ts";
import { fittedSettings } from "../../../../pipelines/train/defaults/recommended-settings.ts";
import { optimizerNames } from "../../../../src/config/optimizer/optimizer-names.ts";
import { parseConfig } from "../../../../src/config/parse.ts";
import { trainSchema } from "../../../../src/config/schemas/train-schema.ts";
import { samplesPerEpoch } from "../../../../src/dataset/training-batches.ts";
import { uniformSource } from "../../../support/data/uniform-source.ts";

const nothing: OwnChoices = {
  ...{
    model: "mf",
    optimizer: "lawn-adam",
    leavesOptimizerOpen: true,
    loss: "bce",
    leavesLossOpen: true,
    negatives: null,
    negativesFrom: "uniform",
    batchSize: null,
    epochs: null,
    learningRate: null,
    width: null,
  },
};
const shop: LogSize = {
  ...{ rows: 14_000, users: 3_500, items: 400, validationRows: 600, drift: null },
  ...{ protocol: "sampled", holdsOutItems: false },
};

function valuesOf(log: LogSize, own: Partial<OwnChoices> = {}): Record<string, unknown> {
  return Object.fromEntries(defaultsFor(log, { ...nothing, ...own }).map(({ path, value }) => [path.join("."), value]));
}

describe("the rule for defaults", () => {
  it("cuts an epoch into about a hundred steps, whatever the size of the log", () => {
    // 14,000 rows x 9 samples / 100 = 1,260, and 1,024 is the nearest power of two (in logarithms).
    expect(valuesOf(shop)).toMatchObject({ model: "mf", negatives: 8, batchSize: 1024, epochs: 25 });
    expect(valuesOf(shop)["ranker.dot"]).toBe(64);
    expect(valuesOf({ ...shop, rows: 100_000 })["ranker.dot"]).toBe(128);
    // 1,000,000 x 9 / 100 = 90,000: between 65,536 and 131,072, whose geometric mean is 92,682.
    expect(valuesOf({ ...shop, rows: 1_000_000, users: 6_000, items: 3_700 }).batchSize).toBe(65_536);
    // BPR counts pairs: 14,000 x 8 / 100 = 1,120.
    expect(valuesOf(shop, { loss: "bpr" }).batchSize).toBe(1024);
    // 14,000 x 2 / 100 = 280.
    expect(valuesOf(shop, { negatives: 1 }).batchSize).toBe(256);
  });

  it("weighs rows by age where tastes drift, and more steeply where items have rows to spare", () => {
    const powerOf = (log: Partial<LogSize>) => valuesOf({ ...shop, ...log }).recencyPower;
    expect(powerOf({ drift: null })).toBeUndefined();
    expect(powerOf({ drift: 2.9 })).toBeUndefined();
    expect(powerOf({ drift: 3 })).toBe(0.5); // 35 rows an item
    expect(powerOf({ drift: 3, protocol: "full" })).toBe(0.5);
    expect(powerOf({ drift: 3, items: 140 })).toBe(1); // 100 rows an item
    expect(powerOf({ drift: 3, items: 141 })).toBe(0.5);
  });

  it("takes longer steps where there are fewer of them, and where items are rare", () => {
    // 126,000 / 1,024 = 123 steps: .006 x sqrt(100 / 123.05) = .00541
    expect(valuesOf(shop)["optimizer.learningRate"]).toBe(0.0054);
    // A user's batch of 126,000: one step, so 4 times as long at most.
    expect(valuesOf(shop, { batchSize: 126_000 })).toMatchObject({ "optimizer.learningRate": 0.024, epochs: 50 });
    // 4,000 items: 3.5 rows each
    expect(valuesOf({ ...shop, items: 4000 })["optimizer.learningRate"]).toBe(0.009);
    expect(valuesOf(shop, { optimizer: "lawn-sgd" })).not.toHaveProperty(["optimizer.learningRate"]);
  });

  it("holds rows where LAWN is used, and decays embeddings where no rule of its own does", () => {
    expect(valuesOf(shop)).not.toHaveProperty("embeddingDecay");
    expect(valuesOf(shop, { optimizer: "adam" })).not.toHaveProperty(["lawn.switchNorm"]);
    // 4 rows a user are few, 100 are not.
    expect(valuesOf(shop, { optimizer: "adam" }).embeddingDecay).toBe(0.03);
    expect(valuesOf({ ...shop, rows: 350_000 }, { optimizer: "adam" }).embeddingDecay).toBe(0.01);
    expect(valuesOf(shop, { optimizer: "adamw" })).not.toHaveProperty("embeddingDecay");
  });

  it("give lazy Adam what Adam has: it is Adam without momentum", () => {
    expect(valuesOf(shop, { optimizer: "lazy-adam" })).toEqual(valuesOf(shop, { optimizer: "adam" }));
  });

  it("takes a lazy rule where a dense step would be mostly rows without a sample", () => {
    // 60,000 rows of tables; 16 samples a batch are 3,750 each, 1,024 are 58.6.
    const wide = { ...shop, rows: 90_000, users: 40_000, items: 20_000 };
    expect(valuesOf(wide, { batchSize: 16 })["optimizer.name"]).toBe("lawn-lazy-adam");
    expect(valuesOf(wide, { batchSize: 1024 })).not.toHaveProperty(["optimizer.name"]);
    expect(valuesOf(wide, { batchSize: 16, leavesOptimizerOpen: false })).not.toHaveProperty(["optimizer.name"]);
    // A positive among shared negatives costs more than the rows.
    expect(valuesOf({ ...wide, protocol: "full" }, { batchSize: 16 })).not.toHaveProperty(["optimizer.name"]);
    for (const given of [
      { optimizer: { name: "lawn-adam" } },
      { optimizer: { beta1: 0.9 } },
      { lawn: { granularity: "layer" } },
      { engine: "webgpu" },
    ]) {
      const { values } = fittedSettings(wide, { batchSize: 16, ...given }, false);
      expect(values).not.toHaveProperty(["optimizer", "name"]);
    }
    expect(fittedSettings(wide, { batchSize: 16 }, false).values).toMatchObject({
      optimizer: { name: "lawn-lazy-adam" },
    });
    expect(fittedSettings(wide, { batchSize: 16 }, true).values).not.toHaveProperty(["optimizer", "name"]);
  });

  it("never takes it with a batch of its own for pairs, which grows with the log", () => {
    // A log has no more users and items than rows: 2 rows / (9 rows / 100, half as many by the power of two) = 31.
    for (const rows of [10_000, 1_000_000, 100_000_000]) {
      expect(valuesOf({ ...shop, rows, users: rows, items: rows })).not.toHaveProperty(["optimizer.name"]);
    }
  });

  it("is the same for LAWN and its base but for what takes the place of decay", () => {
    const shared = (optimizer: OwnChoices["optimizer"]) =>
      Object.entries(valuesOf(shop, { optimizer })).filter(([name]) => !/^(lawn|embeddingDecay)/.test(name));
    expect(shared("lawn-adam")).toEqual(shared("adam"));
  });

  it("sets the norm by the catalogue's logarithm and the cube root of rows a user", () => {
    // ln 400 = 5.9915, cbrt 4 = 1.5874: sqrt(.22 x 9.511) = 1.4465
    expect(normFor(4, 400)).toBe(1.4);
    // ln 3,706 = 8.2177, cbrt 163.6 = 5.4693: sqrt(.22 x 44.945) = 3.1445
    expect(normFor(163.6, 3706)).toBe(3.1);
    expect(normFor(1, 1)).toBe(1);
  });
});

describe("the rule where the whole catalogue is ranked", () => {
  const whole: LogSize = { ...shop, protocol: "full" };

  it("sets each positive against many items at once, by their directions", () => {
    expect(valuesOf(whole)).toMatchObject({ loss: "softmax", negativesFrom: "shared", "ranker.similarity": "cosine" });
    // ln 400 x cbrt 4 = 9.511: 1 / (.3 x 9.511) = .3505
    expect(valuesOf(whole)["ranker.temperature"]).toBe(0.35);
    // 1 / (.3 x ln 2 x 1) is more than cosines need.
    expect(temperatureFor(1, 2)).toBe(1);
    // 1 / (.3 x ln 3,706 x cbrt 163.6) = .074 is colder than any log bore.
    expect(temperatureFor(163.6, 3706)).toBe(0.1);
    // 400 items have no more negatives.
    expect(valuesOf(whole).negatives).toBe(400);
    expect(valuesOf({ ...whole, items: 40_000 }).negatives).toBe(1024);
  });

  it("cuts an epoch into about 350 steps, and takes fewer epochs of them", () => {
    // 720,000 / 2,048 = 352 steps: .006 x sqrt(100 / 351.56) = .0032, however rare items are.
    const log = { ...whole, rows: 720_000, users: 30_000, items: 41_000 };
    expect(valuesOf(log)).toMatchObject({ batchSize: 2048, epochs: 10, "optimizer.learningRate": 0.0032 });
    // 14,000 rows are 219 steps of the smallest batch: 10 x 350 / 218.75 = 16
    expect(valuesOf(whole)).toMatchObject({ batchSize: 64, epochs: 16 });
    expect(valuesOf({ ...whole, rows: 800, users: 100 }).epochs).toBe(50);
  });

  it("waits for half of the epochs, since they are best at the end", () => {
    expect(valuesOf(whole)["validation.patience"]).toBe(8); // of 16
    expect(valuesOf(whole, { epochs: 5 })["validation.patience"]).toBe(3);
    expect(valuesOf(shop)["validation.patience"]).toBe(7); // a quarter of 25
  });

  it("lets LAWN hold directions, and decays nothing without it", () => {
    // Half of what rows grow to: .2 x .0041 x sqrt(64 x 218.75 x 16) = .388
    expect(valuesOf(whole)["optimizer.learningRate"]).toBe(0.0041);
    expect(valuesOf(whole)["lawn.switchNorm"]).toBe(0.39);
    // A rate and a width of the user's own: .2 x .02 x sqrt(16 x 218.75 x 16) = .947
    const own = { optimizer: { learningRate: 0.02 }, ranker: { dot: 16 } };
    expect(fittedSettings(whole, own, false).values).toMatchObject({ lawn: { switchNorm: 0.95 } });
    expect(valuesOf(whole, { optimizer: "adam" }).embeddingDecay).toBe(0);
  });

  it("refits where validation holds a twentieth of train's rows and more", () => {
    expect(valuesOf(whole)).not.toHaveProperty("refit"); // 600 of 14,000
    expect(valuesOf({ ...whole, validationRows: 700 }).refit).toBe(true);
    // Nor where that would train on items that are held out.
    expect(valuesOf({ ...whole, validationRows: 700, holdsOutItems: true })).not.toHaveProperty("refit");
    expect(valuesOf({ ...shop, validationRows: 7000 })).not.toHaveProperty("refit");
  });

  it("is that of pairs under another model, or where something that was given speaks of pairs", () => {
    const pairs = Object.entries(valuesOf({ ...whole, protocol: "sampled" }));
    expect(Object.entries(valuesOf(whole, { leavesLossOpen: false }))).toEqual(pairs);
    expect(valuesOf(whole, { model: "neumf" })).not.toHaveProperty("loss");
    for (const given of [
      { loss: "bpr" },
      { negatives: 3 },
      { negativesFrom: "popularity" },
      { ranker: { similarity: "inner" } },
      { ranker: { idBiases: false } },
      { ranker: { tower: [16] } },
      { engine: "tfjs" },
    ]) {
      expect(fittedSettings(whole, given, false).values).not.toHaveProperty("loss");
    }
    expect(fittedSettings(whole, {}, false).values).toMatchObject({ loss: "softmax" });
    // What a warm start goes on from.
    const cosines = { ranker: { similarity: "cosine", temperature: 0.2 } };
    const { values } = fittedSettings(whole, cosines, true);
    expect(values).toMatchObject({ loss: "softmax" });
    expect(values).not.toHaveProperty(["ranker", "temperature"]);
  });
});

describe("settings that fit a log", () => {
  it("leave alone what was given, and what stands against it", () => {
    const given = { batchSize: 64, lawn: { freeEpochs: 3 } };
    const { values, choices } = fittedSettings(shop, given, false);
    expect(values).not.toHaveProperty("batchSize");
    expect(values).toMatchObject({ lawn: { granularity: "row" } });
    expect(choices.map(({ path }) => path.join("."))).not.toContain("lawn.switchNorm");
    expect(fittedSettings(shop, { ranker: { tower: [16] } }, false).values).not.toHaveProperty("model");
    const decayed = { optimizer: { name: "adam", weightDecay: 0.1 } };
    expect(fittedSettings(shop, decayed, false).values).not.toHaveProperty("embeddingDecay");
    expect(fittedSettings(shop, { schedule: { name: "0.1 / epoch" } }, false).values).not.toHaveProperty("optimizer");
    expect(fittedSettings(shop, { lawn: { state: "reset" } }, false).values).not.toHaveProperty(["lawn", "switchNorm"]);
  });

  it("say why, for every log, and always make a config", () => {
    const logs = fc.record({
      rows: fc.integer({ min: 1, max: 500_000_000 }),
      users: fc.integer({ min: 1, max: 10_000_000 }),
      items: fc.integer({ min: 1, max: 10_000_000 }),
      validationRows: fc.integer({ min: 0, max: 10_000_000 }),
      drift: fc.option(fc.double({ min: -100, max: 1000, noNaN: true })),
      protocol: fc.constantFrom("sampled", "full"),
      holdsOutItems: fc.boolean(),
    });
    const givens = fc.record(
      {
        model: fc.constantFrom("mf", "gmf", "mlp", "neumf"),
        optimizer: fc.record({ name: fc.constantFrom(...optimizerNames) }),
        loss: fc.constantFrom("bce", "bpr"),
        negatives: fc.integer({ min: 1, max: 50 }),
        batchSize: fc.integer({ min: 1, max: 1 << 20 }),
        epochs: fc.integer({ min: 1, max: 1000 }),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(logs, givens, (log, given) => {
        const { source, values, choices } = fittedSettings(log, given, false);
        const layers = [
          { source, values },
          { source: "given", values: given },
        ];
        const config = parseConfig({ schema: trainSchema, layers, flags: {} });
        expect(config).toMatchObject(given);
        expect(choices.every(({ reason }) => reason.length > 0 && reason.length < 90)).toBe(true);
      }),
      { numRuns: 200 },
    );
  });

  it("count samples as training does", () => {
    const users = new Uint32Array([0, 0, 1]);
    const columns = { userColumn: users, itemColumn: new Uint32Array([0, 1, 2]), weights: null };
    const interactions = { users: 2, items: 3, ...columns, length: 3 };
    for (const loss of ["bce", "bpr", "softmax", "ccl"] as const) {
      const source = uniformSource(interactions, { loss, negativesPerPositive: 8, batchSize: 1, seed: 1 });
      // A batch of one sample takes as many steps as there are samples.
      const reason = defaultsFor({ ...shop, rows: 3, users: 2, items: 3 }, { ...nothing, loss, batchSize: 1 });
      expect(reason.find(({ path }) => path[0] === "batchSize")?.reason).toContain(`${samplesPerEpoch(source)} steps`);
    }
  });
});
