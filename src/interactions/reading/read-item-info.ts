/**
 * Titles and features of items from a file beside the log: MovieLens's movies.dat, movies.csv and u.item, or any table.
 */
import { basename } from "node:path";
import { ConfigError } from "../../errors.ts";
import type { WorkDatabase } from "../database/work-database.ts";
import { plain } from "../sources/choose-columns.ts";
import { openSource } from "../sources/open-source.ts";
import { withoutCompression } from "../sources/sniff-file.ts";
import type { SourceColumn, TableSource } from "../sources/table-source.ts";
import type { TextEncoding } from "../sources/text/readable-text.ts";
import type { BadRow, BadRows } from "./bad-rows.ts";
import { type ItemColumn, type ItemReading, type ItemRow, loadItemTable } from "./load-item-table.ts";

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
  /** For messages: where it lay, if it was fetched, else its name. */
  readonly name: string;
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
  id: ["id", "item", "itemid", "movieid", "productid", "sku", "asin", "parentasin", "trackid", "artistid", "bookid"],
  title: ["title", "name", "itemtitle", "movietitle", "itemname", "productname"],
  features: ["features", "genres", "genre", "categories", "category", "tags"],
};

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

export interface ItemInfos {
  /** By the id's text, as the log has it. */
  readonly byId: ReadonlyMap<string, ItemInfo>;
  /** Of both files. */
  readonly badRows: number;
  readonly firstBadRows: readonly BadRow[];
}

/**
 * Features stand in one column, separated by "|", or in columns of 0 and 1. Throws ConfigError where no column holds
 * ids or titles, DataError where too many rows are bad.
 */
export async function readItemInfo(
  database: WorkDatabase,
  { items, idMap }: ItemFiles,
  reading: ItemReading,
): Promise<ItemInfos> {
  const bad: BadRows[] = [];
  const read = async (
    file: ItemFile,
    table: string,
    shape: ReturnType<typeof shapeOf>,
    columnsOf: (source: TableSource) => readonly ItemColumn[],
  ) => {
    const source = await open(database, file, table, shape);
    const loaded = await loadItemTable(database, table, source, columnsOf(source), reading);
    bad.push(loaded.bad);
    reading.log(`read ${source.file}: ${loaded.rowsRead} rows (${source.format})`);
    return loaded.rows;
  };
  const map = idMap === null ? null : await read(idMap, "item_id_map", {}, idMapColumns);
  const translated = map === null ? null : new Map(map.map(({ id, title }) => [String(id), String(title)]));
  const rows = await read(items, "items_file", shapeOf(basename(items.path)), itemColumns);
  const byId = new Map<string, ItemInfo>();
  for (const row of rows) {
    const known = translated === null ? String(row.id) : translated.get(String(row.id));
    if (known !== undefined) byId.set(known, infoOf(row));
  }
  const badRows = bad.reduce((sum, { count }) => sum + count, 0);
  return { byId, badRows, firstBadRows: bad.flatMap(({ first }) => first).slice(0, 5) };
}

function open(
  database: WorkDatabase,
  { path, name, encoding }: ItemFile,
  table: string,
  shape: ReturnType<typeof shapeOf>,
): Promise<TableSource> {
  const text = { kind: "table", encoding, wanted: [], usual: usualColumns, ...shape } as const;
  return openSource(database, { path, name, table, text });
}

function itemColumns(source: TableSource): readonly ItemColumn[] {
  const id = columnFor(source, "id");
  const title = columnFor(source, "title");
  if (id === null || title === null) {
    const names = source.columns.map(({ name }) => name).join(", ");
    const missing = [...(id === null ? ["id"] : []), ...(title === null ? ["title"] : [])];
    throw new ConfigError(
      missing
        .map((what) => `--items-file ${source.file}: no ${what} column among ${names}; name one ${what}`)
        .join("\n"),
    );
  }
  const features = columnFor(source, "features");
  const flags = source.columns.filter(({ name }) => name.startsWith(FLAG));
  return [
    { column: id, name: "id", isId: true },
    { column: title, name: "title", isId: false },
    ...(features === null ? [] : [{ column: features, name: "features", isId: false }]),
    ...flags.map((column) => ({ column, name: column.name, isId: false })),
  ];
}

function infoOf(row: ItemRow): ItemInfo {
  const flagged = Object.keys(row).filter((name) => name.startsWith(FLAG) && row[name] === "1");
  const listed = String(row.features ?? "").split("|");
  const all = [...listed.map((feature) => feature.trim()), ...flagged.map((name) => name.slice(FLAG.length))];
  const features = new Set(all.filter((feature) => !NO_FEATURES.has(feature)));
  return { title: String(row.title ?? "").trim(), features: [...features] };
}

/** The first two columns of a table: id in the items file, id in the log. */
function idMapColumns(source: TableSource): readonly ItemColumn[] {
  const [from, to] = source.columns;
  if (from === undefined || to === undefined) {
    throw new ConfigError(
      `--item-id-map ${source.file}: expected two columns, the id in the items file and the id in the log`,
    );
  }
  return [
    { column: from, name: "id", isId: true },
    { column: to, name: "title", isId: true },
  ];
}

function columnFor(source: TableSource, role: keyof typeof USUAL_NAMES): SourceColumn | null {
  for (const wanted of USUAL_NAMES[role]) {
    const found = source.columns.find(({ name }) => plain(name) === wanted);
    if (found !== undefined) return found;
  }
  return null;
}
