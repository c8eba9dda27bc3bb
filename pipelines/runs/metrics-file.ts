/** metrics.json: what a ranker was worth on which questions, written whole or not at all. */
import path from "node:path";
import { z } from "zod";
import { DataError } from "../../src/errors.ts";
import { readTextIfThere } from "../../src/files/file-content.ts";
import { writeFileAtomically } from "../../src/files/write-file.ts";
import { type MetricsDocument, metricsDocumentSchema } from "../../src/runs/metrics-document.ts";
import { runFiles } from "../../src/runs/run-directory.ts";

/** Null when the folder has no metrics.json. Throws DataError for one that is not what was written. */
export async function readMetrics(directory: string): Promise<MetricsDocument | null> {
  const file = path.join(directory, runFiles.metrics);
  const text = await readTextIfThere(file);
  if (text === null) return null;
  try {
    return metricsDocumentSchema.parse(JSON.parse(text));
  } catch (error) {
    const reason = error instanceof z.ZodError ? z.prettifyError(error) : String(error);
    throw new DataError(`${file}: not a metrics document (${reason.replaceAll("\n", "; ")})`, { cause: error });
  }
}

export async function writeMetrics(directory: string, document: MetricsDocument): Promise<void> {
  await writeFileAtomically(path.join(directory, runFiles.metrics), `${JSON.stringify(document, null, 2)}\n`);
}
