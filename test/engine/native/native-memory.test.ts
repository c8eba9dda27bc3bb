/**
 * What close returns, counted by the arrays themselves: the size of the process also holds what allocators and V8 keep.
 */
import { expect, it } from "@jest/globals";
import { requireNativeAddon } from "../../../src/engine/native/native-addon.ts";
import { openNativeEngine } from "../../../src/engine/native/native-engine.ts";
import { openNativeScoring } from "../../../src/engine/native/native-scoring.ts";
import type { RankerSpec } from "../../../src/ranker/ranker-spec.ts";
import { skewedSource } from "../../support/data/skewed-source.ts";
import { float32, optionsOf, randomBatch, randomParameters } from "../../support/engines/engine-cases.ts";
import { describeNative } from "../../support/engines/native-engine.ts";

const spec: RankerSpec = {
  users: 6000,
  items: 5000,
  dot: 3,
  gmf: 9,
  embedding: 20,
  tower: [24, 10],
  idBiases: true,
  cosineTemperature: null,
};
/** Value, gradient and both moments of the tables, the first layers' halves apart. */
const SESSION_BYTES = 4 * 4 * (spec.users + spec.items) * (3 + 9 + 20 + 1);
const span = { epoch: 0, firstStep: 0, learningRates: new Float64Array(100).fill(0.01) };

/** Ten at once, so that a session that an earlier test left to the collector weighs little beside them. */
const ten = Array.from({ length: 10 }, (_, n) => n);

describeNative("memory of the native engine", () => {
  const held = () => requireNativeAddon().heldBytes();

  it("is returned by sessions that trained, computed gradients, ranked and gave snapshots", async () => {
    const before = held();
    const source = skewedSource(spec, "bce");
    const batch = randomBatch(spec, "bce");
    const { users } = batch;
    const sessions = await Promise.all(
      ten.map(async (n) => {
        const session = await openNativeEngine({ threads: 1 + (n % 3) }).open(optionsOf(spec, "bce", { source }));
        await session.train({ ...span, learningRates: span.learningRates.subarray(0, 3) });
        await session.step(batch, 0.01);
        await session.gradient(batch);
        await session.scorer.pairs(
          users,
          users.map(() => 2),
        );
        await session.scorer.top({ users, k: 7 });
        await session.snapshot();
        return session;
      }),
    );
    expect(held()).toBeGreaterThan(before + ten.length * SESSION_BYTES);
    for (const session of sessions) session.close();
    expect(held()).toBeLessThanOrEqual(before);
  });

  it("is kept for work under way when a session is closed, and returned with its result", async () => {
    const before = held();
    const source = skewedSource(spec, "bce", { batchSize: 100 });
    const running = await Promise.all(
      ten.map(async () => {
        const session = await openNativeEngine({ threads: 2 }).open(optionsOf(spec, "bce", { source }));
        const losses = session.train(span);
        await new Promise((resolve) => setImmediate(resolve)); // the span has begun
        session.close();
        return { losses };
      }),
    );
    expect(held()).toBeGreaterThan(before + SESSION_BYTES);
    for (const { losses } of running) expect(await losses).toHaveLength(100);
    expect(held()).toBeLessThanOrEqual(before);
  });

  it("is returned by scorers", async () => {
    const before = held();
    const parameters = randomParameters(spec, float32);
    const scorers = ten.map(() => openNativeScoring({ spec, parameters }));
    for (const scorer of scorers) await scorer.top({ users: Uint32Array.of(0, 1), k: 5 });
    expect(held()).toBeGreaterThan(before + (ten.length * SESSION_BYTES) / 4);
    for (const scorer of scorers) scorer.close();
    await new Promise((resolve) => setImmediate(resolve)); // close waits behind what was asked before
    expect(held()).toBeLessThanOrEqual(before);
  });
});
