/** What a file holds: its text, and the two numbers by which it is recorded and known again. */
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readFile } from "node:fs/promises";
import { errorCode } from "./error-code.ts";

export interface FileContent {
  readonly bytes: number;
  /** Hex. */
  readonly sha256: string;
}

/** Reads the file once; of what was read, should it grow meanwhile. Throws what reading throws. */
export async function contentOf(file: string): Promise<FileContent> {
  const digest = createHash("sha256");
  let bytes = 0;
  for await (const chunk of createReadStream(file)) {
    digest.update(chunk);
    bytes += chunk.length;
  }
  return { bytes, sha256: digest.digest("hex") };
}

export function sha256Of(bytes: Uint8Array | string): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** Null where there is no such file. */
export async function readTextIfThere(file: string): Promise<string | null> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    if (["ENOENT", "ENOTDIR"].includes(errorCode(error) ?? "")) return null;
    throw error;
  }
}
