/** metrics.json: what a ranker was worth on which questions, written whole or not at all. */
import { readFile } from "node:fs/promises";
import path from "node:path";
import { z } from "zod";
import { DataError } from "../src/errors.ts";
import { errorCode } from "./error-code.ts";
import type { MetricsDocument } from "./evaluate-split.ts";
import { writeFileAtomically } from "./write-file.ts";

const metrics = z.record(z.string(), z.number());

const metricsDocumentSchema = z.object({
  protocol: z.string(),
  split: z.enum(["validation", "test"]),
  users: z.number(),
  tieRate: z.number(),
  metrics,
  epoch: z.number().optional(),
  validation: metrics.optional(),
});

const METRICS_FILE = "metrics.json";

/** Null when the folder has no metrics.json. Throws DataError for one that is not what was written. */
export async function readMetrics(directory: string): Promise<z.output<typeof metricsDocumentSchema> | null> {
  const file = path.join(directory, METRICS_FILE);
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    if (errorCode(error) === "ENOENT") return null;
    throw error;
  }
  try {
    return metricsDocumentSchema.parse(JSON.parse(text));
  } catch (error) {
    const reason = error instanceof z.ZodError ? z.prettifyError(error) : String(error);
    throw new DataError(`${file}: not a metrics document (${reason.replaceAll("\n", "; ")})`, { cause: error });
  }
}

export async function writeMetrics(directory: string, document: MetricsDocument): Promise<void> {
  await writeFileAtomically(path.join(directory, METRICS_FILE), `${JSON.stringify(document, null, 2)}\n`);
}
