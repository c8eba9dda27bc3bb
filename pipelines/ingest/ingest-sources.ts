/** The planned files as sources for the log: which reader each format gets. */
import { basename, join } from "node:path";
import type { IngestConfig } from "../../src/config/schemas/ingest-schema.ts";
import { ConfigError, DataError } from "../../src/errors.ts";
import type { BuildOptions } from "../../src/interactions/reading/build-log.ts";
import {
  type ItemInfo,
  itemFileShape,
  readIdMap,
  readItemInfo,
  usualItemColumns,
} from "../../src/interactions/reading/read-item-info.ts";
import { openArrowSource } from "../../src/interactions/sources/arrow-input.ts";
import type { TableHints } from "../../src/interactions/sources/detect-table.ts";
import {
  formatOf,
  type LogSource,
  openJsonSource,
  openParquetSource,
  openTextSource,
  type TextEncoding,
} from "../../src/interactions/sources/log-source.ts";
import { type PlannedFile, withoutCompression } from "../../src/interactions/sources/recognise-logs.ts";
import type { WorkDatabase } from "../../src/interactions/sources/work-database.ts";
import type { SourceRecord } from "./ingest-freshness.ts";
import type { IngestPlan } from "./ingest-plan.ts";

/** Every file that shapes the result, in the order in which it is read. */
export function sourcePaths(plan: IngestPlan): string[] {
  const negatives = plan.candidates === "official" ? negativesFile(plan) : null;
  const logs = plan.raw.plan.files.map(({ name }) => join(plan.raw.directory, name));
  const { itemsFile, itemIdMap } = plan.config;
  const beside = [negatives?.path, itemsFile, itemIdMap].filter((path) => path !== undefined);
  return [...logs, ...beside];
}

export function negativesFile({ raw }: IngestPlan): { path: string; name: string } | null {
  const name = raw.plan.negatives;
  return name === null ? null : { path: join(raw.directory, name), name };
}

/** Titles and features by the item's id in the log, as text; null without an items file. */
export async function readItems(
  database: WorkDatabase,
  { config }: IngestPlan,
  facts: readonly SourceRecord[],
): Promise<ReadonlyMap<string, ItemInfo> | null> {
  const { itemsFile, itemIdMap } = config;
  if (itemsFile === undefined) return null;
  const open = (path: string, table: string, shape: ReturnType<typeof itemFileShape>): Promise<LogSource> => {
    const isUtf8 = facts.find((fact) => fact.path === path)?.isUtf8 ?? true;
    const text = { delimiter: shape.delimiter, header: undefined, columns: shape.columns, wanted: usualItemColumns };
    return openTable(database, path, { name: basename(path), table, text, encoding: isUtf8 ? "utf-8" : "latin-1" });
  };
  const translated =
    itemIdMap === undefined ? null : await readIdMap(database, await open(itemIdMap, "item_id_map", {}));
  const source = await open(itemsFile, "items_file", itemFileShape(basename(itemsFile)));
  return readItemInfo(database, source, translated);
}

/** `facts` stand in the order of sourcePaths. */
export function logSources(
  database: WorkDatabase,
  plan: IngestPlan,
  facts: readonly SourceRecord[],
): BuildOptions["sources"] {
  return plan.raw.plan.files.map((file, place) => ({
    part: file.part,
    open: () => openFile(database, plan, file, { place, isUtf8: facts[place]?.isUtf8 ?? true }),
  }));
}

async function openFile(
  database: WorkDatabase,
  { config, raw }: IngestPlan,
  file: PlannedFile,
  { place, isUtf8 }: { readonly place: number; readonly isUtf8: boolean },
): Promise<LogSource> {
  const { name } = file;
  const path = join(raw.directory, name);
  const format = formatOf(name);
  if (format !== "text") refuseTextSettings(config, name, format);
  return openTable(database, path, {
    name,
    table: `arrow_input_${place}`,
    needsTypes: config.where !== undefined,
    text: {
      delimiter: config.delimiter === "tab" || config.delimiter === "\\t" ? "\t" : (config.delimiter ?? file.delimiter),
      header: config.header === "auto" ? undefined : config.header,
      columns: file.columns,
      // A number names a place; it would be found in a first row of data as well.
      wanted: [config.userColumn, config.itemColumn, config.timeColumn, config.ratingColumn]
        .filter((column) => column !== undefined)
        .filter((column) => !/^\d+$/.test(column)),
    },
    encoding: config.encoding === "auto" ? (isUtf8 ? "utf-8" : "latin-1") : config.encoding,
  });
}

/** By the format its name tells. `table` is where an Arrow file is put. */
async function openTable(
  database: WorkDatabase,
  path: string,
  options: {
    readonly name: string;
    readonly table: string;
    readonly needsTypes?: boolean;
    readonly text: Omit<TableHints, "file">;
    readonly encoding: TextEncoding;
  },
): Promise<LogSource> {
  const { name, text, encoding } = options;
  const format = formatOf(name);
  if (format === "arrow" || format === "parquet") refusePacked(path, format);
  switch (format) {
    case "arrow":
      return openArrowSource(database, options.table, { path, name });
    case "parquet":
      return openParquetSource(database, path, name);
    case "json":
      return openJsonSource(database, path, name);
    case "text":
      return openTextSource(database, path, { file: name, needsTypes: options.needsTypes ?? false, ...text, encoding });
    default:
      return format satisfies never;
  }
}

/** Both formats are read by jumping about in the file, which a compressed one does not allow; their own compression is fine. */
function refusePacked(path: string, format: string): void {
  if (withoutCompression(path) === path) return;
  const unpack = /\.gz$/i.test(path) ? "gunzip" : "zstd -d";
  throw new DataError(
    `${path}: ${format} inside a compressed file, which cannot be read there; unpack it: ${unpack} ${path}`,
  );
}

/** They would have no effect, and the user thinks they have. */
function refuseTextSettings(config: IngestConfig, name: string, format: string): void {
  const given = [
    ...(config.delimiter === undefined ? [] : ["--delimiter"]),
    ...(config.header === "auto" ? [] : ["--header"]),
    ...(config.encoding === "auto" ? [] : ["--encoding"]),
  ];
  if (given.length > 0)
    throw new ConfigError(`${given.join(", ")}: ${name} is ${format}, these are for text files; leave them out`);
}
