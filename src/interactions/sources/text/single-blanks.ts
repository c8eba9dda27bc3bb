/** Columns that stand apart by white space, however wide: a plain copy in which that is one blank. */
import { createWriteStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import type { WorkDatabase } from "../../database/work-database.ts";
import { orDamaged, piecesOf, type ReadableText } from "./readable-text.ts";

/** A line as it stands in the copy. */
export function withSingleBlanks(line: string): string {
  return line.replaceAll(/[ \t]+/g, " ").replaceAll(/^ | $/g, "");
}

export async function singleBlanks(database: WorkDatabase, text: ReadableText, name: string): Promise<ReadableText> {
  const path = await database.scratchFile();
  const file = { path: text.path, name, compression: text.compression };
  await orDamaged(file, () => pipeline(piecesOf(file), singled, createWriteStream(path)));
  return { path, compression: null, encoding: text.encoding, description: text.description };
}

/** Byte for byte but for blanks; memory is bounded by a piece and the blanks before the next one. */
export async function* singled(pieces: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let rest = "";
  let isFirst = true;
  for await (const piece of pieces) {
    const text = rest + piece.toString("latin1");
    const end = text.search(/[ \t\r\n]*$/);
    rest = shortened(text.slice(end));
    if (end === 0) continue;
    const written = plainBlanks(text.slice(0, end));
    yield Buffer.from(isFirst ? written.replace(/^ /, "") : written, "latin1");
    isFirst = false;
  }
  if (/[\r\n]/.test(rest)) yield Buffer.from("\n");
}

function plainBlanks(text: string): string {
  return text.replaceAll(/[ \t]*(\r\n?|\n)[ \t]*/g, "$1").replaceAll(/[ \t]+/g, " ");
}

/** What stands between two words, with line ends as they are and no more blanks than one. */
function shortened(blanks: string): string {
  return blanks.endsWith("\r") ? `${plainBlanks(blanks.slice(0, -1)).replace(/ $/, "")}\r` : plainBlanks(blanks);
}
