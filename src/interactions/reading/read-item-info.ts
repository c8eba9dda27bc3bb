/** Titles and features of items from a file beside the log: MovieLens's movies.dat, movies.csv and u.item, or any table. */
import { basename } from "node:path";
import { ConfigError, DataError } from "../../errors.ts";
import { openSource } from "../sources/open-source.ts";
import type { TextEncoding } from "../sources/readable-text.ts";
import { withoutCompression } from "../sources/sniff-file.ts";
import { sqlName } from "../sources/sql-text.ts";
import { orDataError, type TableSource } from "../sources/table-source.ts";
import type { WorkDatabase } from "../sources/work-database.ts";

export interface ItemInfo {
  readonly title: string;
  /** Distinct, in the file's order. */
  readonly features: readonly string[];
}

export interface ItemFiles {
  readonly items: ItemFile;
  /** From ids of the items file to ids of the log, where the two differ. */
  readonly idMap: ItemFile | null;
}

export interface ItemFile {
  readonly path: string;
  readonly encoding: TextEncoding;
}

/** Shapes of files that never have a header, by their usual names. */
function shapeOf(name: string): { readonly delimiter?: string; readonly columns?: readonly string[] } {
  switch (withoutCompression(name)) {
    case "movies.dat":
      return { delimiter: "::", columns: ["id", "title", "genres"] };
    case "u.item":
      return { delimiter: "|", columns: ["id", "title", "released", "video", "url", ...U_ITEM_GENRES.map(flagOf)] };
    default:
      return {};
  }
}

const USUAL_NAMES: Readonly<Record<"id" | "title" | "features", readonly string[]>> = {
  id: ["id", "item", "item_id", "itemid", "movieid", "movie_id", "productid", "product_id", "sku", "asin"],
  title: ["title", "name", "item_title"],
  features: ["features", "genres", "genre", "categories", "category", "tags"],
};

/** A first line that holds one of these is a header. */
const usualColumns: readonly string[] = Object.values(USUAL_NAMES).flat();

// In the order of the 19 columns of 0 and 1, as u.genre of MovieLens 100K names them.
const U_ITEM_GENRES =
  "unknown Action Adventure Animation Children's Comedy Crime Documentary Drama Fantasy Film-Noir Horror Musical Mystery Romance Sci-Fi Thriller War Western".split(
    " ",
  );
const FLAG = "flag:";
const flagOf = (genre: string): string => `${FLAG}${genre}`;
/** What MovieLens writes where there is none. */
const NO_FEATURES = new Set(["(no genres listed)", ""]);

/**
 * By the id's text, as the log has it. Features stand in one column, separated by "|", or in columns of 0 and 1. Throws
 * ConfigError where no column holds ids or titles.
 */
export async function readItemInfo(
  database: WorkDatabase,
  { items, idMap }: ItemFiles,
): Promise<ReadonlyMap<string, ItemInfo>> {
  const translated = idMap === null ? null : await readIdMap(database, await open(database, idMap, "item_id_map", {}));
  return readItems(database, await open(database, items, "items_file", shapeOf(basename(items.path))), translated);
}

function open(
  database: WorkDatabase,
  { path, encoding }: ItemFile,
  table: string,
  shape: ReturnType<typeof shapeOf>,
): Promise<TableSource> {
  const text = { kind: "table", encoding, wanted: usualColumns, ...shape } as const;
  return openSource(database, { path, name: basename(path), table, text });
}

async function readItems(
  database: WorkDatabase,
  source: TableSource,
  translated: ReadonlyMap<string, string> | null,
): Promise<ReadonlyMap<string, ItemInfo>> {
  const names = source.columns.map(({ name }) => name);
  const id = columnFor(source, "id");
  const title = columnFor(source, "title");
  if (id === null || title === null) {
    throw new ConfigError(
      `--items-file ${source.file}: no ${id === null ? "id" : "title"} column among ${names.join(", ")}; name one ${id === null ? "id" : "title"}`,
    );
  }
  const features = columnFor(source, "features");
  const flags = names.filter((name) => name.startsWith(FLAG));
  const wanted = [id, title, ...(features === null ? [] : [features]), ...flags];
  const info = new Map<string, ItemInfo>();
  const rows = await orDataError(source.file, () =>
    database.rows(
      `SELECT ${wanted.map((name) => `${sqlName(name)}::VARCHAR AS ${sqlName(name)}`).join(", ")} FROM ${source.from}`,
    ),
  );
  for (const row of rows) {
    const own = String(row[id] ?? "").trim();
    const known = translated === null ? own : translated.get(own);
    if (known === undefined || own === "") continue;
    const listed = features === null ? [] : String(row[features] ?? "").split("|");
    const flagged = flags.filter((name) => row[name] === "1").map((name) => name.slice(FLAG.length));
    const all = [...listed.map((feature) => feature.trim()), ...flagged].filter((feature) => !NO_FEATURES.has(feature));
    info.set(known, { title: String(row[title] ?? "").trim(), features: [...new Set(all)] });
  }
  if (rows.length === 0) throw new DataError(`${source.file}: no rows, expected items with their titles`);
  return info;
}

/** The first two columns of a table: id in the items file, id in the log. */
async function readIdMap(database: WorkDatabase, source: TableSource): Promise<ReadonlyMap<string, string>> {
  const [from, to] = source.columns;
  if (from === undefined || to === undefined) {
    throw new ConfigError(
      `--item-id-map ${source.file}: expected two columns, the id in the items file and the id in the log`,
    );
  }
  const rows = await orDataError(source.file, () =>
    database.rows(
      `SELECT ${sqlName(from.name)}::VARCHAR AS "from", ${sqlName(to.name)}::VARCHAR AS "to" FROM ${source.from}`,
    ),
  );
  return new Map(rows.map((row) => [String(row.from ?? "").trim(), String(row.to ?? "").trim()]));
}

function columnFor(source: TableSource, role: keyof typeof USUAL_NAMES): string | null {
  for (const wanted of USUAL_NAMES[role]) {
    const found = source.columns.find(({ name }) => name.trim().toLowerCase() === wanted);
    if (found !== undefined) return found.name;
  }
  return null;
}
