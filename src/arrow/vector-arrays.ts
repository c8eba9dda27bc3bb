/** One Arrow vector of one record batch as plain arrays: views where the memory layout allows, else copies. */
import { type Data, DataType } from "apache-arrow";

/** 0 where a row is null, 1 elsewhere; null when every row has a value. */
export function validityBytes(data: Data): Uint8Array | null {
  if (data.nullCount === 0) return null;
  return unpackBits(data.nullBitmap, data.offset, data.length);
}

/** Bytes of 0 or 1 from Arrow's bitmap, least significant bit first. */
export function unpackBits(bits: Uint8Array, offset: number, length: number): Uint8Array {
  if (bits.byteLength * 8 < offset + length) {
    throw new RangeError(`a bitmap of ${bits.byteLength} bytes is too short for ${offset + length} rows`);
  }
  const bytes = new Uint8Array(length);
  for (let row = 0; row < length; row++) {
    const bit = offset + row;
    bytes[row] = (bits[bit >>> 3]! >>> (bit & 7)) & 1;
  }
  return bytes;
}

/** Throws when fewer values are stored than the vector has rows, as in a damaged file. */
export function checkedValues<T extends { readonly length: number }>(values: T, rows: number): T {
  if (values.length < rows) throw new RangeError(`a column stores ${values.length} values for ${rows} rows`);
  return values;
}

/** Strings of a utf8 or large utf8 vector; null rows give "". Offsets are checked before anything is decoded. */
export function textValues(data: Data): string[] {
  if (data.length === 0) return []; // an empty vector may have no offsets at all
  const offsets: Int32Array | BigInt64Array = data.valueOffsets;
  if (offsets.length < data.length + 1) {
    throw new RangeError(`a text column stores ${offsets.length} offsets for ${data.length} rows`);
  }
  const stored: Uint8Array = data.values;
  const bytes = Buffer.from(stored.buffer, stored.byteOffset, stored.byteLength);
  const strings: string[] = new Array(data.length);
  let from = Number(offsets[0]!);
  for (let row = 0; row < data.length; row++) {
    const to = Number(offsets[row + 1]!);
    if (from < 0 || to < from || to > bytes.length) {
      throw new RangeError(`a text column's offsets (${from}, ${to}) leave its ${bytes.length} bytes`);
    }
    strings[row] = bytes.toString("utf8", from, to);
    from = to;
  }
  return strings;
}

/** Name of a type for messages, such as "Timestamp<MICROSECOND>" or "List<Int32>". */
export function typeName(type: DataType): string {
  return DataType.isDictionary(type) ? `dictionary of ${String(type.dictionary)}` : String(type);
}
