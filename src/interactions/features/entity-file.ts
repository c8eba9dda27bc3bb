/**
 * A file of users or of items beside the log, opened: MovieLens's own by their usual names, which have no header, or
 * any table with a column of ids.
 */
import { basename } from "node:path";
import type { FeatureRequest } from "../../config/schemas/ingest/feature-requests.ts";
import { sqlName, sqlText } from "../database/sql-text.ts";
import type { WorkDatabase } from "../database/work-database.ts";
import { plain } from "../sources/choose-columns.ts";
import { openSource } from "../sources/open-source.ts";
import { withoutCompression } from "../sources/sniff-file.ts";
import type { SourceColumn, TableSource } from "../sources/table-source.ts";
import type { TextEncoding } from "../sources/text/readable-text.ts";

export type EntityName = "user" | "item";

export interface EntityFile {
  readonly path: string;
  /** For messages: where it lay, if it was fetched, else its name. */
  readonly name: string;
  readonly encoding: TextEncoding;
}

export interface EntityFiles {
  readonly entity: EntityName;
  readonly table: EntityFile;
  /** From ids of the table to ids of the log, where the two differ. */
  readonly idMap: EntityFile | null;
}

export interface OpenedEntities {
  readonly source: TableSource;
  /** Of MovieLens's files: the features that they hold, each of a kind; null of other tables. */
  readonly usualFeatures: readonly FeatureRequest[] | null;
}

interface Shape {
  readonly delimiter?: string;
  readonly columns?: readonly string[];
  /** Columns made of others, where the file has none of that name. */
  readonly derived?: Readonly<Record<string, string>>;
  readonly features?: readonly FeatureRequest[];
}

const request = (name: string, kind: FeatureRequest["kind"], more: Partial<FeatureRequest> = {}): FeatureRequest => ({
  name,
  kind,
  separator: null,
  buckets: null,
  ...more,
});

// In the order of the 19 columns of 0 and 1, as u.genre of MovieLens 100K names them.
const U_ITEM_GENRES =
  "unknown Action Adventure Animation Children's Comedy Crime Documentary Drama Fantasy Film-Noir Horror Musical Mystery Romance Sci-Fi Thriller War Western".split(
    " ",
  );
const flagOf = (genre: string): string => `flag:${genre}`;
const FLAGGED_GENRES = U_ITEM_GENRES.map(
  (genre) => `CASE WHEN ${sqlName(flagOf(genre))} = '1' THEN ${sqlText(genre)} END`,
);

/** Titles end in it: "Toy Story (1995)". */
const YEAR_OF_TITLE = String.raw`nullif(regexp_extract(title, '\((\d{4})\)\s*$', 1), '')`;
const MOVIE_FEATURES = [request("genres", "list", { separator: "|" }), request("year", "buckets", { buckets: 10 })];
const PERSON_FEATURES = [request("gender", "category"), request("occupation", "category")];

const SHAPES: Readonly<Record<string, Readonly<Record<EntityName, Shape>>>> = {
  "movies.dat": {
    item: {
      delimiter: "::",
      columns: ["id", "title", "genres"],
      derived: { year: YEAR_OF_TITLE },
      features: MOVIE_FEATURES,
    },
    user: {},
  },
  "movies.csv": { item: { derived: { year: YEAR_OF_TITLE }, features: MOVIE_FEATURES }, user: {} },
  "u.item": {
    item: {
      delimiter: "|",
      columns: ["id", "title", "released", "video", "url", ...U_ITEM_GENRES.map(flagOf)],
      derived: { genres: `concat_ws('|', ${FLAGGED_GENRES.join(", ")})`, year: YEAR_OF_TITLE },
      features: MOVIE_FEATURES,
    },
    user: {},
  },
  // Of ages it has seven codes: 1, 18, 25, 35, 45, 50 and 56.
  "users.dat": {
    user: {
      delimiter: "::",
      columns: ["id", "gender", "age", "occupation", "zip"],
      features: [request("age", "category"), ...PERSON_FEATURES],
    },
    item: {},
  },
  "u.user": {
    user: {
      delimiter: "|",
      columns: ["id", "age", "gender", "occupation", "zip"],
      features: [request("age", "buckets", { buckets: 10 }), ...PERSON_FEATURES],
    },
    item: {},
  },
};

/** As plain() writes them, in order of preference. */
const USUAL_NAMES = {
  user: { id: ["id", "user", "userid", "uid", "customerid", "customer", "memberid", "visitorid"] },
  item: {
    id: ["id", "item", "itemid", "movieid", "productid", "sku", "asin", "parentasin", "trackid", "artistid", "bookid"],
  },
  title: ["title", "name", "itemtitle", "movietitle", "itemname", "productname"],
  features: ["features", "genres", "genre", "categories", "category", "tags"],
} as const;

/** `wanted` are columns that the user names. */
export async function openEntities(
  database: WorkDatabase,
  { entity, table }: EntityFiles,
  wanted: readonly string[],
): Promise<OpenedEntities> {
  const { features = null, derived = {}, ...layout } = SHAPES[withoutCompression(basename(table.path))]?.[entity] ?? {};
  const source = await openTable(database, table, `${entity}s_file`, { ...layout, wanted });
  const names = new Set(source.columns.map(({ name }) => name.toLowerCase()));
  const made = Object.entries(derived).filter(
    ([name, sql]) => !names.has(name) && (!sql.includes("title") || names.has("title")),
  );
  if (made.length === 0) return { source, usualFeatures: features };
  const columns = [...source.columns, ...made.map(([name]) => ({ name, type: "VARCHAR" }))];
  const selected = made.map(([name, sql]) => `${sql} AS ${sqlName(name)}`).join(", ");
  const from = `(SELECT *, ${selected} FROM ${source.from})`;
  return { source: { ...source, columns, typedColumns: columns, from }, usualFeatures: features };
}

/** Of two columns: the id in the file, and the id in the log. */
export function openIdMap(database: WorkDatabase, entity: EntityName, file: EntityFile): Promise<TableSource> {
  return openTable(database, file, `${entity}_id_map_file`, { wanted: [] });
}

function openTable(
  database: WorkDatabase,
  { path, name, encoding }: EntityFile,
  table: string,
  layout: Pick<Shape, "delimiter" | "columns"> & { readonly wanted: readonly string[] },
): Promise<TableSource> {
  const usual = [...USUAL_NAMES.user.id, ...USUAL_NAMES.item.id, ...USUAL_NAMES.title, ...USUAL_NAMES.features];
  return openSource(database, {
    path,
    name,
    table,
    text: { kind: "table", encoding, usual, ...layout },
  });
}

/** The column of that role, by the names that such columns usually have. */
export function usualColumn(
  source: TableSource,
  entity: EntityName,
  role: "id" | "title" | "features",
): SourceColumn | null {
  const names: readonly string[] = role === "id" ? USUAL_NAMES[entity].id : USUAL_NAMES[role];
  for (const wanted of names) {
    const found = source.columns.find(({ name }) => plain(name) === wanted);
    if (found !== undefined) return found;
  }
  return null;
}
