/** Columns of our own Arrow files batch by batch, in file order: memory stays within one batch, whatever the rows. */
import type { Data, RecordBatch } from "apache-arrow";
import { explained, openArrowFile } from "./arrow-file.ts";
import type { ColumnArrays, ColumnType, ColumnValues } from "./column-schema.ts";
import { valuesOf, type WantedColumn, wantedColumns } from "./read-columns.ts";

/** Asking for a column that was not named, or is of another type, throws RangeError: that is the caller's mistake. */
export interface OwnBatch {
  readonly rows: number;
  /** The arrays are views of the batch; they outlive it. Null rows hold 0 or "". */
  column<T extends ColumnType>(name: string, type: T): ColumnArrays[T];
  /** Whatever type the file has. */
  anyColumn(name: string): ColumnValues;
}

/** The named columns. Throws DataError for a missing, cut or damaged file and for columns it does not have. */
export async function* streamOwnColumns(path: string, names: readonly string[]): AsyncGenerator<OwnBatch> {
  const file = await openArrowFile(path);
  try {
    const wanted = wantedColumns(path, file.schema, names);
    for await (const batch of file.batches()) yield await explained(path, () => ownBatch(batch, wanted));
  } finally {
    await file.close();
  }
}

function ownBatch(batch: RecordBatch, wanted: readonly WantedColumn[]): OwnBatch {
  const columns = new Map(
    wanted.map(({ name, index, type }) => {
      const data: Data | undefined = batch.data.children[index];
      if (data === undefined || data.length !== batch.numRows) {
        throw new RangeError(`column "${name}" has ${data?.length ?? 0} rows in a batch of ${batch.numRows}`);
      }
      return [name, { type, values: valuesOf(data, type) }] as const;
    }),
  );
  const found = (name: string) => {
    const column = columns.get(name);
    if (column === undefined) throw new RangeError(`column "${name}" was not asked for`);
    return column;
  };
  return {
    rows: batch.numRows,
    column<T extends ColumnType>(name: string, type: T): ColumnArrays[T] {
      const column = found(name);
      if (column.type !== type) throw new RangeError(`column "${name}" is ${column.type}, expected ${type}`);
      return column.values as ColumnArrays[T]; // `type` says which class `values` has
    },
    anyColumn: (name) => found(name).values,
  };
}
