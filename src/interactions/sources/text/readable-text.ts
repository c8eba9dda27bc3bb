/** Text as the SQL engine can read it: as it lies there, or a plain copy of mixed line ends or of Windows-1252. */

import { createReadStream, createWriteStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { unpackZstdFile } from "../../../compression/zstd.ts";
import { DataError, messageOf } from "../../../errors.ts";
import type { WorkDatabase } from "../../database/work-database.ts";
import type { Compression } from "../sniff-file.ts";
import { TextCheck } from "./text-check.ts";

/**
 * "not utf-8" is Latin-1 unless there are bytes that only Windows-1252 has a use for; "auto" is UTF-8 unless most lines
 * beyond ASCII are not.
 */
export type TextEncoding = "utf-8" | "latin-1" | "windows-1252" | "not utf-8" | "auto";

export interface PackedText {
  readonly path: string;
  /** For errors. */
  readonly name: string;
  readonly compression: Compression | null;
}

export interface ReadableText {
  readonly path: string;
  /** Files that go on where it ends, each with the same header. */
  readonly furtherPaths?: readonly string[];
  readonly compression: Compression | null;
  /** Of what is at `path`. */
  readonly encoding: "utf-8" | "latin-1";
  /** What the file is, for reports: its encoding, and whatever else a copy was made for. */
  readonly description: string;
}

/** Bytes beyond which no further lines are asked for. */
const MOST_OF_LINES = 2 ** 24;
const LF = 0x0a;
const CR = 0x0d;

/** What need not be looked through. */
export function plainText(file: Omit<PackedText, "name"> & Pick<ReadableText, "furtherPaths">): ReadableText {
  return { ...file, encoding: "utf-8", description: "utf-8" };
}

export async function readableText(
  database: WorkDatabase,
  file: PackedText,
  wanted: TextEncoding,
): Promise<ReadableText> {
  const traits = await lookThrough(file, wanted);
  const { isMixed, hasControls } = traits;
  if (wanted === "latin-1" && hasControls) {
    throw new DataError(`${file.name}: has bytes 0x80 to 0x9f, so it is no Latin-1; set --encoding windows-1252`);
  }
  const encoding = traits.isUtf8 ? "utf-8" : hasControls ? "windows-1252" : "latin-1";
  const description = isMixed ? `${encoding}, mixed line ends` : encoding;
  if (!isMixed && encoding !== "windows-1252") return { ...file, encoding, description };
  const path = await database.scratchFile();
  await orDamaged(file, () => pipeline(piecesOf(file), plain(encoding), createWriteStream(path)));
  return { path, compression: null, encoding: encoding === "latin-1" ? encoding : "utf-8", description };
}

interface TextTraits {
  /** Lines end in more than one way, quoted line ends included. */
  readonly isMixed: boolean;
  /** Bytes 0x80 to 0x9f: letters in Windows-1252, control characters in Latin-1. Looked for unless it is UTF-8. */
  readonly hasControls: boolean;
  readonly isUtf8: boolean;
}

async function lookThrough(file: PackedText, wanted: TextEncoding): Promise<TextTraits> {
  const check = wanted === "auto" ? new TextCheck() : null;
  const looksForControls = wanted !== "utf-8";
  const found = { lf: false, crlf: false, cr: false };
  let hasControls = false;
  let last = 0;
  const isMixed = (): boolean => Number(found.lf) + Number(found.crlf) + Number(found.cr) > 1;
  const look = (piece: Buffer): void => {
    check?.take(piece);
    if (last !== CR && piece.indexOf(CR) < 0) found.lf ||= piece.includes(LF);
    else {
      for (const byte of piece) {
        if (byte === LF) found[last === CR ? "crlf" : "lf"] = true;
        else if (last === CR) found.cr = true;
        last = byte;
      }
    }
    last = piece[piece.length - 1] ?? last;
    if (looksForControls && !hasControls) hasControls = piece.some((byte) => byte >= 0x80 && byte <= 0x9f);
  };
  await orDamaged(file, async () => {
    for await (const piece of piecesOf(file)) {
      look(piece);
      if (check === null && isMixed() && (hasControls || !looksForControls)) break;
    }
  });
  if (last === CR) found.cr = true;
  const isUtf8 = check === null ? wanted === "utf-8" : check.facts().isUtf8;
  return { isMixed: isMixed(), hasControls, isUtf8 };
}

/** Unpacked and as UTF-8, whatever the line ends: at most `count` whole lines, fewer where they are very long. */
export async function firstLines(file: PackedText, count: number): Promise<string[]> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  let ends = 0;
  let isWhole = true;
  await orDamaged(file, async () => {
    for await (const piece of piecesOf(file)) {
      pieces.push(piece);
      bytes += piece.length;
      for (const byte of piece) if (byte === LF || byte === CR) ends++;
      // CRLF counts twice.
      if (ends <= 2 * count && bytes < MOST_OF_LINES) continue;
      isWhole = false;
      break;
    }
  });
  const lines = Buffer.concat(pieces)
    .toString()
    .split(/\r\n?|\n/);
  return (isWhole ? lines : lines.slice(0, -1)).slice(0, count);
}

/** Unpacked. */
export async function* piecesOf({ path, compression }: PackedText): AsyncGenerator<Buffer> {
  if (compression === "zstd") return yield* unpackZstdFile(path);
  const bytes = createReadStream(path, { highWaterMark: 2 ** 18 });
  if (compression === null) return yield* bytes;
  const unpacked = createGunzip();
  bytes.once("error", (error) => unpacked.destroy(error));
  try {
    yield* bytes.pipe(unpacked);
  } finally {
    bytes.destroy();
  }
}

/** Letters of bytes 0x80 to 0x9f. By hand, since TextDecoder of Node 20 reads windows-1252 as Latin-1. */
const WINDOWS_1252 = "€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ";

function fromWindows1252(latin1: string): string {
  return latin1.replaceAll(/[\u0080-\u009f]/g, (letter) => WINDOWS_1252[letter.charCodeAt(0) - 0x80]!);
}

/** Every line end as one LF, those inside quotes too; Windows-1252 as UTF-8, any other encoding byte for byte. */
function plain(encoding: TextEncoding) {
  return async function* (pieces: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    const written = (text: string): Buffer =>
      encoding === "windows-1252" ? Buffer.from(fromWindows1252(text)) : Buffer.from(text, "latin1");
    let rest = "";
    for await (const piece of pieces) {
      const text = rest + piece.toString("latin1");
      // The LF that belongs to a CR may be in the next piece.
      rest = text.endsWith("\r") ? "\r" : "";
      yield written(text.slice(0, text.length - rest.length).replaceAll(/\r\n?/g, "\n"));
    }
    if (rest !== "") yield written("\n");
  };
}

/** By shape, since such errors may come from another realm. */
function codeOf(error: unknown): string {
  return typeof error === "object" && error !== null && "code" in error ? String(error.code) : "";
}

export async function orDamaged(file: PackedText, task: () => Promise<void>): Promise<void> {
  try {
    await task();
  } catch (error) {
    // Of the decoders' errors alone: a full disk is no fault of the file.
    if (!/^Z_/.test(codeOf(error)) && !(error instanceof RangeError)) throw error;
    throw new DataError(
      `${file.name}: cannot be read to the end (${messageOf(error)}); the file is cut or damaged, fetch it again`,
    );
  }
}
