/** Files of ids that a user hands to `score`, opened by their format. */
import { stat } from "node:fs/promises";
import { ConfigError } from "../src/errors.ts";
import { type AskedFile, openAskedText } from "../src/interactions/asked-ids.ts";
import { formatOf, type LogSource, openJsonSource, openParquetSource } from "../src/interactions/log-source.ts";
import type { WorkDatabase } from "../src/interactions/work-database.ts";
import { openArrowSource } from "./arrow-input.ts";

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
