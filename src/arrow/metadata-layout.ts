/**
 * The tables of Arrow's metadata, slot by slot: Schema.fbs, Message.fbs and File.fbs of the Arrow
 * columnar format, version 1.5.
 */
import type { FieldLayout, TableLayout } from "./flatbuffer.ts";

const flag: FieldLayout = { kind: "scalar", bytes: 1 };
const short: FieldLayout = { kind: "scalar", bytes: 2 };
const int: FieldLayout = { kind: "scalar", bytes: 4 };
const long: FieldLayout = { kind: "scalar", bytes: 8 };
const text: FieldLayout = { kind: "text" };
const empty: TableLayout = [];

const keyValue: TableLayout = [text, text];
const customMetadata: FieldLayout = { kind: "tables", of: () => keyValue };
const intType: TableLayout = [int, flag];

/** By their number in the union Type. */
const types: Readonly<Record<number, TableLayout>> = {
  1: empty, // Null
  2: intType,
  3: [short], // FloatingPoint
  4: empty, // Binary
  5: empty, // Utf8
  6: empty, // Bool
  7: [int, int, int], // Decimal
  8: [short], // Date
  9: [short, int], // Time
  10: [short, text], // Timestamp
  11: [short], // Interval
  12: empty, // List
  13: empty, // Struct
  14: [short, { kind: "vector", elementBytes: 4 }], // Union
  15: [int], // FixedSizeBinary
  16: [int], // FixedSizeList
  17: [flag], // Map
  18: [short], // Duration
  19: empty, // LargeBinary
  20: empty, // LargeUtf8
  21: empty, // LargeList
  22: empty, // RunEndEncoded
  23: empty, // BinaryView
  24: empty, // Utf8View
  25: empty, // ListView
  26: empty, // LargeListView
};

/** List, FixedSizeList, Map, LargeList, ListView, LargeListView. */
export const TYPES_OF_ONE_CHILD: ReadonlySet<number> = new Set([12, 16, 17, 21, 25, 26]);

const dictionaryEncoding: TableLayout = [long, { kind: "table", of: () => intType }, flag, short];

const field: TableLayout = [
  text, // name
  flag, // nullable
  flag, // number of the type
  { kind: "union", of: types },
  { kind: "table", of: () => dictionaryEncoding },
  { kind: "tables", of: () => field }, // children
  customMetadata,
];
export const FIELD = { typeNumber: 2, children: 5 };

const schema: TableLayout = [
  short,
  { kind: "tables", of: () => field },
  customMetadata,
  { kind: "vector", elementBytes: 8 },
];
export const SCHEMA = { endianness: 0, fields: 1 };

const recordBatch: TableLayout = [
  long, // rows
  { kind: "vector", elementBytes: 16 }, // for each column its rows and nulls
  { kind: "vector", elementBytes: 16 }, // for each buffer its offset in the body and its bytes
  { kind: "table", of: () => [flag, flag] }, // compression
  { kind: "vector", elementBytes: 8 },
];
export const RECORD_BATCH = { rows: 0, columns: 1, buffers: 2, pairBytes: 16, compression: 3 };
export const COMPRESSION = { codec: 0 };

const dictionaryBatch: TableLayout = [long, { kind: "table", of: () => recordBatch }, flag];
export const DICTIONARY_BATCH = { data: 1 };

export const messageLayout: TableLayout = [
  short,
  flag, // number of the header
  { kind: "union", of: { 1: schema, 2: dictionaryBatch, 3: recordBatch } },
  long, // bytes of the body
  customMetadata,
];
export const MESSAGE = { headerNumber: 1, header: 2, bodyBytes: 3 };
/** Numbers of the headers that we take in; tensors are not among them. */
export const HEADER = { schema: 1, dictionaryBatch: 2, recordBatch: 3 };

export const footerLayout: TableLayout = [
  short,
  { kind: "table", of: () => schema },
  { kind: "vector", elementBytes: 24 }, // dictionary batches
  { kind: "vector", elementBytes: 24 }, // record batches
  customMetadata,
];
/**
 * A block is the offset of a message (8 bytes), the bytes of its metadata with its prefix (4, then 4 of
 * padding) and of its body (8).
 */
export const FOOTER = { schema: 1, dictionaryBatches: 2, recordBatches: 3, blockBytes: 24 };
