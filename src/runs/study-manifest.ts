/** manifest.json of a study: what was compared, by what program, and the hash of every file. */
import { z } from "zod";
import { fileRecord, sha256 } from "./file-record.ts";

export const studyManifestSchema = z.object({
  stage: z.literal("compare"),
  status: z.enum(["running", "done", "failed"]),
  /** Why it failed or was interrupted; null otherwise. */
  reason: z.string().nullable(),
  /** Name of the study's folder. */
  study: z.string(),
  /** sha256 of study.json's content that decides results. */
  studyHash: sha256,
  datasets: z.array(z.object({ name: z.string(), contentHash: sha256 })),
  engine: z.object({ name: z.string(), description: z.string() }),
  /** Trials side by side. */
  workers: z.int().min(1),
  packageVersion: z.string(),
  /** Of the checkout the program ran from; null outside a checkout. */
  gitCommit: z.string().nullable(),
  node: z.string(),
  platform: z.string(),
  /** ISO 8601, of the first start. */
  startedAt: z.string(),
  resumptions: z.int().min(0),
  /** Wall-clock seconds of all attempts together. */
  seconds: z.number(),
  trials: z.object({ planned: z.int(), finished: z.int(), diverged: z.int() }),
  /** Every file of a finished study but this one, by path within the folder. */
  files: z.record(z.string(), fileRecord),
});

export type StudyManifest = z.output<typeof studyManifestSchema>;
