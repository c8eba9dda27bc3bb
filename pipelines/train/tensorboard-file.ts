/**
 * <run>/tensorboard/<pass>/: an event file for each attempt at a pass, for people who watch training with TensorBoard.
 */
import { type FileHandle, open } from "node:fs/promises";
import path from "node:path";
import { makeFolder } from "../../src/files/make-folder.ts";
import type { EpochRecord } from "../../src/runs/training-log.ts";
import { epochScalars } from "../../src/tensorboard/epoch-scalars.ts";
import { restartRecord, summaryRecord, versionRecord } from "../../src/tensorboard/events.ts";
import { type Histogram, histogramOf } from "../../src/tensorboard/histogram.ts";

export const TENSORBOARD_FOLDER = "tensorboard";

export interface TensorboardFile {
  /** Values by tag, of the epoch that is written next. */
  histograms(values: Readonly<Record<string, ArrayLike<number>>>): void;
  epoch(record: EpochRecord): Promise<void>;
  close(): Promise<void>;
}

/**
 * Appends as training goes: TensorBoard follows a growing file. `step` is where this attempt begins, 0 for a new pass.
 */
export async function openTensorboardFile(
  runDirectory: string,
  options: {
    readonly pass: EpochRecord["pass"];
    /** Attempts before this one. */
    readonly resumptions: number;
    readonly step: number;
    readonly now: () => number;
  },
): Promise<TensorboardFile> {
  const { pass, resumptions, step, now } = options;
  const folder = path.join(runDirectory, TENSORBOARD_FOLDER, pass);
  await makeFolder(folder, "choose another folder with --models-root or --run");
  const seconds = (): number => now() / 1000;
  // TensorBoard reads the files of a folder in the order of their names.
  const stamp = String(Math.floor(seconds())).padStart(10, "0");
  const name = `events.out.tfevents.${stamp}.lawn-ranker.${String(resumptions).padStart(4, "0")}`;
  const file = await open(path.join(folder, name), "w");
  await write(file, versionRecord(seconds()));
  if (step > 0) await write(file, restartRecord({ wallSeconds: seconds(), step: step + 1 }));
  let pending: Record<string, Histogram> = {};
  return {
    histograms(values) {
      for (const [tag, numbers] of Object.entries(values)) {
        const histogram = histogramOf(numbers);
        if (histogram !== null) pending[tag] = histogram;
      }
    },
    async epoch(record) {
      const time = { wallSeconds: seconds(), step: record.step };
      await write(file, summaryRecord(time, { scalars: epochScalars(record), histograms: pending }));
      pending = {};
    },
    close: () => file.close(),
  };
}

async function write(file: FileHandle, record: Uint8Array): Promise<void> {
  await file.writeFile(record);
}
