/** Lists of items, a user's to a line, as a source of rows: written anew as pairs, which are then read like any log. */
import { createWriteStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import type { ListLayout } from "../../../config/schemas/ingest/list-layouts.ts";
import { sqlPath } from "../../database/sql-text.ts";
import type { WorkDatabase } from "../../database/work-database.ts";
import { STORING_REJECTS, type TableSource } from "../table-source.ts";
import { isWhole, wordsOf } from "./detect-lists.ts";
import { PairsOfLists } from "./pairs-of-lists.ts";
import { firstLines, orDamaged, type PackedText, piecesOf, readableText, type TextEncoding } from "./readable-text.ts";
import { HEAD_LINES } from "./text-source.ts";

export interface ListOptions {
  readonly layout: ListLayout;
  /** Between words besides white space. */
  readonly delimiter: string | undefined;
  readonly encoding: TextEncoding;
}

const SHAPES: Readonly<Record<ListLayout, string>> = {
  adjacency: "user item item ...",
  "counted-adjacency": "user count item item ...",
  "counted-lists": "count item item ..., users by line from 0",
};

/** Columns `user` and `item`. Where all of the first lines are whole numbers, anything else is malformed. */
export async function openLists(
  database: WorkDatabase,
  file: PackedText,
  { layout, delimiter, encoding }: ListOptions,
): Promise<TableSource> {
  const text = await readableText(database, file, encoding);
  const head = await firstLines(file, HEAD_LINES);
  const isNumbers = head.every((line) =>
    wordsOf(delimiter === undefined ? line : line.replaceAll(delimiter, " ")).every(isWhole),
  );
  const pairs = new PairsOfLists({ layout, delimiter, isNumbers, isUtf8: text.encoding === "utf-8" });
  const path = await database.scratchFile();
  const packed = { ...file, path: text.path, compression: text.compression };
  await orDamaged(packed, () => pipeline(piecesOf(packed), (pieces) => pairs.of(pieces), createWriteStream(path)));
  const rows = `read_csv(${sqlPath(path)}, compression = 'none', encoding = '${text.encoding}', header = false, delim = '\\t', quote = '', escape = '', auto_detect = false, columns = {'user': 'VARCHAR', 'item': 'VARCHAR', 'starts': 'VARCHAR'}, ${STORING_REJECTS})`;
  const [found] = await database.rows(
    `SELECT count(*) - count(DISTINCT user) AS repeated FROM ${rows} WHERE starts = '1'`,
  );
  const columns = ["user", "item"].map((name) => ({ name, type: "VARCHAR" }));
  return {
    file: file.name,
    format: `lists of items, ${SHAPES[layout]}, ${isNumbers ? "whole numbers" : text.description}`,
    from: `(SELECT user, item FROM ${rows})`,
    columns,
    typedColumns: isNumbers ? columns.map(({ name }) => ({ name, type: "BIGINT" })) : columns,
    isHeader: null,
    firstRowLine: null,
    storesRejects: true,
    setAside: pairs.setAside(),
    lists: { ...pairs.counts(), repeatedUsers: Number(found?.repeated ?? 0) },
  };
}
