/** Arrow files and streams from outside, batch by batch: memory stays within one batch of the columns asked for. */
import { type Data, DataType, type Field, Precision, type RecordBatch, type Schema } from "apache-arrow";
import { DataError } from "../errors.ts";
import { explained, openArrowFileOrStream } from "./arrow-file.ts";
import {
  emptyForeignColumn,
  type ForeignColumn,
  type ForeignKind,
  foreignColumn,
  foreignKind,
} from "./foreign-column.ts";
import { typeName, validityBytes } from "./vector-arrays.ts";

export interface ForeignBatch {
  readonly rows: number;
  /** By name, in the order asked for. */
  readonly columns: Readonly<Record<string, ForeignColumn>>;
}

export interface ForeignColumnDescription {
  readonly name: string;
  /** What streamColumns gives for it; null when it cannot be taken in. */
  readonly kind: ForeignKind | null;
  /** As the file says, such as "Timestamp<MICROSECOND>". */
  readonly storedType: string;
  /** Of decimals: digits behind the point. */
  readonly scale?: number;
  /** Of floats: whole numbers from here on may be rounded. */
  readonly wholeBelow?: number;
}

/**
 * The columns of an Arrow IPC file or stream, and those of `inside` that are fields of structs, such as "user.id";
 * reads its head only. Throws DataError.
 */
export async function describeColumns(
  path: string,
  inside: readonly string[] = [],
): Promise<ForeignColumnDescription[]> {
  const file = await openArrowFileOrStream(path);
  await file.close();
  const { fields } = file.schema;
  const reached = inside.flatMap((name) => {
    const type = fields.some((field) => field.name === name) ? undefined : locate(fields, name)?.type;
    return type === undefined ? [] : [{ name, type }];
  });
  return [...fields, ...reached].map(({ name, type }) => ({
    name,
    kind: foreignKind(type),
    storedType: typeName(type),
    ...(DataType.isDecimal(type) ? { scale: type.scale } : {}),
    ...(DataType.isFloat(type) ? { wholeBelow: WHOLE_BELOW[type.precision] } : {}),
  }));
}

const WHOLE_BELOW: Readonly<Record<Precision, number>> = {
  [Precision.HALF]: 2 ** 11,
  [Precision.SINGLE]: 2 ** 24,
  [Precision.DOUBLE]: 2 ** 53,
};

/** Where a column stands: by its name, else by its path of names through structs. */
function locate(fields: readonly Field[], name: string): { readonly path: number[]; readonly type: DataType } | null {
  const index = fields.findIndex((field) => field.name === name);
  if (index >= 0) return { path: [index], type: fields[index]!.type };
  for (const [outer, { name: outerName, type }] of fields.entries()) {
    if (!DataType.isStruct(type) || !name.startsWith(`${outerName}.`)) continue;
    const inner = locate(type.children, name.slice(outerName.length + 1));
    if (inner !== null) return { path: [outer, ...inner.path], type: inner.type };
  }
  return null;
}

/**
 * The named columns, or all. At least one batch comes, possibly of 0 rows, so types are always known. Throws DataError
 * for damaged or truncated files and for columns that are missing, repeated or of a type without a kind.
 */
export async function* streamColumns(path: string, names?: readonly string[]): AsyncGenerator<ForeignBatch> {
  const file = await openArrowFileOrStream(path);
  try {
    const wanted = wantedColumns(path, file.schema, names);
    let batches = 0;
    for await (const batch of file.batches()) {
      batches++;
      yield await explained(path, () => foreignBatch(batch, wanted));
    }
    if (batches === 0) yield emptyBatch(wanted);
  } finally {
    await file.close();
  }
}

interface WantedColumn {
  readonly name: string;
  /** Of the column among its batch's, then of fields among their struct's. */
  readonly path: readonly number[];
  readonly type: DataType;
}

function wantedColumns(path: string, schema: Schema, names: readonly string[] | undefined): WantedColumn[] {
  const found = schema.fields.map(({ name }) => name);
  return (names ?? found).map((name) => {
    const located = locate(schema.fields, name);
    if (located === null) {
      throw new DataError(`${path}: there is no column "${name}"; found ${found.join(", ") || "none"}`);
    }
    if (found.indexOf(name) !== found.lastIndexOf(name)) {
      throw new DataError(`${path}: there are several columns "${name}"`);
    }
    if (foreignKind(located.type) === null) {
      throw new DataError(
        `${path}: column "${name}" is ${typeName(located.type)}, expected integers, floats, decimals, text, booleans, dates or timestamps`,
      );
    }
    return { name, ...located };
  });
}

function foreignBatch(batch: RecordBatch, wanted: readonly WantedColumn[]): ForeignBatch {
  const columns: Record<string, ForeignColumn> = {};
  for (const { name, path } of wanted) {
    let data: Data = batch.data;
    let outer: Uint8Array | null = null; // 0 where a struct on the way is null
    for (const index of path) {
      const child: Data | undefined = data.children[index];
      if (child === undefined || child.length !== batch.numRows) {
        throw new RangeError(`column "${name}" has ${child?.length ?? 0} rows in a batch of ${batch.numRows}`);
      }
      if (data !== batch.data) outer = bothValid(outer, validityBytes(data));
      data = child;
    }
    const column = foreignColumn(data);
    columns[name] = { ...column, validity: bothValid(outer, column.validity) };
  }
  return { rows: batch.numRows, columns };
}

function bothValid(a: Uint8Array | null, b: Uint8Array | null): Uint8Array | null {
  return a === null || b === null ? (a ?? b) : a.map((valid, row) => valid & b[row]!);
}

function emptyBatch(wanted: readonly WantedColumn[]): ForeignBatch {
  const columns = wanted.map(({ name, type }) => [name, emptyForeignColumn(type)] as const);
  return { rows: 0, columns: Object.fromEntries(columns) };
}
