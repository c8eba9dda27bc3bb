/** Files of ids that a user hands to `score`, opened by their format. */
import { stat } from "node:fs/promises";
import { ConfigError } from "../../errors.ts";
import { openArrowSource } from "../sources/arrow-source.ts";
import { formatOf, openJsonSource, openParquetSource, type TableSource } from "../sources/table-source.ts";
import type { WorkDatabase } from "../sources/work-database.ts";
import { type IdListFile, openIdListText } from "./id-lists.ts";

export async function openIdList(database: WorkDatabase, file: IdListFile): Promise<TableSource> {
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
      return openIdListText(database, file);
    default:
      return format satisfies never;
  }
}
