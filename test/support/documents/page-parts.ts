/**
 * What a machine can do of a Markdown page: files that it shows, and commands with what they print. A `console` block
 * is what a terminal shows: a command behind "$ ", its further lines behind a "\", then its output. A block whose first
 * line is a comment with a file's name is that file.
 */

export interface PageFile {
  readonly kind: "file";
  readonly name: string;
  readonly text: string;
}

export interface PageCommand {
  readonly kind: "command";
  /** As a shell reads it, without the prompt. */
  readonly command: string;
  /** Lines; at most one of them is ELISION. */
  readonly output: readonly string[];
  /** Lines of the page that hold the output: from, and behind the last. */
  readonly from: number;
  readonly to: number;
}

export type PagePart = PageFile | PageCommand;

/** Stands for lines that the page leaves out. */
export const ELISION = "...";

/** In the order of the page. */
export function pageParts(page: string): readonly PagePart[] {
  const lines = page.split("\n");
  const parts: PagePart[] = [];
  for (let at = 0; at < lines.length; at++) {
    const language = /^```(\w*)/.exec(lines[at]!)?.[1];
    if (language === undefined) continue;
    const end = lines.indexOf("```", at + 1);
    if (end < 0) throw new Error(`line ${at + 1}: a block that is not closed`);
    if (language === "console") parts.push(...commandsOf(lines, at + 1, end));
    const name = /^(?:\/\/|#) ([\w-]+\.\w+)$/.exec(lines[at + 1]!)?.[1];
    if (name !== undefined) parts.push({ kind: "file", name, text: `${lines.slice(at + 1, end).join("\n")}\n` });
    at = end;
  }
  return parts;
}

/** The page with other outputs in the places of its own; `outputs` are in the order of its commands. */
export function withOutputs(page: string, outputs: readonly (readonly string[])[]): string {
  const lines = page.split("\n");
  const commands = pageParts(page).filter((part) => part.kind === "command");
  for (const [index, { from, to }] of [...commands.entries()].reverse()) {
    lines.splice(from, to - from, ...outputs[index]!);
  }
  return lines.join("\n");
}

/** What a page that shows `shown` shows of `found`: as many lines before and behind its elision. */
export function shortenedLike(shown: readonly string[], found: readonly string[]): readonly string[] {
  const elided = shown.indexOf(ELISION);
  const behind = shown.length - elided - 1;
  if (elided < 0 || found.length <= elided + behind) return found;
  return [...found.slice(0, elided), ELISION, ...found.slice(found.length - behind)];
}

function commandsOf(lines: readonly string[], start: number, end: number): PageCommand[] {
  const commands: PageCommand[] = [];
  let at = start;
  while (at < end) {
    if (!lines[at]!.startsWith("$ ")) throw new Error(`line ${at + 1}: "${lines[at]}", expected a command behind "$ "`);
    const first = at;
    while (lines[at]!.endsWith("\\")) at++;
    const from = ++at;
    while (at < end && !lines[at]!.startsWith("$ ")) at++;
    const command = lines.slice(first, from).join("\n").slice(2);
    commands.push({ kind: "command", command, output: lines.slice(from, at), from, to: at });
  }
  return commands;
}
