/** Recommendations to a file, whatever its format: rows stream in, and the file is there whole or not at all. */
import { openColumnWriter } from "../../../src/arrow/write-columns.ts";
import { StorageError } from "../../../src/errors.ts";
import { cannotWrite } from "../../../src/files/make-folder.ts";
import type { ParquetCompression } from "../../../src/parquet/write-parquet.ts";
import { csvLines, jsonLines } from "./recommendation-lines.ts";
import {
  columnsOfRows,
  idColumnsOf,
  type RecommendationShape,
  type RecommendationWriter,
  recommendationColumns,
} from "./recommendations.ts";
import { openTextWriter } from "./text-writer.ts";

export interface RecommendationFormat {
  readonly format: "parquet" | "arrow" | "csv" | "jsonl";
  /** Of Parquet alone. */
  readonly compression: ParquetCompression;
  /** Of CSV alone: whether ids that a spreadsheet would execute are made text. */
  readonly isCsvSafe: boolean;
}

const REMEDY = "free some space, or choose another file with --output";

/**
 * The bytes depend on the rows and the format, not on how the rows were appended. Throws StorageError
 * where it cannot be written.
 */
export async function openRecommendationWriter(
  path: string,
  shape: RecommendationShape,
  format: RecommendationFormat,
): Promise<RecommendationWriter> {
  const writer = await explained(path, () => openWriter(path, shape, format));
  return {
    append: (rows) => explained(path, () => writer.append(rows)),
    close: () => explained(path, () => writer.close()),
    abort: () => writer.abort(),
  };
}

async function openWriter(
  path: string,
  shape: RecommendationShape,
  { format, compression, isCsvSafe }: RecommendationFormat,
): Promise<RecommendationWriter> {
  const columns = recommendationColumns(shape);
  switch (format) {
    case "parquet": {
      // DuckDB takes 70 ms to load, and no other format needs it.
      const { openParquetWriter } = await import("../../../src/parquet/write-parquet.ts");
      const schema = columns.map(({ name, type }) => ({ name, type }));
      const writer = await openParquetWriter(path, schema, { compression, memoryLimit: "256MB" });
      return { ...writer, append: (rows) => writer.append(columnsOfRows(rows, shape)) };
    }
    case "arrow": {
      const writer = await openColumnWriter(path, columns);
      return { ...writer, append: (rows) => writer.append(columnsOfRows(rows, shape)) };
    }
    case "csv":
      return openTextWriter(
        path,
        csvLines(
          columns.map(({ name }) => name),
          { isSafe: isCsvSafe },
        ),
      );
    case "jsonl":
      return openTextWriter(path, jsonLines(idColumnsOf(shape)));
    default:
      return format satisfies never;
  }
}

/** A full disk and the like as the user's to mend; DuckDB says so in words of its own. */
async function explained<T>(path: string, task: () => Promise<T>): Promise<T> {
  try {
    return await task();
  } catch (error) {
    if (error instanceof Error && /No space left on device|disk is full/i.test(error.message)) {
      throw new StorageError(`${path}: cannot write there (no disk space); ${REMEDY}`, { cause: error });
    }
    throw cannotWrite(path, REMEDY, error);
  }
}
