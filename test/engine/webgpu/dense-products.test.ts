/** Dense layers of the webgpu engine beyond the contract's sizes: the widest tiles, many pairs, and float16 factors. */
import { beforeAll, describe, expect, it, jest } from "@jest/globals";
import { referenceEngine } from "../../../src/engine/reference/reference-engine.ts";
import { openWebgpuEngine, type WebgpuEngine, webgpuProvider } from "../../../src/engine/webgpu/webgpu-engine.ts";
import type { RankerSpec } from "../../../src/ranker/ranker-spec.ts";
import { expectClose } from "../../support/engines/close-tensors.ts";
import { float32, optionsOf, randomBatch, randomParameters } from "../../support/engines/engine-cases.ts";
import { noPaths } from "../../support/engines/no-paths.ts";

// A software adapter is slow, more so on a busy machine.
jest.setTimeout(600_000);

const probe = await webgpuProvider.probe({ allowSoftwareAdapter: true });
const title = `dense layers of the webgpu engine${probe.available ? "" : ` (skipped: ${probe.reason})`}`;

const halfOptions = { allowSoftwareAdapter: true, halfPrecision: true };
/** Null where the adapter does not offer float16. */
const half = probe.available ? await openWebgpuEngine(halfOptions).catch(() => null) : null;

/** 72 inputs of 70 outputs of 34: tiles of 128 and of 64 with rows and columns left over. */
const wide: RankerSpec = { ...noPaths, users: 50, items: 40, embedding: 36, tower: [70, 34] };
/** Rows that begin at multiples of four values, biases beside them. */
const aligned: RankerSpec = { ...wide, gmf: 2, tower: [72, 20, 8], idBiases: true };
/** From as many pairs on, tiles have 128 rows. */
const MANY_PAIRS = 32_768;

async function gradients(engine: Pick<WebgpuEngine, "open">, spec: RankerSpec, length: number) {
  const options = optionsOf(spec, "bce");
  const session = await engine.open({
    ...options,
    start: { parameters: randomParameters(spec, float32, { deviation: 0.2 }), optimizer: null },
  });
  const { loss, gradient } = await session.gradient(randomBatch(spec, "bce", { length }));
  session.close();
  return { loss, gradient };
}

(probe.available ? describe : describe.skip)(title, () => {
  let engine: WebgpuEngine;
  beforeAll(async () => {
    engine = await openWebgpuEngine({ allowSoftwareAdapter: true });
  });

  it.each([
    ["wide layers", wide, 777],
    ["wide layers", wide, MANY_PAIRS],
    ["aligned layers", aligned, 777],
    ["aligned layers", aligned, MANY_PAIRS],
  ] as const)("have the reference's gradients: %s", async (_, spec, length) => {
    const found = await gradients(engine, spec, length);
    const expected = await gradients(referenceEngine, spec, length);
    expect(found.loss).toBeCloseTo(expected.loss, 5);
    expectClose(found.gradient, expected.gradient, 1e-4, 1e-4);
  });

  (half === null ? it : it.skip)(
    `refuse float16 where the adapter lacks it${half === null ? "" : " (skipped: this one has it)"}`,
    async () => {
      await expect(openWebgpuEngine(halfOptions)).rejects.toThrow(
        /half precision is asked for, but .* does not offer shader-f16; leave --half-precision out/,
      );
    },
  );

  (half === null ? it.skip : it).each([
    ["wide layers", wide, 777],
    ["wide layers", wide, MANY_PAIRS],
    ["aligned layers", aligned, 777],
    ["aligned layers", aligned, MANY_PAIRS],
  ] as const)(
    `multiply float16 near the reference${half === null ? " (skipped: no shader-f16 here)" : ""}: %s, %#`,
    async (_, spec, length) => {
      expect(half!.description).toMatch(/dense layers multiply float16$/);
      const found = await gradients(half!, spec, length);
      const expected = await gradients(referenceEngine, spec, length);
      expect(found.loss).toBeCloseTo(expected.loss, 2);
      // Factors of 11 bits through three layers, forward and back; 0.03 was seen.
      expectClose(found.gradient, expected.gradient, 0.06, 1e-4);
    },
  );
});
