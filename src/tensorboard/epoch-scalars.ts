/** A line of training.jsonl as scalars with tags, which TensorBoard groups by what stands before the first slash. */

/** Numbers of a nested record by path, such as "diagnostics/norms/userDot"; other values are left out. */
export function numbersByPath(value: unknown, path: string): Readonly<Record<string, number>> {
  if (typeof value === "number") return Number.isFinite(value) ? { [path]: value } : {};
  if (typeof value !== "object" || value === null) return {};
  return Object.assign({}, ...Object.entries(value).map(([key, inner]) => numbersByPath(inner, `${path}/${key}`)));
}

export function epochScalars(record: {
  readonly loss: number;
  readonly learningRate: number;
  readonly samplesPerSecond: number;
  readonly epoch: number;
  readonly validation: unknown;
  readonly diagnostics: unknown;
  readonly lawn: unknown;
}): Readonly<Record<string, number>> {
  const { loss, learningRate, samplesPerSecond, epoch, validation, diagnostics, lawn } = record;
  return {
    ...numbersByPath(loss, "training/loss"),
    ...numbersByPath(learningRate, "training/learningRate"),
    ...numbersByPath(samplesPerSecond, "training/samplesPerSecond"),
    ...numbersByPath(epoch, "training/epoch"),
    ...numbersByPath(validation, "validation"),
    ...numbersByPath(diagnostics, "diagnostics"),
    ...numbersByPath(lawn, "lawn"),
  };
}
