/** study.json: a study with every flag applied, and what it is carried out with. Enough for another process to join. */
import { z } from "zod";
import { studySchema } from "../config/schemas/study-schema.ts";

export const storedStudySchema = z.object({
  study: studySchema,
  engine: z.object({
    name: z.enum(["reference", "native", "webgpu", "tfjs"]),
    /** Without the number of threads, on which results do not depend. */
    description: z.string(),
  }),
  /** Absolute. */
  dataRoot: z.string(),
  /** Of the subjects, in their order. */
  datasets: z.array(z.object({ name: z.string(), contentHash: z.string() })),
});

export type StoredStudy = z.output<typeof storedStudySchema>;
