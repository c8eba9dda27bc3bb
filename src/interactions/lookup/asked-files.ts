/** Files of ids that a user hands to `score`, opened by their format. */
import { stat } from "node:fs/promises";
import { ConfigError } from "../../errors.ts";
import { openArrowSource } from "../sources/arrow-input.ts";
import { formatOf, type LogSource, openJsonSource, openParquetSource } from "../sources/log-source.ts";
import type { WorkDatabase } from "../sources/work-database.ts";
import { type AskedFile, openAskedText } from "./asked-ids.ts";

export async function openAskedFile(database: WorkDatabase, file: AskedFile): Promise<LogSource> {
  const { path } = file;
  if (!(await stat(path).catch(() => null))?.isFile()) throw new ConfigError(`${path}: there is no such file`);
  const format = formatOf(path);
  switch (format) {
    case "arrow":
      return openArrowSource(database, `arrow_${file.roles.join("_")}`, { path, name: path });
    case "parquet":
      return openParquetSource(database, path, path);
    case "json":
      return openJsonSource(database, path, path);
    case "text":
      return openAskedText(database, file);
    default:
      return format satisfies never;
  }
}
