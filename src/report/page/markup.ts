/**
 * HTML as values: a template tag that escapes whatever it is given, so that no title or setting
 * can break out of where it stands.
 */

/** Text that is HTML already. Only this file and the charts make it from a plain string. */
export class Markup {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

/** Strings and numbers are escaped, markup is kept, lists are joined, null and false leave nothing. */
export type MarkupPart = Markup | string | number | null | false | readonly MarkupPart[];

export function markup(literals: TemplateStringsArray, ...parts: readonly MarkupPart[]): Markup {
  let text = literals[0]!;
  for (const [index, part] of parts.entries()) text += partText(part) + literals[index + 1]!;
  return new Markup(text);
}

/** For text that a library or this room has made as HTML; never for anything read from a file. */
export function trustedMarkup(text: string): Markup {
  return new Markup(text);
}

/** Safe between tags and inside a quoted attribute. */
function escapeText(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => ESCAPES[sign]!);
}

const ESCAPES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

function partText(part: MarkupPart): string {
  if (part === null || part === false) return "";
  if (part instanceof Markup) return part.text;
  if (typeof part === "string") return escapeText(part);
  if (typeof part === "number") return String(part);
  return part.map(partText).join("");
}
