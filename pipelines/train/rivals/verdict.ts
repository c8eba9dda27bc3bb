/** In words: how a run stands to the best baseline beside it, and what to try. */
import { type BaselineName, parameterFlags } from "../../../src/config/baseline-settings.ts";
import type { TrainConfig } from "../../../src/config/schemas/train-schema.ts";
import { shellCommand } from "../../../src/config/shell-command.ts";
import type { BaselinesRecord, Estimates } from "../../../src/runs/baselines-record.ts";
import { leadText } from "../../../src/runs/estimate-text.ts";

/** A baseline's figures on test, and the run's lead over it. */
export interface RivalOnTest {
  readonly name: BaselineName;
  readonly parameters: Readonly<Record<string, number>>;
  readonly test: Estimates;
  readonly lead: Estimates;
}

/** What training was like, as far as advice depends on it. */
export interface Course {
  readonly config: Pick<TrainConfig, "dataset" | "dataRoot" | "modelsRoot" | "epochs" | "batchSize" | "k">;
  readonly samplesPerEpoch: number;
  /** From 1; null where nothing was validated, so that nothing chose it. */
  readonly chosenEpoch: number | null;
}

/** Below so many steps an epoch, smaller batches learn more from each. */
const FEW_STEPS = 20;
const GOOD_STEPS = 80;

/** Null where nothing was fitted. */
export function verdictOf(rivals: readonly RivalOnTest[], course: Course): BaselinesRecord["verdict"] {
  const metric = `NDCG@${course.config.k[0]}`;
  const [best] = rivals
    .filter(({ test }) => metric in test)
    .sort((a, b) => b.test[metric]!.value - a.test[metric]!.value);
  const lead = best?.lead[metric];
  if (best === undefined || lead === undefined) return null;
  const outcome = lead.low > 0 ? "better" : lead.high < 0 ? "worse" : "level";
  const rival = rivals.length === 1 ? best.name : `${best.name}, the best of ${rivals.length} baselines`;
  const size = `test ${metric} ${leadText(lead)}`;
  const text = {
    better: `better than ${rival}: ${size}`,
    level: `level with ${rival}: ${size}`,
    worse: `worse than ${rival}: ${size}`,
  }[outcome];
  return { baseline: best.name, metric, outcome, lead, text, advice: adviceOf(outcome, best, course) };
}

function adviceOf(outcome: "better" | "level" | "worse", best: RivalOnTest, course: Course): string | null {
  if (outcome === "better") return null;
  const { config, samplesPerEpoch, chosenEpoch } = course;
  const tries: string[] = [];
  if (chosenEpoch === config.epochs) {
    tries.push(`the last epoch was the best, so train longer: --epochs ${2 * config.epochs}`);
  }
  const steps = Math.max(1, Math.ceil(samplesPerEpoch / config.batchSize));
  const smaller = Math.max(16, 2 ** Math.floor(Math.log2(samplesPerEpoch / GOOD_STEPS)));
  if (steps < FEW_STEPS && smaller < config.batchSize) {
    const length = steps === 1 ? "one step" : `${steps} steps`;
    tries.push(`an epoch is ${length}, so take smaller batches: --batch-size ${smaller}`);
  }
  if (tries.length === 0) tries.push("let validation choose the settings: --tune 12");
  const ship = `or ship the baseline: ${shipCommand(best, config)}`;
  return `try: ${tries.join("; ")}${outcome === "worse" ? `; ${ship}` : ""}`;
}

/** Such as "lawn-ranker score --dataset shop --baseline item-knn --neighbours 20 --output shop.parquet". */
export function shipCommand(
  { name, parameters }: Pick<RivalOnTest, "name" | "parameters">,
  { dataset, dataRoot, modelsRoot }: Pick<TrainConfig, "dataset" | "dataRoot" | "modelsRoot">,
): string {
  const roots = [
    ...(dataRoot === "data" ? [] : ["--data-root", dataRoot]),
    ...(modelsRoot === "models" ? [] : ["--models-root", modelsRoot]),
  ];
  const flags = parameterFlags(parameters);
  return shellCommand(
    ...["lawn-ranker", "score", "--dataset", dataset, ...roots, "--baseline", name, ...flags],
    ...["--output", `${dataset}.parquet`],
  );
}
