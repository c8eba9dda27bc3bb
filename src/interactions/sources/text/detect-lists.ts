/** Whether the lines of a text file are a user's list of items each, told by the first few of them. */

import type { ListLayout } from "../../../config/schemas/ingest/list-layouts.ts";

export type ListEvidence =
  | { readonly kind: "lists"; readonly layout: ListLayout }
  /** Whole numbers and white space, with too little to tell lists by. */
  | { readonly kind: "unclear"; readonly example: string }
  /** Lines of one length, but for a few: rows, unless files beside it hold lists. */
  | { readonly kind: "even" }
  | { readonly kind: "table" };

/** More lines than this agree by chance with no count. */
const FEWEST_COUNTED = 5;
/** The most frequent length of a table's lines has at least this share of them, a few broken ones apart. */
const MOSTLY_EVEN = 0.9;
/** And no length has as much as this of lists. */
const RAGGED = 0.5;

/** `lines` are whole ones; what they hold beyond whole numbers and white space makes a table of them. */
export function listEvidence(lines: readonly string[]): ListEvidence {
  const filled = lines.filter((line) => line.trim() !== "");
  const words = filled.map(wordsOf);
  if (filled.length === 0 || !words.every((line) => line.every(isWhole))) return { kind: "table" };
  const isMixed = filled.every(hasTwoSeparators);
  const share = shareOfUsual(words.map(({ length }) => length));
  if (!isMixed && (share === 1 || isEvenByTab(filled))) return { kind: "even" };
  const counted = countedLayout(words);
  if (counted !== null && filled.length >= FEWEST_COUNTED) return { kind: "lists", layout: counted };
  if (counted === null && (isMixed || share < RAGGED)) return { kind: "lists", layout: "adjacency" };
  return share >= MOSTLY_EVEN ? { kind: "even" } : { kind: "unclear", example: filled[0]! };
}

/** Of a line, which bytes of other letters leave whole. */
export function wordsOf(line: string): string[] {
  return line.match(/[^ \t\v\f\r\ufeff]+/g) ?? [];
}

export function isWhole(word: string): boolean {
  return /^-?\d+$/.test(word);
}

/** How many of a line's words stand before its items, and how many items it says there are. */
export function itemsOf(
  words: readonly string[],
  layout: ListLayout,
): { readonly from: number; readonly count: number } {
  switch (layout) {
    case "adjacency":
      return { from: 1, count: words.length - 1 };
    case "counted-adjacency":
      return { from: 2, count: Number(words[1]) };
    case "counted-lists":
      return { from: 1, count: Number(words[0]) };
    default:
      return layout satisfies never;
  }
}

function countedLayout(lines: readonly (readonly string[])[]): ListLayout | null {
  const fits = (layout: ListLayout): boolean =>
    lines.every((words) => {
      const { from, count } = itemsOf(words, layout);
      return words.length - from === count;
    });
  return (["counted-adjacency", "counted-lists"] as const).find(fits) ?? null;
}

function shareOfUsual(lengths: readonly number[]): number {
  const counts = new Map<number, number>();
  for (const length of lengths) counts.set(length, (counts.get(length) ?? 0) + 1);
  return Math.max(...counts.values()) / lengths.length;
}

/** A tab behind the user and blanks between the items: no table has both. */
function hasTwoSeparators(line: string): boolean {
  return /\S\t+\S/.test(line) && /\S +\S/.test(line);
}

/** A table whose fields may be empty: its lines have one number of tabs, though not of words. */
function isEvenByTab(lines: readonly string[]): boolean {
  return lines[0]!.includes("\t") && shareOfUsual(lines.map((line) => line.split("\t").length)) === 1;
}
