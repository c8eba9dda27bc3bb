/**
 * What the webgpu engine promises beyond the contract: nothing leaks, runs repeat, losses of the device are
 * told, tables may be split.
 */
import { beforeAll, describe, expect, it, jest } from "@jest/globals";
import { drawBatch, epochDraws } from "../../../src/dataset/training-batches.ts";
import type { SessionOptions } from "../../../src/engine/engine.ts";
import { referenceEngine } from "../../../src/engine/reference/reference-engine.ts";
import { openWebgpuEngine, type WebgpuEngine, webgpuProvider } from "../../../src/engine/webgpu/webgpu-engine.ts";
import { EngineError } from "../../../src/errors.ts";
import { boundedInteger, streamKey, threefry } from "../../../src/random.ts";
import { parametersOf, type RankerSpec } from "../../../src/ranker/ranker-spec.ts";
import { uniformSource } from "../../support/data/uniform-source.ts";
import { expectClose } from "../../support/engines/close-tensors.ts";
import { float32, lawnAdamCase, optionsOf, randomBatch, randomParameters } from "../../support/engines/engine-cases.ts";
import { noPaths } from "../../support/engines/no-paths.ts";
import { expectSameSnapshot } from "../../support/engines/same-bits.ts";

// A software adapter is slow, more so on a busy machine.
jest.setTimeout(600_000);

const probe = await webgpuProvider.probe({ allowSoftwareAdapter: true });
const title = `the webgpu engine${probe.available ? "" : ` (skipped: ${probe.reason})`}`;

const spec: RankerSpec = { ...noPaths, users: 40, items: 30, gmf: 2, embedding: 8, tower: [4] };

(probe.available ? describe : describe.skip)(title, () => {
  let engine: WebgpuEngine;
  beforeAll(async () => {
    engine = await openWebgpuEngine({ allowSoftwareAdapter: true });
  });

  it("frees every buffer of a session that closes, and takes no more of them with more steps", async () => {
    const { buffers } = await engine.context();
    const before = buffers.alive();
    const session = await engine.open(optionsOf(spec, "bce", { optimizer: lawnAdamCase.config }));
    const batch = randomBatch(spec, "bce", { length: 20 });
    await session.step(batch, 0.01);
    await session.scorer.catalogue(Uint32Array.of(0, 1));
    const early = buffers.alive();
    for (let step = 0; step < 5; step++) await session.step(batch, 0.01);
    await session.scorer.catalogue(Uint32Array.of(2, 3));
    expect(buffers.alive()).toEqual(early);
    session.close();
    await expect(session.snapshot()).rejects.toThrow(/closed/); // in turn, so the memory is free by now
    expect(buffers.alive()).toEqual(before);
  });

  it("gives the same bits run after run, with many samples on the same rows", async () => {
    const options = sourceOptions({ batchSize: 700 });
    const span = { epoch: 2, firstStep: 0, learningRates: new Float64Array(3).fill(0.01) };
    const one = await engine.open(options);
    const other = await engine.open(options);
    expect(await one.train(span)).toEqual(await other.train(span));
    expectSameSnapshot(await one.snapshot(), await other.snapshot());
    one.close();
    other.close();
  });

  it.each(["bce", "bpr"] as const)(
    "draws what drawBatch draws, over several tiles of pairs, under %s",
    async (loss) => {
      const options = sourceOptions({ batchSize: 700, loss });
      const drawing = await engine.open(options);
      const given = await engine.open(options);
      const losses = await drawing.train({ epoch: 1, firstStep: 0, learningRates: Float64Array.of(0.01, 0.02) });
      const draws = epochDraws(options.source!, 1);
      for (const [step, rate] of [0.01, 0.02].entries()) {
        expect(await given.step(drawBatch(options.source!, draws, step), rate)).toBe(losses[step]);
      }
      expectSameSnapshot(await drawing.snapshot(), await given.snapshot());
      drawing.close();
      given.close();
    },
  );

  it("splits tables over bindings and batches over chunks, and still takes the reference's steps", async () => {
    // 1,024 bytes: 32 rows of an 8-wide table, 12 samples of 20 features
    const small = await openWebgpuEngine({ allowSoftwareAdapter: true, largestBinding: 1024 });
    const options = optionsOf(spec, "bce", { optimizer: lawnAdamCase.config });
    const session = await small.open(options);
    const exact = await referenceEngine.open({
      ...options,
      start: { parameters: asFloat64(randomParameters(spec, float32)), optimizer: null },
    });
    for (let step = 0; step < 4; step++) {
      const batch = randomBatch(spec, "bce", { length: 50, seed: step });
      expect(await session.step(batch, 0.01)).toBeCloseTo(await exact.step(batch, 0.01), 4);
    }
    // Adam may turn a rounding of a tiny gradient into a whole step of 0.01.
    expectClose((await session.snapshot()).parameters, (await exact.snapshot()).parameters, 1e-3);
    session.close();
  });

  it("keeps LAWN's norms to 1e-6 of their targets", async () => {
    const session = await engine.open(optionsOf(spec, "bce", { optimizer: lawnAdamCase.config }));
    for (let step = 0; step < 6; step++) await session.step(randomBatch(spec, "bce", { seed: step }), 0.05);
    const { parameters, optimizer } = await session.snapshot();
    for (const { name } of parametersOf(spec).filter(({ role }) => role !== "bias")) {
      const goal = optimizer!.tensors.get(`lawn.target/${name}`)![0]!;
      const norm = Math.sqrt(Float64Array.from(parameters.get(name)!).reduce((sum, value) => sum + value * value, 0));
      expect(Math.abs(norm / goal - 1)).toBeLessThan(1e-6);
    }
    session.close();
  });

  it("tells of a tower that no binding holds, with both sizes", async () => {
    const tiny = await openWebgpuEngine({ allowSoftwareAdapter: true, largestBinding: 512 });
    await expect(tiny.open(optionsOf(spec, "bce"))).rejects.toThrow(
      /the tower and the head together need 1024 bytes in one binding, and the device's largest has 512/,
    );
  });

  it("says that the device was lost, in every call, and opens another for the next session", async () => {
    const doomed = await openWebgpuEngine({ allowSoftwareAdapter: true });
    const session = await doomed.open(optionsOf(spec, "bce"));
    (await doomed.context()).device.destroy();
    await expect(session.step(randomBatch(spec, "bce"), 0.01)).rejects.toThrow(EngineError);
    await expect(session.snapshot()).rejects.toThrow(/the device was lost .*resume from the last checkpoint/);
    session.close();
    const next = await doomed.open(optionsOf(spec, "bce"));
    expect(await next.scorer.pairs(Uint32Array.of(0), Uint32Array.of(0))).toHaveLength(1);
    next.close();
  });

  it("refuses float64 and threads", async () => {
    const start = { parameters: asFloat64(randomParameters(spec, float32)), optimizer: null };
    await expect(engine.open(optionsOf(spec, "bce", { start }))).rejects.toThrow(/float64, expected float32/);
    await expect(webgpuProvider.open({ threads: 2, allowSoftwareAdapter: true })).rejects.toThrow(/leave threads out/);
  });
});

/** 200 positives of skewed users and items, so that rows repeat within a batch. */
function sourceOptions({ batchSize, loss = "bce" }: { batchSize: number; loss?: "bce" | "bpr" }): SessionOptions {
  const block = { first: 0, second: 0 };
  const column = (name: string, extent: number): Uint32Array =>
    Uint32Array.from({ length: 200 }, (_, row) => {
      threefry(streamKey(1, name), row, 0, block);
      return Math.min(boundedInteger(block.first, extent), boundedInteger(block.second, extent));
    });
  const interactions = {
    users: spec.users,
    items: spec.items,
    length: 200,
    userColumn: column("test/users", spec.users),
    itemColumn: column("test/items", spec.items - 1),
    weights: null,
  };
  const source = uniformSource(interactions, { loss, negativesPerPositive: 8, batchSize, seed: 5 });
  return optionsOf(spec, loss, { source });
}

function asFloat64(parameters: ReadonlyMap<string, ArrayLike<number>>): Map<string, Float64Array> {
  return new Map([...parameters].map(([name, values]) => [name, Float64Array.from(values)]));
}
