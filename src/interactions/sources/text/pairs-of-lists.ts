/** Lines of lists written anew, a line a pair, whatever their length; what is odd in them is counted and kept. */
import { isUtf8 } from "node:buffer";
import type { ListLayout } from "../../../config/schemas/ingest/list-layouts.ts";
import type { SetAside } from "../table-source.ts";
import { isWhole, itemsOf, wordsOf } from "./detect-lists.ts";

export interface PairOptions {
  readonly layout: ListLayout;
  /** Between words besides white space. */
  readonly delimiter: string | undefined;
  /** Whether words that are no whole numbers are malformed. */
  readonly isNumbers: boolean;
  /** Whether the bytes are UTF-8, else of one byte a letter. */
  readonly isUtf8: boolean;
}

export interface ListCounts {
  /** Filled ones. */
  readonly lines: number;
  /** Lines of a user without items. */
  readonly emptyLists: number;
}

/** Bytes of a line, as the readers of other formats allow. */
const LONGEST_LINE = 16_000_000;
const SHOWN = 5;
const SHOWN_LETTERS = 60;

export class PairsOfLists {
  readonly #options: PairOptions;
  /** In the bytes of the text. */
  readonly #delimiter: string | undefined;
  readonly #first: SetAside["first"][number][] = [];
  #bad = 0;
  #line = 0;
  #lists = 0;
  #emptyLists = 0;

  constructor(options: PairOptions) {
    this.#options = options;
    const { delimiter, isUtf8: isWide } = options;
    this.#delimiter = delimiter !== undefined && isWide ? Buffer.from(delimiter).toString("latin1") : delimiter;
  }

  /**
   * `user`, tab, `item`, tab and, in the first row of a line, 1: bytes as they came, which latin1 keeps whatever they
   * are. Memory is bounded by the longest line allowed.
   */
  async *of(pieces: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    let rest = "";
    let isTooLong = false;
    for await (const piece of pieces) {
      const text = rest + piece.toString("latin1");
      // The LF that belongs to a CR may be in the next piece.
      const held = text.endsWith("\r") ? 1 : 0;
      const lines = text.slice(0, text.length - held).split(/\r\n?|\n/);
      rest = lines.pop()! + text.slice(text.length - held); // a split has one part at least
      const written: string[] = [];
      for (const line of lines) {
        written.push(isTooLong ? this.#tooLong() : this.#pairsOf(line));
        isTooLong = false;
      }
      if (rest.length > LONGEST_LINE) {
        isTooLong = true;
        rest = held === 1 ? "\r" : "";
      }
      const joined = written.join("");
      if (joined !== "") yield Buffer.from(joined, "latin1");
    }
    const last = isTooLong ? this.#tooLong() : rest === "" ? "" : this.#pairsOf(rest);
    if (last !== "") yield Buffer.from(last, "latin1");
  }

  counts(): ListCounts {
    return { lines: this.#lists, emptyLists: this.#emptyLists };
  }

  setAside(): SetAside {
    return { count: this.#bad, first: this.#first };
  }

  #pairsOf(text: string): string {
    this.#line++;
    const { layout } = this.#options;
    if (text.length > LONGEST_LINE) return this.#tooLong(0);
    const plain = this.#line === 1 ? text.replace(/^\xef\xbb\xbf/, "") : text;
    const words = wordsOf(this.#delimiter === undefined ? plain : plain.replaceAll(this.#delimiter, " "));
    if (words.length === 0) return "";
    const { from, count } = itemsOf(words, layout);
    const user = layout === "counted-lists" ? String(this.#lists) : words[0]!;
    this.#lists++;
    const found = words.length - from;
    if (count !== found) {
      const said = from > words.length || !Number.isSafeInteger(count) ? "no count" : `a count of ${count}`;
      return this.#reject(`${said} and ${Math.max(0, found)} items, expected as many as the count says`, text);
    }
    if (this.#isBad(user)) return this.#reject(this.#reasonOf("user"), user);
    if (count === 0) this.#emptyLists++;
    let isFirst = true;
    let pairs = "";
    for (let at = from; at < words.length; at++) {
      const item = words[at]!;
      if (this.#isBad(item)) {
        this.#reject(this.#reasonOf("item"), item);
        continue;
      }
      pairs += `${user}\t${item}\t${isFirst ? "1" : ""}\n`;
      isFirst = false;
    }
    return pairs;
  }

  #isBad(word: string): boolean {
    if (this.#options.isNumbers) return !isWhole(word);
    return this.#options.isUtf8 && /[\x80-\xff]/.test(word) && !isUtf8(Buffer.from(word, "latin1"));
  }

  #reasonOf(what: "user" | "item"): string {
    return this.#options.isNumbers
      ? `the ${what} is no whole number, as all of the first lines have`
      : `the ${what} is not UTF-8 (--encoding reads others)`;
  }

  /** `lines` is how many of it were not counted yet. */
  #tooLong(lines = 1): string {
    this.#line += lines;
    this.#lists++;
    return this.#reject("the line is longer than 16,000,000 bytes", "");
  }

  #reject(reason: string, text: string): string {
    this.#bad++;
    if (this.#first.length < SHOWN) {
      this.#first.push({ line: this.#line, reason, text: text.trim().slice(0, SHOWN_LETTERS) });
    }
    return "";
  }
}
