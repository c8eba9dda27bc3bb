/** metrics.json: what a ranker was worth on which questions, written whole or not at all. */
import path from "node:path";
import { readJsonIfThere } from "../../src/files/json-file.ts";
import { writeFileAtomically } from "../../src/files/write-file.ts";
import { type MetricsDocument, metricsDocumentSchema } from "../../src/runs/metrics-document.ts";
import { runFiles } from "../../src/runs/run-directory.ts";

/** Null when the folder has no metrics.json. Throws DataError for one that is not what was written. */
export async function readMetrics(directory: string): Promise<MetricsDocument | null> {
  const words = { what: "a metrics document", remedy: "evaluate again, with lawn-ranker evaluate" };
  return readJsonIfThere(path.join(directory, runFiles.metrics), metricsDocumentSchema, words);
}

export async function writeMetrics(directory: string, document: MetricsDocument): Promise<void> {
  await writeFileAtomically(path.join(directory, runFiles.metrics), `${JSON.stringify(document, null, 2)}\n`);
}
