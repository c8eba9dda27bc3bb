/** Columns of Arrow files that others wrote, brought to a handful of kinds that a database can take in. */
import { type Data, DataType, DateUnit, Precision, TimeUnit, Vector } from "apache-arrow";
import { checkedValues, textValues, unpackBits, validityBytes } from "./vector-arrays.ts";

/** Values of the rows of one batch; null rows hold an unspecified value of the right type. */
export type ForeignValues =
  | { readonly kind: "integer"; readonly values: BigInt64Array }
  | { readonly kind: "unsigned"; readonly values: BigUint64Array }
  | { readonly kind: "number"; readonly values: Float64Array }
  /** Exact decimals, as whole numbers of 10^-scale. */
  | { readonly kind: "decimal"; readonly values: readonly bigint[]; readonly scale: number }
  | { readonly kind: "text"; readonly values: readonly string[] }
  | { readonly kind: "boolean"; readonly values: Uint8Array }
  /** Microseconds since 1970, rounded down from nanoseconds. Times without a zone are taken as UTC. */
  | { readonly kind: "timestamp"; readonly values: BigInt64Array };

export type ForeignKind = ForeignValues["kind"];

export type ForeignColumn = ForeignValues & {
  /** 0 where a row is null, 1 elsewhere; null when no row is. */
  readonly validity: Uint8Array | null;
};

/** What a stored type comes out as, or null when it cannot be taken in (lists, structs, binary, intervals). */
export function foreignKind(type: DataType): ForeignKind | null {
  if (DataType.isInt(type)) return type.bitWidth === 64 && !type.isSigned ? "unsigned" : "integer";
  if (DataType.isDecimal(type)) return type.scale <= 0 ? "integer" : "decimal";
  if (DataType.isFloat(type)) return "number";
  if (isText(type)) return "text";
  if (DataType.isDictionary(type)) return isText(type.dictionary) ? "text" : null;
  if (DataType.isTimestamp(type) || DataType.isDate(type)) return "timestamp";
  if (DataType.isBool(type)) return "boolean";
  return null;
}

/** Throws RangeError for damaged data and for whole decimals beyond 64 bits, TypeError where foreignKind is null. */
export function foreignColumn(data: Data): ForeignColumn {
  if (data.length === 0) return emptyForeignColumn(data.type);
  if (DataType.isDictionary(data.type)) return dictionaryColumn(data);
  const validity = validityBytes(data);
  return { ...foreignValues(data), validity: DataType.isTimestamp(data.type) ? withoutNaT(data, validity) : validity };
}

function foreignValues(data: Data): ForeignValues {
  const { type } = data;
  if (DataType.isInt(type)) return integerValues(data, type.bitWidth === 64 && !type.isSigned);
  if (DataType.isDecimal(type)) return decimalValues(data, type.scale, type.bitWidth);
  if (DataType.isFloat(type)) return { kind: "number", values: floatValues(data, type.precision) };
  if (DataType.isUtf8(type) || DataType.isLargeUtf8(type)) return { kind: "text", values: textValues(data) };
  if (DataType.isUtf8View(type)) return { kind: "text", values: viewedText(data) };
  if (DataType.isTimestamp(type)) return { kind: "timestamp", values: microseconds(data, type.unit) };
  if (DataType.isDate(type)) {
    const microsecondsPerUnit = type.unit === DateUnit.DAY ? 86_400_000_000n : 1_000n;
    return { kind: "timestamp", values: scaled(data, (value) => value * microsecondsPerUnit) };
  }
  if (DataType.isBool(type)) return { kind: "boolean", values: unpackBits(data.values, data.offset, data.length) };
  throw unsupported(type);
}

/** What a column without rows gives. */
export function emptyForeignColumn(type: DataType): ForeignColumn {
  return { ...emptyValues(type), validity: null };
}

function emptyValues(type: DataType): ForeignValues {
  const kind = foreignKind(type);
  switch (kind) {
    case "integer":
    case "timestamp":
      return { kind, values: new BigInt64Array(0) };
    case "unsigned":
      return { kind, values: new BigUint64Array(0) };
    case "number":
      return { kind, values: new Float64Array(0) };
    case "decimal":
      return { kind, values: [], scale: DataType.isDecimal(type) ? type.scale : 0 };
    case "text":
      return { kind, values: [] };
    case "boolean":
      return { kind, values: new Uint8Array(0) };
    case null:
      throw unsupported(type);
    default:
      return kind satisfies never;
  }
}

function isText(type: DataType): boolean {
  return DataType.isUtf8(type) || DataType.isLargeUtf8(type) || DataType.isUtf8View(type);
}

function unsupported(type: DataType): TypeError {
  return new TypeError(`columns of type ${String(type)} cannot be taken in`);
}

function integerValues(data: Data, isUnsigned64: boolean): ForeignValues {
  if (isUnsigned64) {
    const stored: BigUint64Array = data.values;
    return { kind: "unsigned", values: checkedValues(stored, data.length).subarray(0, data.length) };
  }
  return { kind: "integer", values: scaled(data, (value) => value) };
}

/** Any stored integers through BigInt, which none of them overflows. */
function scaled(data: Data, scale: (value: bigint) => bigint): BigInt64Array {
  const stored: ArrayLike<number | bigint> = checkedValues(data.values, data.length);
  const values = new BigInt64Array(data.length);
  for (let row = 0; row < data.length; row++) values[row] = scale(BigInt(stored[row]!));
  return values;
}

function microseconds(data: Data, unit: TimeUnit): BigInt64Array {
  switch (unit) {
    case TimeUnit.SECOND:
      return scaled(data, (value) => value * 1_000_000n);
    case TimeUnit.MILLISECOND:
      return scaled(data, (value) => value * 1_000n);
    case TimeUnit.MICROSECOND:
      return scaled(data, (value) => value);
    case TimeUnit.NANOSECOND:
      return scaled(data, floorThousandth);
    default:
      return unit satisfies never;
  }
}

/** The least integer is numpy's "not a time": a null, whatever the validity says. */
function withoutNaT(data: Data, validity: Uint8Array | null): Uint8Array | null {
  const stored: ArrayLike<number | bigint> = checkedValues(data.values, data.length);
  let result = validity;
  for (let row = 0; row < data.length; row++) {
    if (stored[row] !== NOT_A_TIME) continue;
    if (result === validity) result = validity?.slice() ?? new Uint8Array(data.length).fill(1);
    result![row] = 0;
  }
  return result;
}

const NOT_A_TIME = -(2n ** 63n);

/** BigInt division cuts towards 0; times before 1970 must go down. */
function floorThousandth(value: bigint): bigint {
  return value >= 0n ? value / 1_000n : -((999n - value) / 1_000n);
}

function floatValues(data: Data, precision: Precision): Float64Array {
  if (precision !== Precision.HALF) {
    const stored: ArrayLike<number> = checkedValues(data.values, data.length);
    return Float64Array.from({ length: data.length }, (_, row) => stored[row]!);
  }
  const vector = new Vector([data]); // the library widens 16-bit floats
  return Float64Array.from({ length: data.length }, (_, row) => Number(vector.get(row) ?? 0));
}

function viewedText(data: Data): string[] {
  const vector = new Vector([data]);
  return Array.from({ length: data.length }, (_, row) => String(vector.get(row) ?? ""));
}

/** Whole decimals become integers, since exports of ids from databases often are NUMBER(38, 0). */
function decimalValues(data: Data, scale: number, bitWidth: number): ForeignValues {
  const words = bitWidth / 32;
  const stored: Uint32Array = checkedValues(data.values, data.length * words);
  const isNull = validityBytes(data);
  const whole = (row: number): bigint => {
    if (isNull !== null && isNull[row] === 0) return 0n;
    let value = 0n;
    for (let word = words - 1; word >= 0; word--) value = (value << 32n) | BigInt(stored[row * words + word]!);
    return BigInt.asIntN(bitWidth, value);
  };
  if (scale > 0) return { kind: "decimal", values: Array.from({ length: data.length }, (_, row) => whole(row)), scale };
  const values = new BigInt64Array(data.length);
  for (let row = 0; row < data.length; row++) {
    const value = whole(row) * 10n ** BigInt(-scale);
    if (value !== BigInt.asIntN(64, value)) throw new RangeError(`the decimal ${value} does not fit 64 bits`);
    values[row] = value;
  }
  return { kind: "integer", values };
}

interface Words {
  readonly texts: readonly string[];
  /** [texts.length] 0 where the dictionary itself holds a null. */
  readonly present: readonly number[];
}

/** A file's batches share their dictionaries, which may be larger than any batch: each is decoded once. */
const decodedDictionaries = new WeakMap<Vector, Words>();

/** Text stored once and pointed at; a row is null when its index is, or what it points at. */
function dictionaryColumn(data: Data): ForeignColumn {
  const { dictionary } = data;
  if (dictionary === undefined || !isText(dictionary.type)) throw unsupported(data.type);
  const words = decodedDictionaries.get(dictionary) ?? decodeDictionary(dictionary);
  decodedDictionaries.set(dictionary, words);
  const indices: ArrayLike<number | bigint> = checkedValues(data.values, data.length);
  const validity = validityBytes(data) ?? new Uint8Array(data.length).fill(1);
  const values = Array.from({ length: data.length }, (_, row) => {
    if (validity[row] === 0) return "";
    const index = Number(indices[row]!);
    const text = words.texts[index];
    if (text === undefined) throw new RangeError(`dictionary index ${index} is beyond its ${words.texts.length} words`);
    if (words.present[index] === 0) validity[row] = 0;
    return text;
  });
  return { kind: "text", values, validity: validity.includes(0) ? validity : null };
}

function decodeDictionary(dictionary: Vector): Words {
  const parts = dictionary.data.map((part) => foreignColumn(part));
  return {
    texts: parts.flatMap((part) => (part.kind === "text" ? part.values : [])),
    present: parts.flatMap(({ values, validity }) => Array.from(validity ?? new Uint8Array(values.length).fill(1))),
  };
}
