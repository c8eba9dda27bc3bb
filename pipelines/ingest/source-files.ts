/** The files that an ingest reads: their paths by the plan, and how each is to be read by what its bytes are. */
import { join } from "node:path";
import type { IngestConfig } from "../../src/config/schemas/ingest-schema.ts";
import { ConfigError } from "../../src/errors.ts";
import type { BuildOptions } from "../../src/interactions/reading/build-log.ts";
import type { ItemFile, ItemFiles } from "../../src/interactions/reading/read-item-info.ts";
import type { NegativesFile } from "../../src/interactions/reading/read-negatives.ts";
import { columnNames } from "../../src/interactions/sources/choose-columns.ts";
import { formatOf, type SourceFile } from "../../src/interactions/sources/open-source.ts";
import type { PlannedFile } from "../../src/interactions/sources/recognise-logs.ts";
import type { TextEncoding } from "../../src/interactions/sources/text-source.ts";
import type { SourceRecord } from "./check-up-to-date.ts";
import type { IngestPlan } from "./plan-ingest.ts";

export interface IngestSources {
  readonly logs: BuildOptions["sources"];
  readonly negatives: NegativesFile | null;
  /** Null without an items file. */
  readonly items: ItemFiles | null;
}

/** Every file that shapes the result, in the order in which it is read. */
export function sourcePaths(plan: IngestPlan): string[] {
  const logs = plan.raw.plan.files.map(({ name }) => join(plan.raw.directory, name));
  const { itemsFile, itemIdMap } = plan.config;
  return [...logs, ...[negativesOf(plan)?.path, itemsFile, itemIdMap].filter((path) => path !== undefined)];
}

/** Throws ConfigError for settings of text files where a log is of another format. */
export function sourcesOf(plan: IngestPlan, records: readonly SourceRecord[]): IngestSources {
  const encodingOf = (path: string): TextEncoding =>
    (records.find((record) => record.path === path)?.isUtf8 ?? true) ? "utf-8" : "latin-1";
  const itemFile = (path: string): ItemFile => ({ path, encoding: encodingOf(path) });
  const { itemsFile, itemIdMap } = plan.config;
  return {
    logs: plan.raw.plan.files.map((file, index) => {
      const path = join(plan.raw.directory, file.name);
      return { part: file.part, file: logFile(plan.config, file, { path, index, found: encodingOf(path) }) };
    }),
    negatives: negativesOf(plan),
    items:
      itemsFile === undefined
        ? null
        : { items: itemFile(itemsFile), idMap: itemIdMap === undefined ? null : itemFile(itemIdMap) },
  };
}

/** Of the text files that are not wholly UTF-8, how each is read and why. */
export function encodingNotes({ config, raw }: IngestPlan, records: readonly SourceRecord[]): string[] {
  const logs = raw.plan.files.map(({ name }) => join(raw.directory, name));
  return records
    .filter(({ path, oddLines }) => oddLines > 0 && ["text", "json"].includes(formatOf(path)))
    .map(({ path, oddLines, isUtf8 }) => {
      const lines = `${path}: ${oddLines} lines are not UTF-8`;
      if (config.encoding !== "auto" && logs.includes(path))
        return `${lines}; read as ${config.encoding}, as --encoding says`;
      return isUtf8 || formatOf(path) === "json"
        ? `${lines}, too few for another encoding: read as utf-8, those rows are malformed`
        : `${lines}, nearly all that have other letters than ASCII: read as latin-1`;
    });
}

function negativesOf({ raw, candidates }: IngestPlan): NegativesFile | null {
  const name = raw.plan.negatives;
  return name === null || candidates !== "official" ? null : { path: join(raw.directory, name), name };
}

function logFile(
  config: IngestConfig,
  { name, delimiter, columns }: PlannedFile,
  { path, index, found }: { readonly path: string; readonly index: number; readonly found: TextEncoding },
): SourceFile {
  const format = formatOf(name);
  if (format !== "text") refuseTextSettings(config, name, format);
  return {
    path,
    name,
    table: `arrow_input_${index}`,
    needsTypes: config.where !== undefined,
    text: {
      kind: "table",
      delimiter: config.delimiter === "tab" || config.delimiter === "\\t" ? "\t" : (config.delimiter ?? delimiter),
      header: config.header === "auto" ? undefined : config.header,
      columns,
      wanted: columnNames([config.userColumn, config.itemColumn, config.timeColumn, config.ratingColumn]),
      encoding: config.encoding === "auto" ? found : config.encoding,
    },
  };
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
