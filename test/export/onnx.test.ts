/**
 * Rankers as ONNX: the bytes are decoded and run by plain loops of the test's own; test/onnx does
 * the same with onnxruntime.
 */
import { describe, expect, it } from "@jest/globals";
import { encodeOnnx, MOST_INLINE_BYTES } from "../../src/export/encode-onnx.ts";
import type { OnnxModel } from "../../src/export/onnx-model.ts";
import { rankerGraph } from "../../src/export/ranker-graph.ts";
import { openForward } from "../../src/ranker/forward.ts";
import { parametersOf } from "../../src/ranker/ranker-spec.ts";
import { type RankerCase, rankerCases } from "../support/engines/ranker-cases.ts";
import { decodeOnnx, runOnnx } from "../support/readers/run-onnx.ts";

const inside = { dataFile: "model.onnx.data", inlineBytes: MOST_INLINE_BYTES };

function graphOf({ spec, parameters }: RankerCase): OnnxModel {
  return rankerGraph({ spec, parameters, packageVersion: "1.2.3", metadata: { run: "r", dataset: "d" } });
}

const everyPair = ({ users, items }: { users: number; items: number }) => {
  const pairs = Array.from({ length: users * items }, (_, k) => ({ user: Math.floor(k / items), item: k % items }));
  return { user: pairs.map(({ user }) => user), item: pairs.map(({ item }) => item) };
};

describe.each(rankerCases().map((ranker) => [ranker.name, ranker] as const))("an ONNX model of %s", (_, ranker) => {
  // Float64 in both, other order of sums; rows of unit length are rounded to float32 once more.
  const digits = ranker.spec.cosineTemperature === null ? 12 : 6;

  it("gives the ranker's logits, for any number of pairs", () => {
    const model = decodeOnnx(Buffer.concat(encodeOnnx(graphOf(ranker), inside).model));
    const { logit } = openForward(ranker.spec, ranker.parameters);
    const pairs = everyPair(ranker.spec);
    const expected = pairs.user.map((user, k) => logit(user, pairs.item[k]!));
    const found = runOnnx(model, pairs);
    for (const [k, value] of found.entries()) expect(value).toBeCloseTo(expected[k]!, digits);
    expect(found).toHaveLength(expected.length);
    expect(runOnnx(model, { user: [3], item: [2] })[0]).toBeCloseTo(logit(3, 2), digits);
  });

  it("holds every tensor under its own name, and says what it is", () => {
    const model = decodeOnnx(Buffer.concat(encodeOnnx(graphOf(ranker), inside).model));
    const names = [...model.tensors.keys()].filter((name) => name !== "axis1");
    expect(names).toEqual(parametersOf(ranker.spec).map(({ name }) => name));
    expect(model).toMatchObject({
      irVersion: 8,
      opset: 17,
      producer: "lawn-ranker",
      inputs: ["user", "item"],
      outputs: ["logit"],
    });
    expect(model.metadata).toEqual({ run: "r", dataset: "d" });
  });

  it("gives the same logits with its tables in a file beside it", () => {
    const large: RankerCase = rankerCases({ users: 9000, items: 9 }).find(({ name }) => name === ranker.name)!;
    const { model, data } = encodeOnnx(graphOf(large), { dataFile: "x.data", inlineBytes: 100_000 });
    const dataBytes = Buffer.concat(data);
    expect(Buffer.concat(model).length).toBeLessThan(100_000);
    expect(dataBytes.length).toBeGreaterThanOrEqual(9000 * 4 * 4);
    const { logit } = openForward(large.spec, large.parameters);
    const decoded = decodeOnnx(Buffer.concat(model), dataBytes);
    expect(runOnnx(decoded, { user: [8999], item: [8] })[0]).toBeCloseTo(logit(8999, 8), digits);
  });
});

describe("the bytes of a model", () => {
  it("are those of the format, worked by hand", () => {
    const model: OnnxModel = {
      name: "g",
      doc: "d",
      producer: { name: "p", version: "1" },
      metadata: { b: "2", a: "1" },
      inputs: [{ name: "x", type: "int64", shape: ["n"] }],
      outputs: [{ name: "y", type: "float32", shape: [2] }],
      nodes: [{ operator: "Gather", inputs: ["t", "x"], output: "y", attributes: { axis: 0 } }],
      initializers: [{ name: "t", shape: [1, 2], values: Float32Array.of(1, -2) }],
    };
    const text = (value: string) => [...Buffer.from(value)];
    // A key is (field number << 3) | wire type: 0 for whole numbers, 2 for what has a length.
    const attribute = [0x0a, 4, ...text("axis"), 0x18, 0, 0xa0, 0x01, 2]; // name, i = 0, type = INT
    const node = [
      ...[0x0a, 1, ...text("t"), 0x0a, 1, ...text("x"), 0x12, 1, ...text("y"), 0x1a, 1, ...text("y")],
      ...[0x22, 6, ...text("Gather"), 0x2a, attribute.length, ...attribute],
    ];
    const one = [0x00, 0x00, 0x80, 0x3f]; // 1 in float32, little-endian
    const minusTwo = [0x00, 0x00, 0x00, 0xc0];
    const tensor = [0x08, 1, 0x08, 2, 0x10, 1, 0x42, 1, ...text("t"), 0x4a, 8, ...one, ...minusTwo];
    // name, type { tensor_type { elem_type, shape { dim { dim_param } } } }
    const input = [0x0a, 1, ...text("x"), 0x12, 11, 0x0a, 9, 0x08, 7, 0x12, 5, 0x0a, 3, 0x12, 1, ...text("n")];
    const output = [0x0a, 1, ...text("y"), 0x12, 10, 0x0a, 8, 0x08, 1, 0x12, 4, 0x0a, 2, 0x08, 2];
    const graph = [
      ...[0x0a, node.length, ...node, 0x12, 1, ...text("g"), 0x2a, tensor.length, ...tensor],
      ...[0x5a, input.length, ...input, 0x62, output.length, ...output],
    ];
    const entry = (key: string, value: string) => [0x72, 6, 0x0a, 1, ...text(key), 0x12, 1, ...text(value)];
    expect([...Buffer.concat(encodeOnnx(model, inside).model)]).toEqual([
      ...[0x08, 8, 0x12, 1, ...text("p"), 0x1a, 1, ...text("1"), 0x32, 1, ...text("d")],
      ...[0x3a, graph.length, ...graph, 0x42, 2, 0x10, 17, ...entry("a", "1"), ...entry("b", "2")],
    ]);
  });

  it("keep each table of the data file at a multiple of 64 KiB", () => {
    const [ranker] = rankerCases({ users: 4000, items: 5000 }); // 80,000 and 100,000 bytes, in that order
    const { data } = encodeOnnx(graphOf(ranker!), { dataFile: "x", inlineBytes: 0 });
    expect(data.map(({ length }) => length)).toEqual([80_000, 131_072 - 80_000, 100_000]);
  });
});
