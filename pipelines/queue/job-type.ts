/**
 * What a job of the queue is to a worker: its data, checked, and its work, a function of them that
 * writes its own result file.
 */
import type { z } from "zod";
import type { StageContext } from "../stage.ts";

export interface JobSettings {
  /** Of the machine the worker runs on; null leaves it to the job, and then to the engine. */
  readonly threads: number | null;
  /** Its folder for copies from an object store. */
  readonly cache: string;
  /** The folders it may read and write for a job. */
  readonly roots: readonly string[];
  /** Aborted when the worker is told to stop: what is computed is finished, but nobody else is waited for long. */
  readonly stopping: AbortSignal;
}

export interface JobType<Data = unknown> {
  readonly data: z.ZodType<Data>;
  /** Does nothing where the result is there already. */
  run(data: Data, settings: JobSettings, context: StageContext): Promise<void>;
}
