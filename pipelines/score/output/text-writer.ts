/** Lines of text to a file that is there whole or not at all. */
import { createHash } from "node:crypto";
import { open, rename, rm } from "node:fs/promises";
import type { RowLines } from "./recommendation-lines.ts";
import { type RecommendationWriter, rowsBetween } from "./recommendations.ts";

/** Text takes many times the memory of its numbers. */
const ROWS_AT_ONCE = 8192;

/** Writes beside `path` (`.partial`) and renames on close. */
export async function openTextWriter(path: string, lines: RowLines): Promise<RecommendationWriter> {
  const partial = `${path}.partial`;
  const handle = await open(partial, "w");
  const digest = createHash("sha256");
  let [rows, bytes] = [0, 0];
  let isOpen = true;

  async function write(text: string): Promise<void> {
    const encoded = Buffer.from(text, "utf8");
    digest.update(encoded);
    bytes += encoded.length;
    await handle.writeFile(encoded);
  }

  const writer: RecommendationWriter = {
    async append(appended) {
      rows += appended.ranks.length;
      for (let from = 0; from < appended.ranks.length; from += ROWS_AT_ONCE) {
        await write(await lines.text(rowsBetween(appended, from, from + ROWS_AT_ONCE)));
      }
    },
    async close() {
      await handle.sync();
      isOpen = false;
      await handle.close();
      await rename(partial, path);
      return { rows, bytes, sha256: digest.digest("hex") };
    },
    async abort() {
      if (!isOpen) return;
      isOpen = false;
      await handle.close();
      await rm(partial, { force: true });
    },
  };
  await write(lines.head);
  return writer;
}
