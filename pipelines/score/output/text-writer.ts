/** Lines of text to a file that is there whole or not at all. */
import { openFileWriter } from "../../../src/files/file-writer.ts";
import type { RowLines } from "./recommendation-lines.ts";
import { type RecommendationWriter, rowsBetween } from "./recommendations.ts";

/** Text takes many times the memory of its numbers. */
const ROWS_AT_ONCE = 8192;

export async function openTextWriter(path: string, lines: RowLines): Promise<RecommendationWriter> {
  const file = await openFileWriter(path);
  const write = (text: string): Promise<void> => file.append(Buffer.from(text, "utf8"));
  let rows = 0;
  await write(lines.head);
  return {
    async append(appended) {
      rows += appended.ranks.length;
      for (let from = 0; from < appended.ranks.length; from += ROWS_AT_ONCE) {
        await write(await lines.text(rowsBetween(appended, from, from + ROWS_AT_ONCE)));
      }
    },
    close: async () => ({ rows, ...(await file.close()) }),
    abort: () => file.abort(),
  };
}
