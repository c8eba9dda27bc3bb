/** Several baselines on the same questions, side by side: what cannot be fitted is told beside the others. */
import path from "node:path";
import { matrixMemory } from "../../src/baselines/matrix-memory.ts";
import type { BaselineName } from "../../src/config/baseline-settings.ts";
import type { EvaluateConfig } from "../../src/config/schemas/evaluate-schema.ts";
import { ConfigError, DataError, EngineError } from "../../src/errors.ts";
import type { MetricsDocument } from "../../src/runs/metrics-document.ts";
import type { LoadedDataset } from "../dataset/stored-dataset.ts";
import type { StageContext, StageResult } from "../stage.ts";
import { type BaselineRow, type BaselinesTable, tableLines, writeTable } from "./baselines-table.ts";
import { type MeasuredBaseline, measureBaseline } from "./measure-baseline.ts";
import { refuseRecordedFolder, writeEvaluation } from "./write-evaluation.ts";

export interface EvaluatedBaselines extends BaselinesTable {
  readonly [key: string]: unknown;
  /** The folder of baselines.json, and of a folder for each baseline; absent where nothing was written. */
  readonly directory?: string;
}

/** Throws what the first of them throws where none can be fitted. */
export async function evaluateBaselines(
  config: EvaluateConfig,
  names: readonly BaselineName[],
  { dataset, context }: { readonly dataset: LoadedDataset; readonly context: StageContext },
): Promise<StageResult<EvaluatedBaselines>> {
  const { output } = config;
  if (output !== null) for (const name of names) await refuseRecordedFolder(path.join(output, name));
  const memory = matrixMemory(context.freeMemoryBytes); // one large matrix at a time
  const found: { readonly row: BaselineRow; readonly document: MetricsDocument }[] = [];
  const leftOut: { readonly baseline: BaselineName; readonly reason: string; readonly error: Error }[] = [];
  for (const [index, name] of names.entries()) {
    context.signal.throwIfAborted();
    context.log(`${name}, ${index + 1} of ${names.length}`);
    const asked = { ...config, refit: config.refit && name !== "random" }; // of which nothing is fitted
    let measured: MeasuredBaseline;
    try {
      measured = await measureBaseline(name, asked, { dataset, memory, context });
    } catch (error) {
      if (!isOfTheBaseline(error) || context.signal.aborted) throw error;
      leftOut.push({ baseline: name, reason: error.message, error });
      context.log(`${name} is left out: ${error.message}`);
      continue;
    }
    found.push({ row: rowOf(name, measured), document: measured.document });
    if (output === null) continue;
    await writeEvaluation(path.join(output, name), { ...measured, dataset, subject: { baseline: name } }, context);
  }
  const [first] = found;
  if (first === undefined) throw leftOut[0]!.error; // a list of baselines is not empty
  const { name, contentHash } = dataset.description;
  const { split, protocol, users } = first.document;
  const table: BaselinesTable = {
    stage: "evaluate",
    dataset: { name, contentHash },
    ...{ split, protocol, users },
    baselines: found.map(({ row }) => row),
    leftOut: leftOut.map(({ baseline, reason }) => ({ baseline, reason })),
  };
  if (output !== null) await writeTable(output, table, context);
  return {
    json: { ...table, ...(output === null ? {} : { directory: output }) },
    text: [...tableLines(table), ...(output === null ? [] : [`written: ${output}, a folder each`])].join("\n"),
  };
}

function rowOf(baseline: BaselineName, { document, fitSeconds, evaluateSeconds }: MeasuredBaseline): BaselineRow {
  const { metrics, tieRate, baseline: choice, validation } = document;
  const metric = choice?.chosenBy ?? null;
  return {
    baseline,
    metrics,
    tieRate,
    parameters: choice?.parameters ?? {},
    // What chose was measured on validation.
    chosenBy: metric === null ? null : { metric, value: validation![metric]!, trials: choice!.trials.length },
    fittedOn: choice?.fittedOn ?? (baseline === "random" ? [] : ["train"]),
    fitSeconds,
    evaluateSeconds,
  };
}

/** Its memory, its parameters, its matrix; anything else is not the baseline's doing. */
function isOfTheBaseline(error: unknown): error is Error {
  return error instanceof ConfigError || error instanceof DataError || error instanceof EngineError;
}
