/** The native engine draws its own batches: they must be those of src/dataset/training-batches.ts, to the bit. */
import { expect, it } from "@jest/globals";
import { drawBatch, epochDraws, stepsPerEpoch } from "../../../src/dataset/training-batches.ts";
import { openNativeEngine } from "../../../src/engine/native/native-engine.ts";
import type { BaseOptimizerConfig } from "../../../src/optimizer/optimizer-config.ts";
import type { RankerSpec } from "../../../src/ranker/ranker-spec.ts";
import { skewedSource, wide } from "../../support/data/skewed-source.ts";
import { uniformSource } from "../../support/data/uniform-source.ts";
import { losses, optionsOf, weightedSource } from "../../support/engines/engine-cases.ts";
import { describeNative, instructionSets } from "../../support/engines/native-engine.ts";
import { noPaths } from "../../support/engines/no-paths.ts";
import { expectSameSnapshot } from "../../support/engines/same-bits.ts";

const sgd: BaseOptimizerConfig = { name: "sgd", weightDecay: 0 };

describeNative("drawing by the native engine", () => {
  it.each([
    ["bce", false],
    ["bpr", false],
    ["bce", true],
    ["bpr", true],
  ] as const)("is that of the plain twin, to the short last batch, under %s, weights: %s", async (loss, isWeighted) => {
    const plain = skewedSource(wide, loss, { batchSize: 7_000 });
    const source = isWeighted ? weightedSource(plain) : plain;
    const steps = stepsPerEpoch(source);
    const drawing = await openNativeEngine().open(optionsOf(wide, loss, { source }));
    const given = await openNativeEngine().open(optionsOf(wide, loss));
    const drawn = await drawing.train({ epoch: 1, firstStep: 0, learningRates: new Float64Array(steps).fill(0.01) });
    const draws = epochDraws(source, 1);
    for (let step = 0; step < steps; step++) {
      expect(await given.step(drawBatch(source, draws, step), 0.01)).toBe(drawn[step]);
    }
    expectSameSnapshot(await drawing.snapshot(), await given.snapshot());
    drawing.close();
    given.close();
  });

  it.each([
    { from: "popularity", items: 700 },
    { from: "shared", items: 700 },
    { from: "batch", items: 700 },
    { from: "popularity", items: 70_000 },
    { from: "shared", items: 70_000 },
  ] as const)("is that of the plain twin with negatives from $from among $items items", async ({ from, items }) => {
    const spec: RankerSpec = { ...wide, items, embedding: 0, tower: [] };
    const uniform = skewedSource(spec, "softmax", { batchSize: 700, length: 2_000 });
    const negativesPower = from === "batch" ? 0 : 0.75;
    const source = { ...uniform, negativesPerPositive: 30, negativesFrom: from, negativesPower };
    const drawing = await openNativeEngine().open(optionsOf(spec, "softmax", { source }));
    const given = await openNativeEngine().open(optionsOf(spec, "softmax"));
    const steps = stepsPerEpoch(source);
    const drawn = await drawing.train({ epoch: 1, firstStep: 0, learningRates: new Float64Array(steps).fill(0.01) });
    for (let step = 0; step < steps; step++) {
      expect(await given.step(drawBatch(source, epochDraws(source, 1), step), 0.01)).toBe(drawn[step]);
    }
    expectSameSnapshot(await drawing.snapshot(), await given.snapshot());
    drawing.close();
    given.close();
  });

  it.each([
    ["bce", "uniform"],
    ["bpr", "popularity"],
    ["softmax", "uniform"],
    ["softmax", "shared"],
  ] as const)("is that of the plain twin under %s, negatives %s, of a ranker's first items", async (loss, from) => {
    const drawnItems = wide.items - 50;
    const uniform = skewedSource({ ...wide, items: drawnItems }, loss, { batchSize: 3_000 });
    const source = { ...uniform, negativesFrom: from, negativesPower: from === "uniform" ? 0 : 0.75 };
    const drawing = await openNativeEngine().open(optionsOf(wide, loss, { source }));
    const given = await openNativeEngine().open(optionsOf(wide, loss));
    const drawn = await drawing.train({ epoch: 1, firstStep: 0, learningRates: Float64Array.of(0.01, 0.01) });
    for (const step of [0, 1]) {
      const batch = drawBatch(source, epochDraws(source, 1), step);
      if (batch.kind === "pointwise") expect(Math.max(...batch.items)).toBeLessThan(drawnItems);
      expect(await given.step(batch, 0.01)).toBe(drawn[step]);
    }
    expectSameSnapshot(await drawing.snapshot(), await given.snapshot());
    drawing.close();
    given.close();
  });

  // Ids side by side in one word or in two, lists of items in half-words or in words, and the borders between.
  it.each([
    { users: 70_000, items: 70_000 },
    { users: 300, items: 70_000 },
    { users: 70_000, items: 65_535 },
    { users: 40, items: 65_535 },
    { users: 40, items: 65_536 },
    { users: 65_536, items: 65_536 },
  ])("is that of the plain twin with $users users and $items items", async ({ users, items }) => {
    const spec: RankerSpec = { ...noPaths, users, items, dot: 1 };
    for (const loss of losses) {
      const source = skewedSource(spec, loss, { batchSize: 5_000 });
      const options = optionsOf(spec, loss, { optimizer: { base: sgd, lawn: null } });
      const drawing = await openNativeEngine().open({ ...options, source });
      const given = await openNativeEngine().open(options);
      const [drawn] = await drawing.train({ epoch: 1, firstStep: 0, learningRates: Float64Array.of(0.01) });
      expect(await given.step(drawBatch(source, epochDraws(source, 1), 0), 0.01)).toBe(drawn);
      expectSameSnapshot(await drawing.snapshot(), await given.snapshot());
      drawing.close();
      given.close();
    }
  });

  it("finds the negatives of users who have seen nearly everything, or many neighbours", async () => {
    const items = 500;
    const pairs = [];
    for (let item = 0; item < items; item++) {
      if (item !== 321) pairs.push([0, item]);
      if (item >= 100 && item < 400) pairs.push([1, item]);
      if (item % 2 === 0) pairs.push([2, item]);
    }
    pairs.push([3, 7]);
    const interactions = {
      users: 4,
      items,
      length: pairs.length,
      userColumn: Uint32Array.from(pairs, ([user]) => user!),
      itemColumn: Uint32Array.from(pairs, ([, item]) => item!),
      weights: null,
    };
    const source = uniformSource(interactions, { loss: "bce", negativesPerPositive: 9, batchSize: 3000, seed: 2 });
    const spec: RankerSpec = { ...noPaths, users: 4, items, dot: 3 };
    const steps = stepsPerEpoch(source);
    for (const instructionSet of instructionSets) {
      const drawing = await openNativeEngine({ instructionSet }).open(optionsOf(spec, "bce", { source }));
      const given = await openNativeEngine({ instructionSet }).open(optionsOf(spec, "bce"));
      await drawing.train({ epoch: 0, firstStep: 0, learningRates: new Float64Array(steps).fill(0.01) });
      for (let step = 0; step < steps; step++) await given.step(drawBatch(source, epochDraws(source, 0), step), 0.01);
      expectSameSnapshot(await drawing.snapshot(), await given.snapshot());
      drawing.close();
      given.close();
    }
  });
});
