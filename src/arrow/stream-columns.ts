/** Arrow files and streams from outside, batch by batch: memory stays within one batch of the columns asked for. */
import type { Data, RecordBatch, Schema } from "apache-arrow";
import { DataError } from "../errors.ts";
import { explained, openArrowFileOrStream } from "./arrow-file.ts";
import {
  emptyForeignColumn,
  type ForeignColumn,
  type ForeignKind,
  foreignColumn,
  foreignKind,
} from "./foreign-column.ts";
import { typeName } from "./vector-arrays.ts";

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
}

/** The columns of an Arrow IPC file or stream; reads its head only. Throws DataError. */
export async function describeColumns(path: string): Promise<ForeignColumnDescription[]> {
  const file = await openArrowFileOrStream(path);
  await file.close();
  return file.schema.fields.map(({ name, type }) => ({ name, kind: foreignKind(type), storedType: typeName(type) }));
}

/**
 * The named columns, or all. At least one batch comes, possibly of 0 rows, so types are always known. Throws DataError
 * for damaged, compressed or truncated files and for columns that are missing, repeated or of a type without a kind.
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
    if (batches === 0) yield emptyBatch(file.schema, wanted);
  } finally {
    await file.close();
  }
}

interface WantedColumn {
  readonly name: string;
  readonly index: number;
}

function wantedColumns(path: string, schema: Schema, names: readonly string[] | undefined): WantedColumn[] {
  const found = schema.fields.map(({ name }) => name);
  return (names ?? found).map((name) => {
    const index = found.indexOf(name);
    if (index < 0) throw new DataError(`${path}: there is no column "${name}"; found ${found.join(", ") || "none"}`);
    if (found.lastIndexOf(name) !== index) throw new DataError(`${path}: there are several columns "${name}"`);
    const { type } = schema.fields[index]!;
    if (foreignKind(type) === null) {
      throw new DataError(
        `${path}: column "${name}" is ${typeName(type)}, expected integers, floats, decimals, text, booleans, dates or timestamps`,
      );
    }
    return { name, index };
  });
}

function foreignBatch(batch: RecordBatch, wanted: readonly WantedColumn[]): ForeignBatch {
  const columns: Record<string, ForeignColumn> = {};
  for (const { name, index } of wanted) {
    const data: Data | undefined = batch.data.children[index];
    if (data === undefined || data.length !== batch.numRows) {
      throw new RangeError(`column "${name}" has ${data?.length ?? 0} rows in a batch of ${batch.numRows}`);
    }
    columns[name] = foreignColumn(data);
  }
  return { rows: batch.numRows, columns };
}

function emptyBatch(schema: Schema, wanted: readonly WantedColumn[]): ForeignBatch {
  const columns = wanted.map(({ name, index }) => [name, emptyForeignColumn(schema.fields[index]!.type)] as const);
  return { rows: 0, columns: Object.fromEntries(columns) };
}
