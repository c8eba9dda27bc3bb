import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { DataError } from "../../src/errors.ts";
import { type Checkpoint, decodeCheckpoint, encodeCheckpoint } from "../../src/ranker/checkpoint.ts";
import { decodeSafetensors, encodeSafetensors, type StoredTensor } from "../../src/ranker/safetensors.ts";
import { everything, float32, float64, randomParameters } from "../support/engines/engine-cases.ts";
import { expectSameBits } from "../support/engines/same-bits.ts";

const where = "checkpoint.safetensors";
const checkpoint: Checkpoint = {
  spec: everything,
  parameters: randomParameters(everything, float32),
  extras: new Map<string, StoredTensor>([
    ["optimizer/m/userDot", { shape: [5, 2], values: new Float32Array(10).fill(0.1) }],
    ["optimizer/lawn.target/userDot", { shape: [1], values: Float64Array.of(0.1) }],
  ]),
  metadata: { epoch: "3" },
};

/** The file with its tensors or metadata changed. */
function rewritten(
  change: (tensors: Map<string, StoredTensor>, metadata: Record<string, string>) => unknown,
): Uint8Array {
  const stored = decodeSafetensors(encodeCheckpoint(checkpoint), where);
  const tensors = new Map(stored.tensors);
  const metadata = { ...stored.metadata };
  change(tensors, metadata);
  return encodeSafetensors({ tensors, metadata });
}

describe("encodeCheckpoint and decodeCheckpoint", () => {
  it("give back the ranker, its parameters in order, the extras and the metadata", () => {
    const decoded = decodeCheckpoint(encodeCheckpoint(checkpoint), where);
    expect(decoded.spec).toEqual(everything);
    expectSameBits(decoded.parameters, checkpoint.parameters);
    expect(decoded.extras).toEqual(checkpoint.extras);
    expect(decoded.metadata).toEqual({ epoch: "3" });
  });

  it("give the same bytes for a spec written in another order", () => {
    const spec = { ...Object.fromEntries(Object.entries(everything).reverse()), ...everything };
    expect(Object.keys(spec)).not.toEqual(Object.keys(everything));
    expect(encodeCheckpoint({ ...checkpoint, spec })).toEqual(encodeCheckpoint(checkpoint));
  });

  it("keep float64 parameters as they are", () => {
    const parameters = randomParameters(everything, float64);
    expectSameBits(decodeCheckpoint(encodeCheckpoint({ ...checkpoint, parameters }), where).parameters, parameters);
  });

  it("store parameters under their own names and shapes, for other tools", () => {
    const { tensors } = decodeSafetensors(encodeCheckpoint(checkpoint), where);
    expect(tensors.get("tower.0.weight")?.shape).toEqual([9, 4]); // 2 + 2 embedding values into 9 units
  });

  it("refuse to write what could not be read back", () => {
    const parameters = new Map(checkpoint.parameters);
    parameters.delete("itemGmf");
    expect(() => encodeCheckpoint({ ...checkpoint, parameters })).toThrow(/parameter itemGmf is missing/);
    const extras = new Map([["userDot", { shape: [1], values: Float32Array.of(1) }]]);
    expect(() => encodeCheckpoint({ ...checkpoint, extras })).toThrow(/"userDot" is a parameter/);
    expect(() => encodeCheckpoint({ ...checkpoint, metadata: { ranker: "" } })).toThrow(/"ranker" is taken/);
  });
});

describe("decodeCheckpoint", () => {
  const specWith = (change: object): string => JSON.stringify({ ...everything, ...change });
  const spoiltSpecs: readonly (readonly [string, string, RegExp])[] = [
    ["that is not JSON", "{", /its ranker is not a ranker/],
    ["that is a number", "3", /3 is not an object/],
    ["with a missing size", specWith({ gmf: undefined }), /gmf is undefined, expected a number/],
    ["with a wrong tower", specWith({ tower: ["x"] }), /tower is \["x"\]/],
    ["with a wrong switch", specWith({ idBiases: 1 }), /idBiases is 1/],
    ["of no ranker", specWith({ users: 0 }), /ranker\.users is 0/],
    ["of another ranker", specWith({ users: 6 }), /userDot is \[5, 2\], expected \[6, 2\]/],
  ];
  it.each(spoiltSpecs)("refuses a spec %s", (_, ranker, message) => {
    const bytes = rewritten((_tensors, metadata) => Object.assign(metadata, { ranker }));
    expect(() => decodeCheckpoint(bytes, where)).toThrow(DataError);
    expect(() => decodeCheckpoint(bytes, where)).toThrow(message);
  });

  it("refuses a file without a spec, without a parameter, or with one of whole numbers", () => {
    const { tensors } = decodeSafetensors(encodeCheckpoint(checkpoint), where);
    expect(() => decodeCheckpoint(encodeSafetensors({ tensors, metadata: {} }), where)).toThrow(
      new DataError(`${where}: no "ranker" in its metadata; it is not a checkpoint of this program`),
    );
    const headless = rewritten((all) => all.delete("head.bias"));
    expect(() => decodeCheckpoint(headless, where)).toThrow(/parameter head\.bias is missing/);
    const whole = rewritten((all) => all.set("head.bias", { shape: [1], values: Uint32Array.of(1) }));
    expect(() => decodeCheckpoint(whole, where)).toThrow(/head\.bias is U32/);
  });

  it("meets random corruption with a value or a DataError, never anything else", () => {
    const intact = encodeCheckpoint(checkpoint);
    const headerEnd = 8 + Number(new DataView(intact.buffer).getBigUint64(0, true));
    // The header, where damage has a meaning; the values after it are any bytes.
    const change = fc.tuple(fc.nat({ max: headerEnd - 1 }), fc.nat({ max: 255 }));
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 3 }), (changes) => {
        const bytes = intact.slice();
        for (const [place, value] of changes) bytes[place] = value;
        try {
          decodeCheckpoint(bytes, where);
        } catch (error) {
          expect(error).toBeInstanceOf(DataError);
        }
      }),
      { numRuns: 2000 },
    );
  });
});
