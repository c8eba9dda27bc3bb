/** training.jsonl: a line for each finished epoch, readable after any crash. */
import { z } from "zod";
import { parseJson } from "../config/json-text.ts";

const metrics = z.record(z.string(), z.number());

const epochRecordSchema = z.object({
  /** `train` learns on train; `refit` then learns anew on train and validation. */
  pass: z.enum(["train", "refit"]),
  /** From 1. */
  epoch: z.int().min(1),
  /** Steps done since the pass began. */
  step: z.int().min(1),
  /** Mean over the epoch's samples, each taken before the update it caused. */
  loss: z.number(),
  /** Of the epoch's last step. */
  learningRate: z.number(),
  samplesPerSecond: z.number(),
  /** Spent on training steps. */
  seconds: z.number(),
  /** Spent on validation and diagnostics. */
  measuringSeconds: z.number(),
  /** By metric name; null where the pass does not validate. */
  validation: metrics.nullable(),
  /** What diagnostics.ts measures; null when they are off. */
  diagnostics: z.record(z.string(), z.unknown()).nullable(),
  /** LAWN's phase at the end of the epoch; `free` throughout for a plain optimizer. */
  phase: z.enum(["free", "constrained"]),
  /** Where LAWN stands at the end of the epoch; null for a plain optimizer. */
  lawn: z
    .object({
      /** Blocks held at a norm, of how many. */
      constrainedBlocks: z.int().min(0),
      blocks: z.int().min(1),
      /** Of norm 0 when they were constrained, so that they never move. */
      zeroBlocks: z.int().min(0),
      /** Steps that would have taken a block's direction and were refused, so far. */
      keptBlocks: z.int().min(0),
    })
    .nullable(),
  /** Of ranks that train together; absent where one process trains alone. */
  exchange: z
    .object({
      ranks: z.int().min(1),
      /** That the first rank sends and receives in a step: the mean of its steps since training began or went on. */
      bytesPerStep: z.number(),
    })
    .optional(),
});

export type EpochRecord = z.output<typeof epochRecordSchema>;

/** One line, with its end. */
export function epochLine(record: EpochRecord): string {
  return `${JSON.stringify(record)}\n`;
}

/**
 * The records of a log. A last line without an end was torn by a crash and is left out; any other line that is not a
 * record is a DataError, with `where` (a file name) and the line's number.
 */
export function parseTrainingLog(text: string, where: string): readonly EpochRecord[] {
  const lines = text.split("\n");
  lines.pop(); // what follows the last line's end: nothing, or a torn line
  return lines.map((line, index) => parseLine(line, `${where}:${index + 1}`));
}

/**
 * The records up to `epoch` of `pass`: those that a checkpoint taken then stands on. Later ones will be trained again.
 */
export function recordsThrough(
  records: readonly EpochRecord[],
  pass: EpochRecord["pass"],
  epoch: number,
): readonly EpochRecord[] {
  return records.filter((record) =>
    record.pass === pass ? record.epoch <= epoch : record.pass === "train" && pass === "refit",
  );
}

function parseLine(line: string, where: string): EpochRecord {
  const remedy = "the log was changed by something else; put it back or train anew with --force";
  return parseJson(line, epochRecordSchema, { where, what: "an epoch", remedy });
}
