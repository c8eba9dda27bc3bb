/**
 * Named tensors and text in one buffer, in the safetensors format that other tools read: 8 bytes length of
 * the header (little-endian) | header (JSON, padded with spaces) | the tensors' bytes, little-endian, no
 * gaps. Format: https://huggingface.co/docs/safetensors. Written bytes are a function of the content: the
 * order of insertion does not show.
 */
import { isRecord } from "../config/is-record.ts";
import { DataError, messageOf } from "../errors.ts";
import { findRepeatedKey } from "./json-repeated-key.ts";

export interface StoredTensor {
  readonly shape: readonly number[];
  /** Row-major; as many values as the shape says. */
  readonly values: Float32Array | Float64Array | Uint32Array;
}

export interface StoredTensors {
  readonly tensors: ReadonlyMap<string, StoredTensor>;
  readonly metadata: Readonly<Record<string, string>>;
}

const METADATA_KEY = "__metadata__";
const LENGTH_BYTES = 8;
/** The format's own limit, so that a corrupt length cannot ask for the whole machine. */
const MAX_HEADER_BYTES = 100_000_000;
const elementBytes = { F32: 4, F64: 8, U32: 4 } as const;
type Dtype = keyof typeof elementBytes;

/** Tensors with the widest elements first, so that each starts at a multiple of its element size; then by name. */
export function encodeSafetensors(stored: StoredTensors): Uint8Array<ArrayBuffer> {
  const entries = [...stored.tensors].sort(
    ([a, x], [b, y]) => y.values.BYTES_PER_ELEMENT - x.values.BYTES_PER_ELEMENT || compareText(a, b),
  );
  const metadata = Object.entries(stored.metadata).sort(([a], [b]) => compareText(a, b));
  const header: [string, unknown][] = metadata.length > 0 ? [[METADATA_KEY, Object.fromEntries(metadata)]] : [];
  let offset = 0;
  for (const [name, { shape, values }] of entries) {
    checkStorable(name, shape, values.length);
    header.push([
      name,
      { dtype: dtypeOf(values), shape, data_offsets: [offset, offset + values.byteLength] satisfies [number, number] },
    ]);
    offset += values.byteLength;
  }
  // Object.fromEntries would move names that look like integers to the front; the text is joined by hand instead.
  const json = `{${header.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`).join(",")}}`;
  const text = new TextEncoder().encode(json);
  const headerBytes = Math.ceil(text.length / 8) * 8;

  const bytes = new Uint8Array(LENGTH_BYTES + headerBytes + offset);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(headerBytes), true);
  bytes.set(text, LENGTH_BYTES);
  bytes.fill(0x20, LENGTH_BYTES + text.length, LENGTH_BYTES + headerBytes);
  let begin = LENGTH_BYTES + headerBytes;
  for (const [, { values }] of entries) {
    bytes.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), begin);
    begin += values.byteLength;
  }
  return bytes;
}

/** Where everything is in a file, without its data. */
export interface SafetensorsIndex {
  readonly metadata: Readonly<Record<string, string>>;
  /** In the order of the header; offsets count from the beginning of the file. */
  readonly tensors: ReadonlyMap<string, TensorRange>;
}

export interface TensorRange {
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

/**
 * Copies out of `bytes`. `where` (a file name) begins every message. Throws DataError for anything that
 * is not exactly the format.
 */
export function decodeSafetensors(bytes: Uint8Array, where: string): StoredTensors {
  const { tensors: ranges, metadata } = indexSafetensors(bytes, bytes.length, where);
  const tensors = new Map<string, StoredTensor>();
  for (const [name, { dtype, shape, begin, end }] of ranges) {
    // A copy with its own, aligned buffer; slice() would not copy where `bytes` is a Node Buffer.
    const copy = new Uint8Array(bytes.subarray(begin, end));
    tensors.set(name, { shape, values: valuesOf(dtype, copy.buffer) });
  }
  return { tensors, metadata };
}

/** Bytes at the beginning of a file that indexSafetensors needs, told from its first eight or more. */
export function headBytes(start: Uint8Array): number {
  if (start.length < LENGTH_BYTES) return start.length;
  const length = Number(new DataView(start.buffer, start.byteOffset, LENGTH_BYTES).getBigUint64(0, true));
  return LENGTH_BYTES + Math.min(length, MAX_HEADER_BYTES);
}

/**
 * The header of a file of `totalBytes` that begins with `head`: its first headBytes or more. Throws
 * DataError as decodeSafetensors.
 */
export function indexSafetensors(head: Uint8Array, totalBytes: number, where: string): SafetensorsIndex {
  const fail = (problem: string): never => {
    throw new DataError(`${where}: ${problem}`);
  };
  const { header, dataStart } = readHeader(head, fail);
  const dataBytes = totalBytes - dataStart;
  const metadata = METADATA_KEY in header ? readMetadata(header[METADATA_KEY], fail) : {};
  const entries = Object.entries(header)
    .filter(([name]) => name !== METADATA_KEY)
    .map(([name, value]) => readEntry(name, value, fail));

  let end = 0;
  for (const entry of [...entries].sort((a, b) => a.begin - b.begin || a.end - b.end)) {
    if (entry.begin !== end) {
      const relation = entry.begin < end ? "overlaps the tensor before it, which ends at" : "leaves a gap after byte";
      fail(`tensor "${entry.name}" starts at byte ${entry.begin} of the data and ${relation} ${end}`);
    }
    end = entry.end;
  }
  if (end > dataBytes) fail(`tensors need ${end} bytes of data and ${dataBytes} are there; the file is truncated`);
  if (end < dataBytes) fail(`${dataBytes - end} bytes follow the last tensor; the file is not what its header says`);
  const placed = ({ name, dtype, shape, begin, end: stop }: HeaderEntry) =>
    [name, { dtype, shape, begin: dataStart + begin, end: dataStart + stop }] as const;
  return { metadata, tensors: new Map(entries.map(placed)) };
}

type Fail = (problem: string) => never;

interface HeaderEntry {
  readonly name: string;
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

function readHeader(bytes: Uint8Array, fail: Fail): { header: Readonly<Record<string, unknown>>; dataStart: number } {
  if (bytes.length < LENGTH_BYTES) fail(`${bytes.length} bytes, expected a safetensors file of at least 8`);
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset, LENGTH_BYTES).getBigUint64(0, true));
  const room = bytes.length - LENGTH_BYTES;
  if (length > MAX_HEADER_BYTES) fail(`header of ${length} bytes, expected at most ${MAX_HEADER_BYTES}`);
  if (length > room) fail(`header of ${length} bytes and only ${room} follow; the file is truncated`);
  const dataStart = LENGTH_BYTES + length;
  let text = "";
  let header: unknown;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes.subarray(LENGTH_BYTES, dataStart));
    header = JSON.parse(text);
  } catch (error) {
    fail(`header is not JSON in UTF-8 (${messageOf(error)})`);
  }
  if (!isRecord(header)) return fail("header is not a JSON object");
  const repeated = findRepeatedKey(text);
  if (repeated !== null) fail(`header has the key "${repeated}" twice`);
  return { header, dataStart };
}

function readMetadata(value: unknown, fail: Fail): Record<string, string> {
  if (!isRecord(value)) return fail(`${METADATA_KEY} is not a JSON object`);
  const metadata: [string, string][] = [];
  for (const [key, text] of Object.entries(value)) {
    if (typeof text === "string") metadata.push([key, text]);
    else fail(`${METADATA_KEY}.${key} is ${typeof text}, expected text`);
  }
  return Object.fromEntries(metadata);
}

function readEntry(name: string, value: unknown, fail: Fail): HeaderEntry {
  if (!isRecord(value)) return fail(`tensor "${name}" is not described by a JSON object`);
  const { dtype, shape, data_offsets: offsets, ...others } = value;
  const [unknownKey] = Object.keys(others);
  if (unknownKey !== undefined) fail(`tensor "${name}" has the unknown key "${unknownKey}"`);
  if (dtype !== "F32" && dtype !== "F64" && dtype !== "U32") {
    return fail(`tensor "${name}" has dtype ${JSON.stringify(dtype)}, expected F32, F64 or U32`);
  }
  if (!isCounts(shape)) return fail(`tensor "${name}" has shape ${JSON.stringify(shape)}, expected a list of counts`);
  if (!isCounts(offsets) || offsets.length !== 2) {
    return fail(`tensor "${name}" has data_offsets ${JSON.stringify(offsets)}, expected [begin, end]`);
  }
  const [begin = 0, end = 0] = offsets;
  const expected = shape.reduce((product, extent) => product * extent, elementBytes[dtype]);
  if (end - begin !== expected) {
    fail(`tensor "${name}" of ${dtype} [${shape.join(", ")}] spans ${end - begin} bytes, expected ${expected}`);
  }
  return { name, dtype, shape, begin, end };
}

function valuesOf(dtype: Dtype, buffer: ArrayBuffer): StoredTensor["values"] {
  switch (dtype) {
    case "F32":
      return new Float32Array(buffer);
    case "F64":
      return new Float64Array(buffer);
    case "U32":
      return new Uint32Array(buffer);
    default:
      return dtype satisfies never;
  }
}

function dtypeOf(values: StoredTensor["values"]): Dtype {
  if (values instanceof Float32Array) return "F32";
  return values instanceof Float64Array ? "F64" : "U32";
}

function checkStorable(name: string, shape: readonly number[], length: number): void {
  if (name === METADATA_KEY)
    throw new DataError(`a tensor cannot be named "${METADATA_KEY}"; the format keeps that name`);
  const expected = shape.reduce((product, extent) => product * extent, 1);
  if (expected !== length) {
    throw new DataError(`tensor "${name}" of shape [${shape.join(", ")}] has ${length} values, expected ${expected}`);
  }
}

/** By UTF-16 code units: the same on every machine, unlike localeCompare. */
function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

function isCounts(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((count) => Number.isSafeInteger(count) && count >= 0);
}
