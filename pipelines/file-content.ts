/** What a file holds, in the two numbers by which it is recorded and known again. */
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";

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
