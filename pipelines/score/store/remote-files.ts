/**
 * Files in an object store under the hash of their content: what is there already is not sent again, whoever sent it.
 */
import { DataError } from "../../../src/errors.ts";
import type { FileContent } from "../../../src/files/file-content.ts";
import { fileProblem } from "../../../src/files/recorded-files.ts";
import type { ObjectStore } from "../../../src/transfer/object-store.ts";
import type { StageContext } from "../../stage.ts";
import type { SourceFile } from "./job-files.ts";

export function contentKey({ sha256 }: Pick<FileContent, "sha256">): string {
  return `files/${sha256}`;
}

/** Throws DataError for a file that is not as it was recorded, before anything of it is sent. */
export async function uploadFiles(
  store: ObjectStore,
  files: readonly SourceFile[],
  { log }: Pick<StageContext, "log">,
): Promise<void> {
  const sent: SourceFile[] = [];
  for (const file of files) {
    if (await isUploaded(store, file)) continue;
    const problem = await fileProblem({ ...file, role: "input" });
    if (problem !== null) throw new DataError(`${problem}; put it back, or make it anew`);
    await store.upload(contentKey(file), file.path, file);
    sent.push(file);
  }
  const bytes = sent.reduce((sum, file) => sum + file.bytes, 0);
  const there = files.length - sent.length;
  log(
    `${store.url}: ${sent.length} files sent (${bytes.toLocaleString("en")} bytes)${there === 0 ? "" : `, ${there} there already`}`,
  );
}

/** A truncated object counts as none; its content is looked at by whoever fetches it. */
export async function isUploaded(store: ObjectStore, content: FileContent): Promise<boolean> {
  return (await store.size(contentKey(content))) === content.bytes;
}
