/**
 * What is known of users or of items beside the log, as a table of the work database: ids as the log has them, titles
 * and features for people, and the columns that are to be features of rankers, as text.
 */
import type { FeatureRequest } from "../../config/schemas/ingest/feature-requests.ts";
import { ConfigError } from "../../errors.ts";
import { sqlName } from "../database/sql-text.ts";
import type { WorkDatabase } from "../database/work-database.ts";
import type { BadRow, BadRows } from "../reading/bad-rows.ts";
import { cleanText, idColumnProblem, idText } from "../sources/id-text.ts";
import { type SourceColumn, type TableSource, UNREAD } from "../sources/table-source.ts";
import { type EntityFiles, type OpenedEntities, openEntities, openIdMap, usualColumn } from "./entity-file.ts";
import { type EntityReading, type LoadedColumn, loadEntities } from "./load-entities.ts";

/** A feature and where the table has its values: text without blanks round it, or the text of a JSON list. */
export interface FoundFeature extends FeatureRequest {
  readonly column: string;
  /** Whether the file holds lists there, whatever their values look like. */
  readonly isNested: boolean;
  /** Nobody named it: it is left out where it cannot well be a feature. */
  readonly isGuess: boolean;
}

export interface EntityTable {
  /** Columns position, id, title and features (text, the latter parted by "|") where items have them, f0, f1, ... */
  readonly table: string;
  readonly file: string;
  readonly rows: number;
  readonly hasTitles: boolean;
  readonly hasLabels: boolean;
  readonly features: readonly FoundFeature[];
  /** Of the file and the map of its ids: how many could not be read, and the first of them. */
  readonly badRows: number;
  readonly firstBadRows: readonly BadRow[];
}

/** Features asked for: by name, every column that can be one, or none, where the file is for reports alone. */
export type FeatureWish = readonly FeatureRequest[] | "auto" | "none";

/**
 * Throws ConfigError where no column holds ids (or, without features, titles), or none is of a feature's name;
 * DataError where too many rows are bad.
 */
export async function readEntityTable(
  database: WorkDatabase,
  files: EntityFiles,
  wish: FeatureWish,
  reading: EntityReading,
): Promise<EntityTable> {
  const { entity, idMap } = files;
  const bad: BadRows[] = [];
  if (idMap !== null) bad.push(await loadIdMap(database, files, idMap, reading));
  const wanted = typeof wish === "string" ? [] : wish.map(({ name }) => name);
  const opened = await openEntities(database, files, wanted);
  const { source } = opened;
  const id = usualColumn(source, entity, "id");
  const title = entity === "item" ? usualColumn(source, entity, "title") : null;
  const labels = entity === "item" ? usualColumn(source, entity, "features") : null;
  if (id === null || (wish === "none" && title === null))
    throw missingColumns(source, entity, id === null, title === null);
  const features = featuresOf(opened, wish, [id, title]);
  const table = `${entity}_table`;
  const loaded = await loadEntities(
    database,
    idMap === null ? table : `${table}_by_file`,
    source,
    {
      ids: [{ name: "id", column: id }],
      others: [
        ...shown("title", title),
        ...shown("features", labels),
        ...features.map(
          ({ column, source: of }): LoadedColumn => ({ name: column, sql: valueText(of, reading.nulls) }),
        ),
      ],
    },
    reading,
  );
  bad.push(loaded.bad);
  if (idMap !== null) {
    await database.run(
      `CREATE TABLE ${table} AS SELECT rows.* REPLACE (map.log_id AS id)
       FROM ${table}_by_file AS rows JOIN ${entity}_id_map AS map ON map.id = rows.id ORDER BY rows.position`,
    );
  }
  reading.log(`read ${source.file}: ${loaded.rowsRead} rows (${source.format})`);
  return {
    table,
    file: source.file,
    rows: loaded.rowsRead,
    hasTitles: title !== null,
    hasLabels: labels !== null,
    features: features.map(({ source: _source, ...feature }) => feature),
    badRows: bad.reduce((sum, { count }) => sum + count, 0),
    firstBadRows: bad.flatMap(({ first }) => first).slice(0, 5),
  };
}

/** What stands in the file is shown as it stands there. */
function shown(name: string, column: SourceColumn | null): LoadedColumn[] {
  if (column === null) return [];
  const text = sqlName(column.name);
  const isArray = column.nested === undefined && isList(column);
  return [{ name, sql: isArray ? `array_to_string(${text}::VARCHAR[], '|')` : `${text}::VARCHAR` }];
}

/** Table <entity>_id_map: id in the file and log_id, each id once, by its last row. */
async function loadIdMap(
  database: WorkDatabase,
  { entity }: EntityFiles,
  file: NonNullable<EntityFiles["idMap"]>,
  reading: EntityReading,
): Promise<BadRows> {
  const source = await openIdMap(database, entity, file);
  const [from, to] = source.columns;
  if (from === undefined || to === undefined) {
    throw new ConfigError(
      `--${entity}-id-map ${source.file}: expected two columns, the id in the ${entity}s file and the id in the log`,
    );
  }
  const ids = [
    { name: "id", column: from },
    { name: "log_id", column: to },
  ];
  const { rowsRead, bad } = await loadEntities(database, `${entity}_map`, source, { ids, others: [] }, reading);
  await database.run(
    `CREATE TABLE ${entity}_id_map AS SELECT id, arg_max(log_id, position) AS log_id FROM ${entity}_map GROUP BY id`,
  );
  reading.log(`read ${source.file}: ${rowsRead} rows (${source.format})`);
  return bad;
}

function featuresOf(
  { source, usualFeatures }: OpenedEntities,
  wish: FeatureWish,
  taken: readonly (SourceColumn | null)[],
): readonly (FoundFeature & { readonly source: SourceColumn })[] {
  if (wish === "none") return [];
  const isTaken = (column: SourceColumn): boolean => taken.some((one) => one?.name === column.name);
  const guesses = (): readonly FeatureRequest[] =>
    usualFeatures ??
    source.columns
      .filter((column) => !isTaken(column) && featureColumnProblem(source, column) === null)
      .map(({ name }) => ({ name, kind: null, separator: null, buckets: null }));
  const requests = wish === "auto" ? guesses() : wish;
  const isGuess = wish === "auto" && usualFeatures === null;
  const problems: string[] = [];
  const found = requests.flatMap((request, index) => {
    const column = columnNamed(source, request.name);
    const problem = column === null ? missing(source, request.name) : featureColumnProblem(source, column);
    if (problem !== null) problems.push(problem);
    if (column === null) return [];
    const usual = usualFeatures?.find(({ name }) => name === column.name);
    const known = request.kind === null && usual !== undefined ? { ...usual, name: request.name } : request;
    const isNested = isList(column);
    return [{ ...known, column: `f${index}`, isNested, isGuess, source: column }];
  });
  if (problems.length > 0) throw new ConfigError(problems.join("\n"));
  if (found.length === 0) throw new ConfigError(`${source.file}: no column beside the ids can be a feature`);
  return found;
}

function missing({ file, columns }: TableSource, name: string): string {
  return `${file}: no column "${name}" for a feature among ${columns.map((column) => column.name).join(", ")}`;
}

/** By exact name, then without case. */
function columnNamed({ columns }: TableSource, wanted: string): SourceColumn | null {
  const exact = columns.find(({ name }) => name === wanted);
  return exact ?? columns.find(({ name }) => name.toLowerCase() === wanted.toLowerCase()) ?? null;
}

function isList({ type, nested = type }: SourceColumn): boolean {
  return /\[\d*\]$/.test(nested);
}

function featureColumnProblem({ file }: TableSource, column: SourceColumn): string | null {
  const { name, type, nested = type } = column;
  if (type === UNREAD)
    return `${file}: column "${name}" is of type ${nested}, which cannot be read; write it as Parquet or JSON`;
  if (/^(STRUCT|MAP)/.test(nested) || /^(STRUCT|MAP).*\[\]$/.test(nested)) {
    return `${file}: column "${name}" is of type ${nested}, expected text, numbers or lists; a field inside is ${name}.FIELD`;
  }
  return null;
}

/** Of MovieLens; it is no genre. */
const NO_GENRES = "(no genres listed)";

/** SQL: a value as the text that features compare, null where there is none; of a list, its JSON. */
function valueText(column: SourceColumn, nulls: readonly string[]): string {
  const name = sqlName(column.name);
  const all = [...nulls, NO_GENRES];
  if (column.nested !== undefined && isList(column)) return name; // the text of a JSON list
  if (isList(column)) return `to_json(${name})::VARCHAR`;
  if (idColumnProblem("", column, "") === null) return idText(column, all);
  return cleanText(`${name}::VARCHAR`, all);
}

function missingColumns(
  source: TableSource,
  entity: string,
  isIdMissing: boolean,
  isTitleMissing: boolean,
): ConfigError {
  const names = source.columns.map(({ name }) => name).join(", ");
  const lacking = [...(isIdMissing ? ["id"] : []), ...(isTitleMissing && entity === "item" ? ["title"] : [])];
  return new ConfigError(
    lacking
      .map((what) => `--${entity}s-file ${source.file}: no ${what} column among ${names}; name one ${what}`)
      .join("\n"),
  );
}
