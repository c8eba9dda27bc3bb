/**
 * ONNX files read and run the slow way: a decoder and plain loops for the operators of a ranker, sharing
 * nothing with the encoder.
 */
import { PbfReader } from "pbf";

interface Tensor {
  readonly shape: readonly number[];
  readonly values: ArrayLike<number>;
}

interface Node {
  readonly inputs: string[];
  readonly outputs: string[];
  operator: string;
  readonly attributes: Record<string, number>;
}

export interface DecodedOnnx {
  irVersion: number;
  opset: number;
  producer: string;
  readonly metadata: Record<string, string>;
  readonly inputs: string[];
  readonly outputs: string[];
  readonly nodes: Node[];
  readonly tensors: Map<string, Tensor>;
}

/** `data` is the file of external tensors. */
export function decodeOnnx(bytes: Uint8Array, data?: Uint8Array): DecodedOnnx {
  const model: DecodedOnnx = {
    irVersion: 0,
    opset: 0,
    producer: "",
    metadata: {},
    inputs: [],
    outputs: [],
    nodes: [],
    tensors: new Map(),
  };
  const nested = <T>(pbf: PbfReader, read: (tag: number, result: T, pbf: PbfReader) => void, result: T): T =>
    pbf.readMessage(read, result);
  const readEntry = (tag: number, pair: string[], pbf: PbfReader) => {
    pair[tag - 1] = pbf.readString();
  };
  const readAttribute = (tag: number, attribute: { name: string; value: number }, pbf: PbfReader) => {
    if (tag === 1) attribute.name = pbf.readString();
    if (tag === 3) attribute.value = pbf.readVarint(true);
  };
  const readNode = (tag: number, node: Node, pbf: PbfReader) => {
    if (tag === 1) node.inputs.push(pbf.readString());
    if (tag === 2) node.outputs.push(pbf.readString());
    if (tag === 4) node.operator = pbf.readString();
    if (tag === 5) {
      const { name, value } = nested(pbf, readAttribute, { name: "", value: 0 });
      node.attributes[name] = value;
    }
  };
  const readTensor = (
    tag: number,
    tensor: { shape: number[]; type: number; name: string; raw: Uint8Array; external: Record<string, string> },
    pbf: PbfReader,
  ) => {
    if (tag === 1) tensor.shape.push(pbf.readVarint());
    if (tag === 2) tensor.type = pbf.readVarint();
    if (tag === 8) tensor.name = pbf.readString();
    if (tag === 9) tensor.raw = pbf.readBytes();
    if (tag === 13) {
      const [key = "", value = ""] = nested(pbf, readEntry, [] as string[]);
      tensor.external[key] = value;
    }
  };
  const readOperatorSet = (tag: number, _: null, pbf: PbfReader) => {
    if (tag === 2) model.opset = pbf.readVarint();
  };
  const readValue = (tag: number, names: string[], pbf: PbfReader) => void (tag === 1 && names.push(pbf.readString()));
  const readGraph = (tag: number, _: null, pbf: PbfReader) => {
    if (tag === 1) model.nodes.push(nested(pbf, readNode, { inputs: [], outputs: [], operator: "", attributes: {} }));
    if (tag === 5) {
      const start = { shape: [], type: 0, name: "", raw: new Uint8Array(0), external: {} };
      const { shape, type, name, raw, external } = nested(pbf, readTensor, start as Parameters<typeof readTensor>[1]);
      const from = Number(external.offset ?? 0);
      const stored = external.location === undefined ? raw : data!.subarray(from, from + Number(external.length));
      const { buffer } = Uint8Array.from(stored); // aligned
      model.tensors.set(name, {
        shape,
        values: type === 1 ? new Float32Array(buffer) : Array.from(new BigInt64Array(buffer), Number),
      });
    }
    if (tag === 11) nested(pbf, readValue, model.inputs);
    if (tag === 12) nested(pbf, readValue, model.outputs);
  };
  new PbfReader(bytes).readFields((tag, _, pbf) => {
    if (tag === 1) model.irVersion = pbf.readVarint();
    if (tag === 2) model.producer = pbf.readString();
    if (tag === 7) nested(pbf, readGraph, null);
    if (tag === 8) nested(pbf, readOperatorSet, null);
    if (tag === 14) {
      const [key = "", value = ""] = nested(pbf, readEntry, [] as string[]);
      model.metadata[key] = value;
    }
  }, null);
  return model;
}

/** Values of the model's one output. */
export function runOnnx(model: DecodedOnnx, inputs: Readonly<Record<string, ArrayLike<number>>>): number[] {
  const known = new Map<string, Tensor>(model.tensors);
  for (const [name, values] of Object.entries(inputs)) known.set(name, { shape: [values.length], values });
  for (const { operator, inputs: names, outputs, attributes } of model.nodes) {
    const given = names.map((name) => known.get(name)!);
    known.set(outputs[0]!, operators[operator]!(given, attributes));
  }
  return Array.from(known.get(model.outputs[0]!)!.values);
}

const operators: Record<string, (given: Tensor[], attributes: Record<string, number>) => Tensor> = {
  Add: ([a, b]) => elementwise(a!, b!, (x, y) => x + y),
  Mul: ([a, b]) => elementwise(a!, b!, (x, y) => x * y),
  Relu: ([x]) => ({ shape: x!.shape, values: Array.from(x!.values, (value) => Math.max(0, value)) }),
  Squeeze: ([x]) => ({ shape: [x!.shape[0]!], values: x!.values }),
  Gather: ([table, rows]) => {
    const width = (table!.shape as number[]).slice(1).reduce((a, b) => a * b, 1);
    const values = Array.from(rows!.values).flatMap((row) =>
      Array.from({ length: width }, (_, i) => table!.values[row * width + i]!),
    );
    return { shape: [rows!.values.length, ...table!.shape.slice(1)], values };
  },
  ReduceSum: ([x]) => {
    const [rows = 0, width = 0] = x!.shape;
    const sum = (row: number) =>
      Array.from({ length: width }, (_, i) => x!.values[row * width + i]!).reduce((a, b) => a + b, 0);
    return { shape: [rows], values: Array.from({ length: rows }, (_, row) => sum(row)) };
  },
  Concat: (parts) => {
    const rows = parts[0]!.shape[0]!;
    const rowOf = ({ shape, values }: Tensor, row: number) =>
      Array.from({ length: shape[1]! }, (_, i) => values[row * shape[1]! + i]!);
    const values = Array.from({ length: rows }, (_, row) => parts.flatMap((part) => rowOf(part, row))).flat();
    return { shape: [rows, values.length / rows], values };
  },
  Gemm: ([x, weight, bias], { transB }) => {
    if (transB !== 1) throw new Error("expected transB");
    const [rows = 0, inputs = 0] = x!.shape;
    const [outputs = 0] = weight!.shape;
    const values = Array.from({ length: rows * outputs }, (_, at) => {
      const [row, o] = [Math.floor(at / outputs), at % outputs];
      let sum = bias!.values[o]!;
      for (let i = 0; i < inputs; i++) sum += x!.values[row * inputs + i]! * weight!.values[o * inputs + i]!;
      return sum;
    });
    return { shape: [rows, outputs], values };
  },
};

function elementwise(a: Tensor, b: Tensor, apply: (x: number, y: number) => number): Tensor {
  const longer = a.values.length >= b.values.length ? a : b;
  const at = (tensor: Tensor, place: number) => tensor.values[tensor.values.length === 1 ? 0 : place]!;
  return { shape: longer.shape, values: Array.from(longer.values, (_, place) => apply(at(a, place), at(b, place))) };
}
