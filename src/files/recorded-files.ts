/** A file as somebody recorded it, and whether it still is. */
import { stat } from "node:fs/promises";
import { messageOf } from "../errors.ts";
import { errorCode } from "./error-code.ts";
import { contentOf } from "./file-content.ts";

export interface RecordedFile {
  readonly path: string;
  readonly role: "input" | "output";
  /** Null where only the hash was recorded. */
  readonly bytes: number | null;
  readonly sha256: string;
}

/** Null for a file that is as recorded; else one line that names it. Reads it once unless its size tells already. */
export async function fileProblem({ path, role, bytes, sha256 }: RecordedFile): Promise<string | null> {
  const what = role === "input" ? `input ${path}` : path;
  try {
    const { size } = await stat(path);
    if (bytes !== null && size !== bytes) return `${what}: changed, has ${size} bytes, recorded were ${bytes}`;
    const { sha256: found } = await contentOf(path);
    return found === sha256 ? null : `${what}: changed, its sha256 is ${found}, recorded was ${sha256}`;
  } catch (error) {
    if (["ENOENT", "ENOTDIR"].includes(errorCode(error) ?? "")) return `${what}: missing`;
    return `${what}: cannot be read (${messageOf(error)})`;
  }
}
