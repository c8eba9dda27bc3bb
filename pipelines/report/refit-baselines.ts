/**
 * The baselines of a run's record fitted again, with the parameters that were chosen then: what the record does not
 * have of them, such as lists, deciles and figures among all items, can then be measured as the run's are.
 */
import { fitBaseline } from "../../src/baselines/fit-baseline.ts";
import { matrixMemory } from "../../src/baselines/matrix-memory.ts";
import { isTuned } from "../../src/config/baseline-settings.ts";
import type { ReportConfig } from "../../src/config/schemas/report-schema.ts";
import { baselineTitle } from "../../src/report/words/baseline-words.ts";
import type { BaselinesRecord } from "../../src/runs/baselines-record.ts";
import { openAlgebra } from "../baselines/open-algebra.ts";
import { rowsOfRefit } from "../dataset/held-out-users.ts";
import { scorerOfBaseline } from "../measures/held-out-scorers.ts";
import { sayWhileWaiting } from "../progress/while-waiting.ts";
import type { StageContext } from "../stage.ts";
import type { EvaluationRequest } from "./evaluation-request.ts";
import { measureRanker, type RankerResults } from "./ranker-results.ts";

/** A report is looked at, not waited for: what took longer to fit is shown from the record alone. */
const MOST_SECONDS = 30;

/** Those that took seconds; `absent` is told of the others. Names in `known` have been measured already. */
export async function refitBaselines(
  record: BaselinesRecord,
  questions: EvaluationRequest,
  options: {
    readonly known: readonly string[];
    readonly config: Pick<ReportConfig, "engine" | "threads">;
    readonly absent: string[];
    readonly context: StageContext;
  },
): Promise<readonly RankerResults[]> {
  const { known, config, absent, context } = options;
  const { dataset, split } = questions;
  const { description } = dataset;
  const engine = config.engine === "native" || config.engine === "reference" ? config.engine : "auto";
  const { algebra, kernels } = await openAlgebra(engine, {
    threads: engine === "reference" ? null : config.threads,
    log: context.log,
  });
  const memory = matrixMemory(context.freeMemoryBytes);
  const rankers: RankerResults[] = [];
  for (const { name, choice, validation: reached } of record.fitted) {
    if (!isTuned(name) || known.includes(name)) continue;
    if (choice.fitSeconds > MOST_SECONDS) {
      absent.push(
        `Among all items, ${baselineTitle(name)}: it takes ${choice.fitSeconds.toFixed(0)} s to fit, and the run keeps its figures alone.`,
      );
      continue;
    }
    const data = choice.fittedOn.includes("validation") ? rowsOfRefit(dataset, false) : dataset.train;
    const { parameters } = choice;
    const fitted = await sayWhileWaiting(
      () => fitBaseline(name, data, { parameters, seed: description.seed, algebra, memory }),
      `fitting ${name} again`,
      context,
    );
    const measured = await measureRanker(name, await scorerOfBaseline(fitted, kernels, { dataset, split }), questions);
    fitted.release?.();
    const values = Object.entries(reached ?? {}).map(([metric, { value }]) => [metric, value]);
    const document = { ...measured.document, baseline: choice, validation: Object.fromEntries(values) };
    rankers.push({ ...measured, document });
  }
  return rankers;
}
