/** Tables of an export, as Arrow or Parquet: a row for each user or item with its id, or any columns. */
import path from "node:path";
import type { ColumnSchema, ColumnValues } from "../../src/arrow/column-schema.ts";
import { openColumnWriter } from "../../src/arrow/write-columns.ts";
import type { FileContent } from "../../src/files/file-content.ts";
import type { ParquetColumn } from "../../src/parquet/parquet-columns.ts";
import type { Vocabulary } from "../dataset/vocabulary-files.ts";

type NamedContent = FileContent & { readonly name: string };

export async function writeTable(
  folder: string,
  name: string,
  { kind, ids }: Vocabulary,
  tables: readonly { readonly name: string; readonly width: number | undefined; readonly values: Float32Array }[],
): Promise<NamedContent> {
  const schema: ColumnSchema = [
    { name: kind, type: "uint32" },
    { name: `${kind}_id`, type: ids instanceof BigInt64Array ? "int64" : "utf8" },
    ...tables.map(({ name, width }) => ({ name, type: "float32" as const, ...(width === undefined ? {} : { width }) })),
  ];
  const columns: Record<string, ColumnValues> = {
    [kind]: Uint32Array.from({ length: ids.length }, (_, index) => index),
    [`${kind}_id`]: ids,
    ...Object.fromEntries(tables.map(({ name, values }) => [name, values])),
  };
  return writeColumnsAs(folder, name, schema, [columns]);
}

/** By the ending of `name`: Arrow or Parquet. */
export async function writeColumnsAs(
  folder: string,
  name: string,
  schema: ColumnSchema,
  batches: Iterable<Readonly<Record<string, ColumnValues>>>,
): Promise<NamedContent> {
  const file = path.join(folder, name);
  // The same columns by another name: a column of vectors is a type of its own in Parquet files.
  const parquetSchema = schema.map(
    (column): ParquetColumn =>
      column.width === undefined
        ? { name: column.name, type: column.type }
        : { name: column.name, type: "vector", width: column.width },
  );
  const writer = name.endsWith(".arrow")
    ? await openColumnWriter(file, schema)
    : await (await import("../../src/parquet/write-parquet.ts")).openParquetWriter(file, parquetSchema);
  try {
    for (const columns of batches) await writer.append(columns);
    const { bytes, sha256 } = await writer.close();
    return { name, bytes, sha256 };
  } catch (error) {
    await writer.abort();
    throw error;
  }
}
