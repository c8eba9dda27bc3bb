/** Several baselines on the same questions, side by side: what cannot be fitted is told beside the others. */
import path from "node:path";
import { matrixMemory } from "../../src/baselines/matrix-memory.ts";
import type { BaselineName } from "../../src/config/baseline-settings.ts";
import type { EvaluateConfig } from "../../src/config/schemas/evaluate-schema.ts";
import { ConfigError, DataError, EngineError } from "../../src/errors.ts";
import type { MetricsDocument } from "../../src/runs/metrics-document.ts";
import { readyBaseline } from "../baselines/ready-baseline.ts";
import type { LoadedDataset } from "../dataset/stored-dataset.ts";
import { casesOf, metricsDocument, protocolOf } from "../measures/evaluate-split.ts";
import { scorerOfBaseline } from "../measures/held-out-scorers.ts";
import type { StageContext, StageResult } from "../stage.ts";
import { type BaselineRow, type BaselinesTable, tableLines, writeTable } from "./baselines-table.ts";
import { measure } from "./measure.ts";
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
    try {
      found.push(await evaluated(name));
    } catch (error) {
      if (!isOfTheBaseline(error) || context.signal.aborted) throw error;
      leftOut.push({ baseline: name, reason: error.message, error });
      context.log(`${name} is left out: ${error.message}`);
    }
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

  async function evaluated(baseline: BaselineName): Promise<(typeof found)[number]> {
    const candidates = protocolOf(dataset, config.candidates);
    const { split, k: ks, usersSample } = config;
    const request = { settings: config, refit: config.refit && baseline !== "random", ks, candidates, usersSample };
    const ready = await readyBaseline(baseline, { ...request, dataset, memory, context });
    const { choice, validation, fitSeconds } = ready;
    const started = context.elapsed();
    const scorer = await scorerOfBaseline(ready, null, { dataset, split });
    const measured = await measure(config, { dataset, scorer, negativesPerPositive: null, context });
    const evaluateSeconds = (context.elapsed() - started) / 1000;
    ready.release?.();
    const document = metricsDocument({
      evaluation: measured.evaluation,
      beyond: measured.beyond,
      ...(choice === undefined ? {} : { baseline: choice }),
      ...(validation === undefined ? {} : { validation }),
      validationSample: validation === undefined ? null : casesOf(dataset, "validation", usersSample).sample,
    });
    if (output !== null) {
      const made = { ...measured, document, dataset, subject: { baseline } };
      await writeEvaluation(path.join(output, baseline), made, context);
    }
    const choiceOf = (metric: string | null): BaselineRow["chosenBy"] =>
      // What chose was measured on validation.
      metric === null ? null : { metric, value: validation![metric]!, trials: choice!.trials.length };
    const row: BaselineRow = {
      baseline,
      metrics: document.metrics,
      tieRate: document.tieRate,
      parameters: choice?.parameters ?? {},
      chosenBy: choiceOf(choice?.chosenBy ?? null),
      fittedOn: choice?.fittedOn ?? (baseline === "random" ? [] : ["train"]),
      fitSeconds,
      evaluateSeconds,
    };
    return { row, document };
  }
}

/** Its memory, its parameters, its matrix; anything else is not the baseline's doing. */
function isOfTheBaseline(error: unknown): error is Error {
  return error instanceof ConfigError || error instanceof DataError || error instanceof EngineError;
}
