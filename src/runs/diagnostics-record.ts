/**
 * The `diagnostics` of a line of training.jsonl, as whoever reads a log finds it. What each figure
 * tells: docs/diagnostics.md.
 */
import { z } from "zod";
import { DataError } from "../errors.ts";
import type { EpochRecord } from "./training-log.ts";

const figure = z.number().nullable();
/** By name of the tensor. */
const byTensor = z.record(z.string(), figure);
const movement = z.object({ relative: byTensor, angle: byTensor }).nullable();

const diagnosticsRecordSchema = z.object({
  loss: figure,
  logitAbsP50: figure,
  logitAbsP99: figure,
  slopeP10: figure,
  slopeP50: figure,
  slopeP90: figure,
  meanError: figure,
  /** Older logs have no such figure, nor margins. */
  fadedShare: figure.default(null),
  margins: z
    .object({ scale: figure, smallest: figure, p10: figure, p50: figure, p90: figure, wrongShare: figure })
    .nullable()
    .default(null),
  norms: byTensor,
  gradientNorms: byTensor,
  gradientNormsOverLoss: byTensor,
  tangentGradientNorms: byTensor,
  tangentGradientNormsOverLoss: byTensor,
  moved: movement,
  movedSinceSwitch: movement,
  rowNorms: z.record(
    z.string(),
    z.object({ p10: figure, p50: figure, p90: figure, byPopularity: z.array(figure).length(10) }),
  ),
  /** By tower layer. */
  deadUnits: z.array(figure),
});

export type DiagnosticsRecord = z.output<typeof diagnosticsRecordSchema>;

/** Null where diagnostics were off. `where` (a file name) begins the message. Throws DataError. */
export function parseDiagnostics(record: EpochRecord, where: string): DiagnosticsRecord | null {
  if (record.diagnostics === null) return null;
  const parsed = diagnosticsRecordSchema.safeParse(record.diagnostics);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new DataError(
    `${where}: ${record.pass} epoch ${record.epoch}: diagnostics.${issue?.path.join(".")}: ${issue?.message}`,
  );
}
