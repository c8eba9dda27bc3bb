/**
 * Flatbuffers from outside, verified before anybody follows their offsets: generated readers trust every length and
 * offset they meet, so that one damaged byte makes them count through gigabytes that are not there. Layout: the
 * FlatBuffers "internals" page.
 */

/** What a table's fields hold, in the order of their slots. A union takes two slots: its type, then itself. */
export type FieldLayout =
  | { readonly kind: "scalar"; readonly bytes: 1 | 2 | 4 | 8 }
  | { readonly kind: "text" }
  /** A vector of numbers or of structs of this many bytes. */
  | { readonly kind: "vector"; readonly elementBytes: number }
  | { readonly kind: "table"; readonly of: () => TableLayout }
  | { readonly kind: "tables"; readonly of: () => TableLayout }
  /** The type in the slot before says which; a type that is not listed is refused. */
  | { readonly kind: "union"; readonly of: Readonly<Record<number, TableLayout>> };

export type TableLayout = readonly FieldLayout[];

/** Overlapping tables could hold a small buffer busy for ever; real metadata has a few tables for each column. */
const MOST_TABLES = 1_000_000;
const MOST_NESTED = 64;
const LARGEST = 0x7fff;

/** Offset of the buffer's root table, once everything in reach of it lies within the buffer. Throws RangeError. */
export function verifiedRoot(buffer: Buffer, layout: TableLayout): number {
  requireBytes(buffer, 0, 4);
  const root = buffer.readUInt32LE(0);
  verifyTable({ buffer, tables: 0 }, root, layout, 0);
  return root;
}

/** Offset of a field of a verified table; null when it has its default. */
export function fieldOffset(buffer: Buffer, table: number, slot: number): number | null {
  const slots = table - buffer.readInt32LE(table);
  const at = 4 + 2 * slot;
  const offset = at + 2 <= buffer.readUInt16LE(slots) ? buffer.readUInt16LE(slots + at) : 0;
  return offset === 0 ? null : table + offset;
}

/** Offset of what a verified field points at; null when it points at nothing. */
export function pointedOffset(buffer: Buffer, table: number, slot: number): number | null {
  const field = fieldOffset(buffer, table, slot);
  return field === null ? null : field + buffer.readUInt32LE(field);
}

/** Offsets of the elements of a verified vector. */
export function elementOffsets(buffer: Buffer, table: number, slot: number, elementBytes: number): number[] {
  const vector = pointedOffset(buffer, table, slot);
  if (vector === null) return [];
  return Array.from({ length: buffer.readUInt32LE(vector) }, (_, k) => vector + 4 + k * elementBytes);
}

interface Walk {
  readonly buffer: Buffer;
  tables: number;
}

function verifyTable(walk: Walk, table: number, layout: TableLayout, depth: number): void {
  const { buffer } = walk;
  walk.tables++;
  if (walk.tables > MOST_TABLES || depth > MOST_NESTED) throw new RangeError("its metadata is nested without end");
  requireBytes(buffer, table, 4);
  const slots = table - buffer.readInt32LE(table);
  requireBytes(buffer, slots, 4);
  const slotBytes = buffer.readUInt16LE(slots);
  const tableBytes = buffer.readUInt16LE(slots + 2);
  // Generated readers take both for signed, and half a slot for a whole one.
  if (slotBytes < 4 || slotBytes % 2 !== 0 || slotBytes > LARGEST || tableBytes < 4 || tableBytes > LARGEST) {
    throw new RangeError(`its metadata has a table of ${tableBytes} bytes with ${slotBytes} bytes of slots`);
  }
  requireBytes(buffer, slots, slotBytes);
  requireBytes(buffer, table, tableBytes);
  for (const [slot, field] of layout.entries()) {
    const at = fieldOffset(buffer, table, slot);
    if (at === null) continue;
    if (at + (field.kind === "scalar" ? field.bytes : 4) > table + tableBytes) {
      throw new RangeError("its metadata has a field outside of its table");
    }
    verifyField(walk, { table, slot, at }, field, depth);
  }
}

function verifyField(
  walk: Walk,
  { table, slot, at }: { readonly table: number; readonly slot: number; readonly at: number },
  field: FieldLayout,
  depth: number,
): void {
  const { buffer } = walk;
  if (field.kind === "scalar") return;
  const target = at + buffer.readUInt32LE(at);
  switch (field.kind) {
    case "text":
      verifyVector(buffer, target, 1);
      return;
    case "vector":
      verifyVector(buffer, target, field.elementBytes);
      return;
    case "table":
      verifyTable(walk, target, field.of(), depth + 1);
      return;
    case "tables":
      verifyVector(buffer, target, 4);
      for (let k = 0; k < buffer.readUInt32LE(target); k++) {
        const element = target + 4 + 4 * k;
        verifyTable(walk, element + buffer.readUInt32LE(element), field.of(), depth + 1);
      }
      return;
    case "union": {
      const typeAt = fieldOffset(buffer, table, slot - 1);
      const type = typeAt === null ? 0 : buffer.readUInt8(typeAt);
      const layout = field.of[type];
      if (layout === undefined) throw new RangeError(`its metadata has something of type ${type}`);
      verifyTable(walk, target, layout, depth + 1);
      return;
    }
    default:
      field satisfies never;
  }
}

function verifyVector(buffer: Buffer, vector: number, elementBytes: number): void {
  requireBytes(buffer, vector, 4);
  requireBytes(buffer, vector + 4, buffer.readUInt32LE(vector) * elementBytes);
}

function requireBytes(buffer: Buffer, at: number, bytes: number): void {
  if (at < 0 || at + bytes > buffer.length) {
    throw new RangeError(`its metadata points at bytes ${at} to ${at + bytes} of ${buffer.length}`);
  }
}
