/** How fields of delimited text are quoted, found out from its first lines; and the fields of a record, read so. */

export interface Quoting {
  /** A character, or empty where quotes mean nothing. */
  readonly quote: string;
  /** What a quote inside quotes stands behind: the quote itself (RFC 4180) or another character. */
  readonly escape: string;
}

/** As the user says. */
export interface QuotingHints {
  /** A character or "none". */
  readonly quote?: string | undefined;
  readonly escape?: string | undefined;
}

const NO_QUOTES: Quoting = { quote: "", escape: "" };

/**
 * Comma and semicolon files quote by custom; the others only where fields that begin with a quote end with
 * one too, since a title such as "Blue" Band is text there. Backslashes escape where quotes make sense
 * with them and not without.
 */
export function detectQuoting(lines: readonly string[], delimiter: string, hints: QuotingHints): Quoting {
  if (hints.quote === "none") return NO_QUOTES;
  const quote = hints.quote ?? '"';
  const candidates = hints.escape === undefined ? [quote, "\\"] : [hints.escape];
  const [best] = candidates
    .map((before) => ({ quote, escape: before }))
    .map((quoting) => ({ quoting, ...soundness(lines, delimiter, quoting) }))
    .sort((a, b) => a.odd - b.odd);
  const { quoting, sound, odd } = best!; // at least one candidate
  const isCustomary = hints.quote !== undefined || delimiter === "," || delimiter === ";";
  return isCustomary || sound > MOSTLY * odd ? quoting : NO_QUOTES;
}

/** A writer that quotes has hardly a field that is not; a damaged row is no reason to take the quotes for text. */
const MOSTLY = 10;

/** Records whose quoted fields may hold line ends, each as one text; `lines` may end within one. */
export function joinRecords(lines: readonly string[], delimiter: string, quoting: Quoting): string[] {
  if (quoting.quote === "") return [...lines];
  const records: string[] = [];
  for (let at = 0; at < lines.length; ) {
    let record = lines[at]!;
    let end = at + 1;
    while (end < lines.length && readFields(record, delimiter, quoting).isOpen) record += `\n${lines[end++]}`;
    // A quote that never closes is one bad row, not the rest of the file.
    const closes = !readFields(record, delimiter, quoting).isOpen;
    records.push(closes ? record : lines[at]!);
    at = closes ? end : at + 1;
  }
  return records;
}

/** Fields of one record; a quoted field may hold delimiters, line ends and escaped quotes. */
export function splitFields(record: string, delimiter: string, quoting: Quoting): string[] {
  return readFields(record, delimiter, quoting).fields;
}

interface ReadFields {
  readonly fields: string[];
  /** Fields in quotes from end to end. */
  readonly sound: number;
  /** Fields with text behind their closing quote. */
  readonly odd: number;
  /** The last quote is not closed. */
  readonly isOpen: boolean;
}

function readFields(record: string, delimiter: string, { quote, escape: before }: Quoting): ReadFields {
  const fields: string[] = [];
  let [sound, odd, at] = [0, 0, 0];
  for (;;) {
    const isQuoted = quote !== "" && record.startsWith(quote, at);
    const closing = isQuoted ? closingQuote(record, at + 1, { quote, escape: before }) : null;
    const isOpen = isQuoted && closing === null;
    const end = record.indexOf(delimiter, closing ?? at);
    const raw = record.slice(at, end < 0 || isOpen ? record.length : end);
    const isSound = closing !== null && raw.slice(closing + 1 - at).trim() === "";
    if (isSound) sound++;
    else if (isQuoted && !isOpen) odd++;
    fields.push(isSound ? unescaped(raw.slice(1, closing - at), { quote, escape: before }) : raw);
    if (end < 0 || isOpen) return { fields, sound, odd, isOpen };
    at = end + delimiter.length;
  }
}

/** Position of the quote that closes what begins at `from`; null where none does. */
function closingQuote(record: string, from: number, { quote, escape: before }: Quoting): number | null {
  for (let at = from; at < record.length; at++) {
    const isEscape = record[at] === before && (before !== quote || record[at + 1] === quote);
    if (isEscape) at++;
    else if (record[at] === quote) return at;
  }
  return null;
}

function unescaped(text: string, { quote, escape: before }: Quoting): string {
  return before === quote ? text.replaceAll(quote + quote, quote) : text.replaceAll(before + quote, quote);
}

function soundness(lines: readonly string[], delimiter: string, quoting: Quoting): { sound: number; odd: number } {
  const records = joinRecords(lines, delimiter, quoting).map((record) => readFields(record, delimiter, quoting));
  return {
    sound: records.reduce((sum, { sound }) => sum + sound, 0),
    odd: records.reduce((sum, { odd, isOpen }) => sum + odd + Number(isOpen), 0),
  };
}
