/** baselines.json of a run: the baselines fitted beside it, written whole or not at all. */
import path from "node:path";
import { readJsonIfThere } from "../../src/files/json-file.ts";
import { writeFileAtomically } from "../../src/files/write-file.ts";
import { type BaselinesRecord, baselinesRecordSchema } from "../../src/runs/baselines-record.ts";
import { runFiles } from "../../src/runs/run-directory.ts";

/** Null for a run without (--baselines none, or an older one). Throws DataError for a damaged file. */
export async function readBaselinesRecord(directory: string): Promise<BaselinesRecord | null> {
  const words = { what: "the record of a run's baselines", remedy: "train anew with --force" };
  return readJsonIfThere(path.join(directory, runFiles.baselines), baselinesRecordSchema, words);
}

export async function writeBaselinesRecord(directory: string, record: BaselinesRecord): Promise<void> {
  await writeFileAtomically(path.join(directory, runFiles.baselines), `${JSON.stringify(record, null, 2)}\n`);
}
