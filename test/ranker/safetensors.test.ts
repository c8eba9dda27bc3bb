import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { DataError } from "../../src/errors.ts";
import {
  decodeSafetensors,
  encodeSafetensors,
  type StoredTensor,
  type StoredTensors,
} from "../../src/ranker/safetensors.ts";
import { expectSameBits } from "../support/engines/same-bits.ts";

const where = "run/checkpoint.safetensors";

/** A file with this header text and that many bytes of data. */
function fileOf(header: string, dataBytes = 0, headerLength?: bigint): Uint8Array {
  const text = new TextEncoder().encode(header);
  const bytes = new Uint8Array(8 + text.length + dataBytes);
  new DataView(bytes.buffer).setBigUint64(0, headerLength ?? BigInt(text.length), true);
  bytes.set(text, 8);
  return bytes;
}

const example: StoredTensors = {
  tensors: new Map<string, StoredTensor>([
    ["b", { shape: [2, 2], values: Float32Array.of(1, -0, Number.NaN, Number.POSITIVE_INFINITY) }],
    ["a", { shape: [1], values: Uint32Array.of(4_294_967_295) }],
    ["c", { shape: [], values: Float64Array.of(Math.PI) }],
    ["empty", { shape: [0, 3], values: new Float32Array(0) }],
  ]),
  metadata: { step: "12", note: 'quotes " and ü' },
};

function expectSame(actual: StoredTensors, expected: StoredTensors): void {
  const values = ({ tensors }: StoredTensors) =>
    new Map([...tensors].sort().map(([name, tensor]) => [name, tensor.values]));
  expectSameBits(values(actual), values(expected));
  for (const [name, { shape }] of expected.tensors) expect(actual.tensors.get(name)?.shape).toEqual(shape);
  expect(actual.metadata).toEqual(expected.metadata);
}

describe("encodeSafetensors", () => {
  it("writes the bytes that the format asks for", () => {
    const bytes = encodeSafetensors({
      tensors: new Map<string, StoredTensor>([
        ["w", { shape: [1], values: Float32Array.of(1) }],
        ["d", { shape: [1], values: Float64Array.of(1) }],
      ]),
      metadata: { k: "v" },
    });
    const header =
      '{"__metadata__":{"k":"v"},"d":{"dtype":"F64","shape":[1],"data_offsets":[0,8]},"w":{"dtype":"F32","shape":[1],"data_offsets":[8,12]}}';
    const padded = header.padEnd(Math.ceil(header.length / 8) * 8, " ");
    expect(Buffer.from(bytes.subarray(0, 8)).toString("hex")).toBe(`${padded.length.toString(16)}00000000000000`);
    expect(new TextDecoder().decode(bytes.subarray(8, 8 + padded.length))).toBe(padded);
    // 1 as a double is 3ff00000 00000000, as a float 3f800000, both little-endian
    expect(Buffer.from(bytes.subarray(8 + padded.length)).toString("hex")).toBe("000000000000f03f0000803f");
  });

  it("gives the same bytes in whatever order tensors and metadata were put in", () => {
    const reversed = {
      tensors: new Map([...example.tensors].reverse()),
      metadata: Object.fromEntries(Object.entries(example.metadata).reverse()),
    };
    expect(encodeSafetensors(reversed)).toEqual(encodeSafetensors(example));
  });

  it("writes a view's own part of its buffer", () => {
    const values = Float32Array.of(9, 1, 2, 9).subarray(1, 3);
    const bytes = encodeSafetensors({ tensors: new Map([["v", { shape: [2], values }]]), metadata: {} });
    expect(decodeSafetensors(bytes, where).tensors.get("v")?.values).toEqual(Float32Array.of(1, 2));
  });

  it("refuses a shape that does not fit, and the name that the format keeps", () => {
    const tensor = { shape: [2], values: Float32Array.of(1) };
    expect(() => encodeSafetensors({ tensors: new Map([["v", tensor]]), metadata: {} })).toThrow(
      /tensor "v" of shape \[2\] has 1 values, expected 2/,
    );
    expect(() => encodeSafetensors({ tensors: new Map([["__metadata__", tensor]]), metadata: {} })).toThrow(DataError);
  });
});

describe("decodeSafetensors", () => {
  it("gives back what was written, to the last bit", () => {
    expectSame(decodeSafetensors(encodeSafetensors(example), where), example);
    const nothing = { tensors: new Map(), metadata: {} };
    expectSame(decodeSafetensors(encodeSafetensors(nothing), where), nothing);
  });

  it("gives back any names, shapes and values", () => {
    const values = fc.oneof(
      fc.float32Array({ maxLength: 9 }),
      fc.float64Array({ maxLength: 9 }),
      fc.uint32Array({ maxLength: 9 }),
    );
    const tensors = fc.dictionary(
      fc.string({ unit: "grapheme" }).filter((name) => name !== "__metadata__"),
      values,
    );
    fc.assert(
      fc.property(tensors, fc.dictionary(fc.string({ unit: "grapheme" }), fc.string()), (arrays, metadata) => {
        const stored: StoredTensors = {
          tensors: new Map(
            Object.entries(arrays).map(([name, array]) => [name, { shape: [array.length], values: array }]),
          ),
          metadata,
        };
        expectSame(decodeSafetensors(encodeSafetensors(stored), where), { ...stored, metadata: { ...metadata } });
      }),
    );
  });

  it("copies, from a Node Buffer and from an odd offset too", () => {
    const bytes = encodeSafetensors(example);
    const shifted = Buffer.alloc(bytes.length + 1);
    shifted.set(bytes, 1);
    const decoded = decodeSafetensors(shifted.subarray(1), where);
    shifted.fill(0);
    expectSame(decoded, example);
  });

  const tensor = (fields: string): string => `{"w":{${fields}}}`;
  const good = '"dtype":"F32","shape":[2],"data_offsets":[0,8]';
  const refusals: readonly (readonly [string, Uint8Array, string])[] = [
    ["an empty file", new Uint8Array(0), "0 bytes, expected a safetensors file of at least 8"],
    ["a file cut within its header", fileOf(tensor(good), 8).subarray(0, 20), "the file is truncated"],
    ["a header length beyond reason", fileOf("{}", 0, 2n ** 63n), "expected at most 100000000"],
    ["a header that is not JSON", fileOf('{"w":'), "header is not JSON in UTF-8"],
    ["a header that is not UTF-8", fileOf("{}").fill(0xff, 8), "header is not JSON in UTF-8"],
    ["a header that is a list", fileOf("[]"), "header is not a JSON object"],
    ["data cut short", fileOf(tensor(good), 7), "tensors need 8 bytes of data and 7 are there; the file is truncated"],
    ["bytes after the last tensor", fileOf(tensor(good), 9), "1 bytes follow the last tensor"],
    [
      "an unknown dtype",
      fileOf(tensor(good.replace("F32", "BF16")), 8),
      'tensor "w" has dtype "BF16", expected F32, F64 or U32',
    ],
    [
      "a size that is not the shape's",
      fileOf(tensor(good.replace("[2]", "[3]")), 8),
      'tensor "w" of F32 [3] spans 8 bytes, expected 12',
    ],
    [
      "a shape that overflows",
      fileOf(tensor(good.replace("[2]", "[9007199254740991,9007199254740991]")), 8),
      "spans 8 bytes",
    ],
    [
      "a negative extent",
      fileOf(tensor(good.replace("[2]", "[-2]")), 8),
      'tensor "w" has shape [-2], expected a list of counts',
    ],
    ["offsets that are no pair", fileOf(tensor(good.replace("[0,8]", "[0]")), 8), "expected [begin, end]"],
    [
      "offsets the wrong way round",
      fileOf(tensor(good.replace("[0,8]", "[8,0]")), 8),
      'tensor "w" of F32 [2] spans -8 bytes',
    ],
    [
      "a gap before a tensor",
      fileOf(tensor(good.replace("[0,8]", "[4,12]")), 12),
      'tensor "w" starts at byte 4 of the data and leaves a gap after byte 0',
    ],
    [
      "tensors that overlap",
      fileOf(`{"v":{${good}},"w":{${good}}}`, 8),
      'tensor "w" starts at byte 0 of the data and overlaps the tensor before it',
    ],
    ["an unknown key", fileOf(tensor(`${good},"stride":[1]`), 8), 'tensor "w" has the unknown key "stride"'],
    ["a tensor that is no object", fileOf('{"w":3}'), 'tensor "w" is not described by a JSON object'],
    ["a tensor twice", fileOf(`{"w":{${good}},"\\u0077":{${good}}}`, 8), 'header has the key "w" twice'],
    ["metadata that is no text", fileOf('{"__metadata__":{"step":3}}'), "__metadata__.step is number, expected text"],
    ["metadata twice", fileOf('{"__metadata__":{"a":"1","a":"2"}}'), 'header has the key "a" twice'],
  ];
  it.each(refusals)("refuses %s, naming the file", (_, bytes, message) => {
    expect(() => decodeSafetensors(bytes, where)).toThrow(DataError);
    expect(() => decodeSafetensors(bytes, where)).toThrow(message);
    expect(() => decodeSafetensors(bytes, where)).toThrow(where);
  });

  it("meets random corruption with a value or a DataError, never anything else", () => {
    const intact = encodeSafetensors(example);
    const change = fc.tuple(fc.nat({ max: intact.length - 1 }), fc.nat({ max: 255 }));
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), fc.nat({ max: intact.length }), (changes, cut) => {
        const bytes = intact.slice(0, intact.length - (cut % 3 === 0 ? cut : 0));
        for (const [place, value] of changes) if (place < bytes.length) bytes[place] = value;
        try {
          decodeSafetensors(bytes, where);
        } catch (error) {
          expect(error).toBeInstanceOf(DataError);
        }
      }),
      { numRuns: 3000 },
    );
  });

  it("notices every truncation", () => {
    const intact = encodeSafetensors(example);
    for (let length = 0; length < intact.length; length++) {
      expect(() => decodeSafetensors(intact.subarray(0, length), where)).toThrow(DataError);
    }
  });
});
