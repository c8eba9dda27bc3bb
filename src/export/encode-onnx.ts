/**
 * An ONNX model to bytes: protocol buffers with the field numbers of the published format
 * (https://onnx.ai/onnx/repo-docs/IR.html), in pieces, so that tables are never copied. The same
 * model gives the same bytes.
 */
import { PbfWriter } from "pbf";
import { type OnnxModel, type OnnxNode, type OnnxTensor, type OnnxValue, onnxTypes } from "./onnx-model.ts";
import { ONNX_IR_VERSION, ONNX_OPSET } from "./ranker-graph.ts";

export interface EncodedOnnx {
  /** The model file, piece by piece. */
  readonly model: readonly Uint8Array[];
  /** The data file beside it, piece by piece; empty where every tensor is inside the model. */
  readonly data: readonly Uint8Array[];
}

export interface OnnxStorage {
  /** Name of the data file, as the model will ask for it: beside the model. */
  readonly dataFile: string;
  /** With more bytes of tensors than this, those of 64 KiB and more go to the data file. */
  readonly inlineBytes: number;
}

/** No protocol buffer can be longer than 2^31 - 1 bytes; what is left of it here is for everything but tensors. */
export const MOST_INLINE_BYTES = 2 ** 31 - 2 ** 20;

/**
 * Where a tensor begins in the data file, so that runtimes can map it into memory on every system; also
 * the least size moved there.
 */
const DATA_ALIGNMENT = 65_536;

export function encodeOnnx(model: OnnxModel, { dataFile, inlineBytes }: OnnxStorage): EncodedOnnx {
  const total = model.initializers.reduce((sum, { values }) => sum + values.byteLength, 0);
  const isSplit = total > inlineBytes;
  const data: Uint8Array[] = [];
  let offset = 0;
  const initializers = model.initializers.flatMap((tensor) => {
    const bytes = bytesOf(tensor);
    const head = message((out) => writeTensorHead(tensor, out));
    if (!isSplit || bytes.length < DATA_ALIGNMENT) return field(5, [head, ...field(9, [bytes])]);
    const gap = -offset & (DATA_ALIGNMENT - 1);
    if (gap > 0) data.push(new Uint8Array(gap));
    const reference = { location: dataFile, offset: String(offset + gap), length: String(bytes.length) };
    data.push(bytes);
    offset += gap + bytes.length;
    return field(5, [head, message((out) => writeExternalData(reference, out))]);
  });
  const graph = [
    ...model.nodes.flatMap((node) => field(1, [message((out) => writeNode(node, out))])),
    message((out) => out.writeStringField(2, model.name)),
    ...initializers,
    ...model.inputs.flatMap((value) => field(11, [message((out) => writeValue(value, out))])),
    ...model.outputs.flatMap((value) => field(12, [message((out) => writeValue(value, out))])),
  ];
  const [head, tail] = [message((out) => writeHead(model, out)), message((out) => writeTail(model, out))];
  return { model: [head, ...field(7, graph), tail], data };
}

function message(write: (out: PbfWriter) => void): Uint8Array {
  const out = new PbfWriter();
  write(out);
  return out.finish().slice(); // finish gives a view of a larger buffer
}

/** A nested message of field `number`: its key and length, then its pieces. */
function field(number: number, pieces: readonly Uint8Array[]): Uint8Array[] {
  const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
  const head = message((out) => {
    out.writeTag(number, 2); // 2: of stated length
    out.writeVarint(length);
  });
  return [head, ...pieces];
}

/** ModelProto up to its graph. */
function writeHead({ producer, doc }: OnnxModel, out: PbfWriter): void {
  out.writeVarintField(1, ONNX_IR_VERSION);
  out.writeStringField(2, producer.name);
  out.writeStringField(3, producer.version);
  out.writeStringField(6, doc);
}

/** ModelProto behind its graph: the operator set, whose default domain has no name, and the metadata by key. */
function writeTail({ metadata }: OnnxModel, out: PbfWriter): void {
  out.writeMessage(8, (opset: number, set) => set.writeVarintField(2, opset), ONNX_OPSET);
  for (const key of Object.keys(metadata).sort()) writeEntry(14, key, metadata[key]!, out);
}

function writeEntry(number: number, key: string, value: string, out: PbfWriter): void {
  const write = (pair: readonly [string, string], entry: PbfWriter) => {
    entry.writeStringField(1, pair[0]);
    entry.writeStringField(2, pair[1]);
  };
  out.writeMessage(number, write, [key, value] as const);
}

/** NodeProto; a node is named for its output. */
function writeNode({ operator, inputs, output, attributes = {} }: OnnxNode, out: PbfWriter): void {
  for (const input of inputs) out.writeStringField(1, input);
  out.writeStringField(2, output);
  out.writeStringField(3, output);
  out.writeStringField(4, operator);
  for (const [name, value] of Object.entries(attributes)) {
    out.writeMessage(5, writeAttribute, { name, value });
  }
}

function writeAttribute({ name, value }: { readonly name: string; readonly value: number }, out: PbfWriter): void {
  out.writeStringField(1, name);
  out.writeVarintField(3, value);
  out.writeVarintField(20, 2); // 2: a whole number
}

/** ValueInfoProto of a tensor. */
function writeValue({ name, type, shape }: OnnxValue, out: PbfWriter): void {
  out.writeStringField(1, name);
  out.writeMessage(2, (_: null, kind) => kind.writeMessage(1, writeTensorType, { type, shape }), null);
}

function writeTensorType({ type, shape }: Pick<OnnxValue, "type" | "shape">, out: PbfWriter): void {
  out.writeVarintField(1, onnxTypes[type]);
  const writeExtent = (extent: number | string, dimension: PbfWriter) => {
    if (typeof extent === "number") dimension.writeVarintField(1, extent);
    else dimension.writeStringField(2, extent);
  };
  const writeShape = (extents: OnnxValue["shape"], list: PbfWriter) => {
    for (const extent of extents) list.writeMessage(1, writeExtent, extent);
  };
  out.writeMessage(2, writeShape, shape);
}

/** TensorProto up to its values. */
function writeTensorHead({ name, shape, values }: OnnxTensor, out: PbfWriter): void {
  for (const extent of shape) out.writeVarintField(1, extent);
  out.writeVarintField(2, values instanceof Float32Array ? onnxTypes.float32 : onnxTypes.int64);
  out.writeStringField(8, name);
}

function writeExternalData(reference: Readonly<Record<string, string>>, out: PbfWriter): void {
  for (const [key, value] of Object.entries(reference)) writeEntry(13, key, value, out);
  out.writeVarintField(14, 1); // 1: the values lie in another file
}

/** The format is little-endian, as is every machine that node runs on. */
function bytesOf({ values }: OnnxTensor): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}
