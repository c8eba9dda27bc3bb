/** Recommendations as lines of text: CSV by fast-csv, JSON lines by hand. */
import { writeToString } from "fast-csv";
import { float32Text, type RecommendationRows } from "./recommendations.ts";

export interface RowLines {
  /** Before the first row. */
  readonly head: string;
  /** Every row with the end of its line. */
  text(rows: RecommendationRows): Promise<string>;
}

/** RFC 4180 but for the line ends, which are \n; ids with commas, quotes or line ends are quoted. */
export function csvLines(columns: readonly string[], { isSafe }: { readonly isSafe: boolean }): RowLines {
  const idText = (id: bigint | string): string => (isSafe && typeof id === "string" ? inertText(id) : String(id));
  return {
    head: `${columns.join(",")}\n`,
    async text(rows) {
      const { userIds, itemIds, ranks, scores, sources } = rows;
      const records = Array.from(ranks, (rank, row) => {
        const record = [idText(userIds[row]!), idText(itemIds[row]!), String(rank), float32Text(scores[row]!)];
        return sources === null ? record : [...record, sources[row]!];
      });
      return writeToString(records, { headers: false, includeEndRowDelimiter: true });
    },
  };
}

/**
 * A text that a spreadsheet shows and does not execute: after OWASP, "CSV Injection", a ' stands before what begins
 * with =, +, -, @, tab, carriage return or line feed, or with the wide forms of the first four. Numbers are never
 * formulas.
 */
function inertText(text: string): string {
  return /^[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]/.test(text) ? `'${text}` : text;
}

/** Ids of whole numbers stand as numbers, exact in the text whatever a reader makes of those beyond 2^53. */
export function jsonLines({ owner, item }: { readonly owner: string; readonly item: string }): RowLines {
  return {
    head: "",
    async text({ userIds, itemIds, ranks, scores, sources }) {
      const id = (value: bigint | string): string =>
        typeof value === "bigint" ? String(value) : JSON.stringify(value);
      const lines = Array.from(ranks, (rank, row) => {
        const source = sources === null ? "" : `,"source":${JSON.stringify(sources[row])}`;
        return `{"${owner}":${id(userIds[row]!)},"${item}":${id(itemIds[row]!)},"rank":${rank},"score":${float32Text(scores[row]!)}${source}}\n`;
      });
      return lines.join("");
    },
  };
}
