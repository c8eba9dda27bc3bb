/** Patterns of keys: * and ? for signs within a name, ** for any folders, as in patterns of files. */
import { isHidden } from "../list-files.ts";

export interface KeyPattern {
  /** What all keys begin with that can match. */
  readonly beginning: string;
  /** Of it, the folder that names are told from, with its slash; empty for the bucket. */
  readonly folder: string;
  /** `name` is a key without its folder. Hidden names match only patterns that begin so. */
  matches(name: string): boolean;
}

/** Null where the text has no * and no ?. */
export function keyPattern(text: string): KeyPattern | null {
  const first = text.search(/[*?]/);
  if (first < 0) return null;
  const beginning = text.slice(0, first);
  const folder = beginning.slice(0, beginning.lastIndexOf("/") + 1);
  const rest = text.slice(folder.length);
  const source = rest
    .split(/(\*\*\/|\*\*|\*|\?)/)
    .map((part) => SIGNS[part] ?? part.replaceAll(/[\\^$.|+()[\]{}]/g, "\\$&"))
    .join("");
  const expression = new RegExp(`^${source}$`, "su");
  const wantsHidden = isHidden(rest);
  return { beginning, folder, matches: (name) => expression.test(name) && (wantsHidden || !isHidden(name)) };
}

const SIGNS: Readonly<Record<string, string>> = {
  "**/": "(?:[^/]+/)*",
  "**": ".*",
  "*": "[^/]*",
  "?": "[^/]",
};
