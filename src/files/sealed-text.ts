/**
 * Records that carry the hash of their own text, as the value of `seal`, their last key: sha256 of the text with
 * nothing between the quotes. A changed byte is known; who changes the seal too is not, so what matters is recorded
 * elsewhere as well.
 */
import { sha256Of } from "./file-content.ts";

/** Indented, so that people can read it too, unless `indent` is 0. */
export function sealedText(record: Readonly<Record<string, unknown>>, indent = 2): string {
  const blank = `${JSON.stringify({ ...record, seal: "" }, null, indent)}\n`;
  const at = blank.lastIndexOf('""') + 1;
  return `${blank.slice(0, at)}${sha256Of(blank)}${blank.slice(at)}`;
}

/** `none` for what was written before records were sealed, or by hand. */
export function sealOf(text: string): "whole" | "broken" | "none" {
  const found = /^(.*"seal": ?")([0-9a-f]{64})("\s*\}\s*)$/s.exec(text);
  if (found !== null) return sha256Of(`${found[1]}${found[3]}`) === found[2] ? "whole" : "broken";
  // A change may have hit the seal itself: its name, or its digits. Before they had seals, descriptions of datasets
  // ended in another hash.
  return /"seal":|(?<!"contentHash": ?)"[0-9a-f]{64}"\s*\}\s*$/.test(text) ? "broken" : "none";
}

/** One line that names the file, or null where its seal is whole or there is none. */
export function sealProblem(file: string, text: string): string | null {
  return sealOf(text) === "broken" ? `${file}: changed, its seal is not that of its content` : null;
}
