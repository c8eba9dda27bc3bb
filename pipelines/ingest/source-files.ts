/** The files that an ingest reads: their paths by the plan, and how each is to be read by what its bytes are. */
import { basename, join } from "node:path";
import type { IngestConfig } from "../../src/config/schemas/ingest/ingest-schema.ts";
import { ConfigError, DataError } from "../../src/errors.ts";
import type { EntityFile, EntityFiles, EntityName } from "../../src/interactions/features/entity-file.ts";
import type { BuildOptions } from "../../src/interactions/reading/build-log.ts";
import type { NegativesFile } from "../../src/interactions/reading/read-negatives.ts";
import { columnNames } from "../../src/interactions/sources/choose-columns.ts";
import type { SourceFile } from "../../src/interactions/sources/open-source.ts";
import { partitionsOf } from "../../src/interactions/sources/partitions.ts";
import type { PlannedFile } from "../../src/interactions/sources/recognise-logs.ts";
import type { TextEncoding } from "../../src/interactions/sources/text/readable-text.ts";
import type { SourceRecord } from "./check-up-to-date.ts";
import type { IngestPlan, RawLogs } from "./plan-ingest.ts";

/** Parts of a log may be empty, as engines write them; null where none is. */
export function emptyFilesNote(records: readonly SourceRecord[]): string | null {
  const empty = records.filter(({ isEmpty }) => isEmpty).map(({ path, origin }) => origin ?? path);
  if (empty.length === 0) return null;
  const shown = empty.length <= 3 ? empty.join(", ") : `${empty.slice(0, 3).join(", ")} and ${empty.length - 3} more`;
  return `passed over ${empty.length} empty files: ${shown}`;
}

export interface IngestSources {
  readonly logs: BuildOptions["sources"];
  readonly negatives: NegativesFile | null;
  /** Of what is known of them; null without such a file. */
  readonly users: EntityFiles | null;
  readonly items: EntityFiles | null;
}

/** Every file that shapes the result, in the order in which it is read. */
export function sourcePaths(plan: IngestPlan): string[] {
  const logs = logPaths(plan.raw, plan.candidates).map(({ path }) => path);
  return [...logs, ...filesBeside(plan)];
}

/** What is known of items and users, in the order in which it is recorded. */
function filesBeside({ config }: IngestPlan): readonly string[] {
  const { itemsFile, itemIdMap, usersFile, userIdMap } = config;
  return [itemsFile, itemIdMap, usersFile, userIdMap].filter((path) => path !== undefined);
}

/** The files of the log, and the publisher's negatives where they are used. */
export function logPaths(raw: RawLogs, candidates: IngestPlan["candidates"]): NegativesFile[] {
  const negatives = candidates === "official" ? raw.plan.negatives : null;
  const names = [...raw.plan.files.map(({ name }) => name), ...(negatives === null ? [] : [negatives])];
  return names.map((name) => ({ name, path: join(raw.directory, name) }));
}

/** Throws ConfigError for settings of text files where a log is of another format. */
export function sourcesOf(plan: IngestPlan, records: readonly SourceRecord[]): IngestSources {
  const byPath = new Map(records.map((record) => [record.path, record]));
  const encodingOf = (path: string): TextEncoding => ((byPath.get(path)?.isUtf8 ?? true) ? "utf-8" : "not utf-8");
  const wanted = plan.config.encoding;
  const fileAt = (path: string): EntityFile => ({
    path,
    name: byPath.get(path)?.origin ?? basename(path),
    encoding: wanted === "auto" ? encodingOf(path) : wanted,
  });
  const filesOf = (entity: EntityName, table: string | undefined, idMap: string | undefined): EntityFiles | null =>
    table === undefined ? null : { entity, table: fileAt(table), idMap: idMap === undefined ? null : fileAt(idMap) };
  const { itemsFile, itemIdMap, usersFile, userIdMap } = plan.config;
  const isEmpty = new Set(records.filter((record) => record.isEmpty).map(({ path }) => path));
  const pathOf = ({ name }: PlannedFile): string => join(plan.raw.directory, name);
  const filled = plan.raw.plan.files.filter((file) => file.part !== "log" || !isEmpty.has(pathOf(file)));
  const needed = [...(filled.length === 0 ? plan.raw.plan.files.slice(0, 1) : filled).map(pathOf)];
  for (const path of [...needed, ...filesBeside(plan)]) {
    if (isEmpty.has(path)) {
      throw new DataError(`${byPath.get(path)?.origin ?? path}: the file is empty, expected a log`);
    }
  }
  return {
    logs: filled.map((file, index) => {
      const path = join(plan.raw.directory, file.name);
      return {
        part: file.part,
        file: logFile(plan, file, {
          path,
          index,
          found: encodingOf(path),
          format: byPath.get(path)?.format ?? "text",
          origin: byPath.get(path)?.origin ?? file.name,
        }),
      };
    }),
    negatives: negativesOf(plan),
    users: filesOf("user", usersFile, userIdMap),
    items: filesOf("item", itemsFile, itemIdMap),
  };
}

/** Of the text files that are not wholly UTF-8, how each is read and why. */
export function encodingNotes(plan: IngestPlan, records: readonly SourceRecord[]): string[] {
  const { config, raw } = plan;
  const tables = [...raw.plan.files.map(({ name }) => join(raw.directory, name)), ...filesBeside(plan)];
  return records
    .filter(({ oddLines, format }) => oddLines > 0 && (format === "text" || format === "json"))
    .map(({ path, origin, oddLines, isUtf8, format }) => {
      const lines = `${origin ?? path}: ${oddLines} lines are not UTF-8`;
      if (config.encoding !== "auto" && tables.includes(path))
        return `${lines}; read as ${config.encoding}, as --encoding says`;
      return isUtf8 || format === "json"
        ? `${lines}, too few for another encoding: read as utf-8, those rows are malformed`
        : `${lines}, nearly all that have other letters than ASCII: read as latin-1, or as windows-1252 where they hold bytes that only that has`;
    });
}

function negativesOf({ raw, candidates }: IngestPlan): NegativesFile | null {
  return logPaths(raw, candidates)[raw.plan.files.length] ?? null;
}

interface FoundFile {
  readonly path: string;
  /** Among the log's files, from 0. */
  readonly index: number;
  readonly found: TextEncoding;
  readonly format: string;
  /** Where it was fetched from, else its name. */
  readonly origin: string;
}

function logFile(
  { config, raw: { layout } }: IngestPlan,
  { name, delimiter, columns }: PlannedFile,
  { path, index, found, format, origin }: FoundFile,
): SourceFile {
  if (layout !== null) {
    refuseTextSettings(config, origin, layout.format);
    return { path, name: origin, table: `typed_input_${index}`, text: layout };
  }
  if (format !== "text") refuseTextSettings(config, name, format);
  return {
    path,
    name,
    table: `arrow_input_${index}`,
    partitions: partitionsOf(name),
    needsTypes: config.where !== undefined,
    text: {
      kind: "table",
      delimiter: config.delimiter === "tab" || config.delimiter === "\\t" ? "\t" : (config.delimiter ?? delimiter),
      header: config.header === "auto" ? undefined : config.header,
      columns,
      quote: config.quote,
      escape: config.escape,
      hasDecimalCommas: config.decimal === ",",
      wanted: columnNames([
        ...[config.userColumn, config.itemColumn, config.timeColumn, config.ratingColumn],
        ...[config.weightColumn, config.eventColumn],
      ]),
      encoding: config.encoding === "auto" ? found : config.encoding,
    },
  };
}

/** They would have no effect, and the user thinks they have. */
function refuseTextSettings(config: IngestConfig, name: string, format: string): void {
  const given = [
    ...(config.format === undefined ? [] : ["--format"]),
    ...(config.delimiter === undefined ? [] : ["--delimiter"]),
    ...(config.header === "auto" ? [] : ["--header"]),
    ...(config.quote === undefined ? [] : ["--quote"]),
    ...(config.escape === undefined ? [] : ["--escape"]),
    ...(config.decimal === "." ? [] : ["--decimal"]),
    ...(config.encoding === "auto" ? [] : ["--encoding"]),
  ];
  if (given.length > 0)
    throw new ConfigError(`${given.join(", ")}: ${name} is ${format}, these are for text files; leave them out`);
}
