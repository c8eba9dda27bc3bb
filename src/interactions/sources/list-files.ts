/** Which files of a log hold lists of items: decided for all of them together, since a short one says little. */
import { type FormatWish, type ListLayout, listLayouts } from "../../config/schemas/ingest/list-layouts.ts";
import { ConfigError } from "../../errors.ts";
import type { SourceFile } from "./open-source.ts";
import { sniffFile } from "./sniff-file.ts";
import { type ListEvidence, listEvidence } from "./text/detect-lists.ts";
import { firstLines } from "./text/readable-text.ts";
import { HEAD_LINES } from "./text/text-source.ts";

interface FileWithEvidence<T> {
  readonly log: T;
  readonly evidence: ListEvidence;
}

/**
 * The same files, those that hold lists marked as such. Throws ConfigError where that is open, or where a setting of
 * tables is given for lists.
 */
export async function markLists<T extends { readonly file: SourceFile }>(
  files: readonly T[],
  wish: FormatWish,
): Promise<readonly T[]> {
  if (wish === "table") return files;
  if (wish !== undefined) return files.map((log) => asLists(log, wish));
  const found: FileWithEvidence<T>[] = [];
  for (const log of files) found.push({ log, evidence: await evidenceOf(log.file) });
  const [layout, another] = new Set(
    found.flatMap(({ evidence }) => (evidence.kind === "lists" ? [evidence.layout] : [])),
  );
  const unclear = found.find(({ evidence }) => evidence.kind === "unclear");
  if (another !== undefined || (layout === undefined && unclear !== undefined)) {
    throw new ConfigError(question(another === undefined ? unclear : undefined));
  }
  if (layout === undefined) return files;
  return found.map(({ log, evidence }) => (evidence.kind === "table" ? log : asLists(log, layout)));
}

function question<T extends { readonly file: SourceFile }>(unclear: FileWithEvidence<T> | undefined): string {
  const choices = `--format table for rows, or ${listLayouts.map((layout) => `--format ${layout}`).join(", ")}`;
  if (unclear === undefined) return `the files hold lists of several kinds; say which it is: ${choices}`;
  const { log, evidence } = unclear;
  const example = evidence.kind === "unclear" ? evidence.example : "";
  return `${log.file.name}: its lines ("${example.slice(0, 60)}", ...) may be rows or lists of items; say which it is: ${choices}`;
}

async function evidenceOf({ path, name, text }: SourceFile): Promise<ListEvidence> {
  // What the publisher's name or the user says of a file's columns makes a table of it.
  if (text.kind !== "table" || text.columns !== undefined || isTold(text)) return { kind: "table" };
  const { format, compression } = await sniffFile(path, name);
  return format === "text"
    ? listEvidence(await firstLines({ path, name, compression }, HEAD_LINES))
    : { kind: "table" };
}

type TableText = Extract<SourceFile["text"], { readonly kind: "table" }>;

function isTold(text: TableText): boolean {
  return [text.delimiter, text.header, text.quote, text.escape].some((given) => given !== undefined);
}

function asLists<T extends { readonly file: SourceFile }>(log: T, layout: ListLayout): T {
  const { name, text } = log.file;
  if (text.kind !== "table") throw new ConfigError(`--format ${layout}: ${name} is no text file; leave it out`);
  const { header, quote, hasDecimalCommas } = text;
  const given = [
    ...(header === "yes" ? ["--header yes"] : []),
    ...(quote === undefined ? [] : ["--quote"]),
    ...(text.escape === undefined ? [] : ["--escape"]),
    ...(hasDecimalCommas === true ? ["--decimal ,"] : []),
  ];
  if (given.length > 0) {
    throw new ConfigError(
      `${given.join(", ")}: ${name} holds lists of items (${layout}), which have no such thing; leave it out`,
    );
  }
  const { delimiter, encoding } = text;
  return { ...log, file: { ...log.file, text: { kind: "lists", layout, delimiter, encoding } } };
}
