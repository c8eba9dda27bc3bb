/** How records name a file: by its size and its hash, so that a changed one is known. */
import { z } from "zod";

const count = z.int().min(0);

/** Hex. */
export const sha256 = z.string().regex(/^[0-9a-f]{64}$/, "expected 64 hex digits");

export const fileRecord = z.object({ bytes: count, sha256 });

export const rowFileRecord = z.object({ rows: count, ...fileRecord.shape });
