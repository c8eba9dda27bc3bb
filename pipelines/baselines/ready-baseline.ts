/** A baseline by name, ready to score: its parameters as given, or chosen on validation, and fitted. */
import type { FittedBaseline } from "../../src/baselines/fitted-baseline.ts";
import type { MatrixMemory } from "../../src/baselines/matrix-memory.ts";
import {
  type BaselineName,
  type BaselineParameter,
  baselineGrids,
  combinations,
  isTuned,
} from "../../src/config/baseline-settings.ts";
import type { CatalogueKernels } from "../../src/ranker/catalogue-kernels.ts";
import type { BaselineChoice, MetricsDocument } from "../../src/runs/metrics-document.ts";
import { rowsOfRefit } from "../dataset/held-out-users.ts";
import type { LoadedDataset } from "../dataset/stored-dataset.ts";
import type { CandidateProtocol } from "../measures/evaluate-split.ts";
import type { StageContext } from "../stage.ts";
import { chooseParameters, fitted, type Parameters } from "./choose-parameters.ts";
import { algebraOf } from "./open-algebra.ts";

/** Settings of every stage that takes a baseline; null leaves a parameter to validation. */
export interface BaselineSettings extends Readonly<Record<BaselineParameter, number | null>> {
  readonly seed: number | null;
  readonly engine: string;
  readonly threads: number | null;
  readonly modelsRoot: string;
}

export interface ReadyBaseline extends FittedBaseline {
  /** For ranking with it; null for plain loops. */
  readonly kernels: CatalogueKernels | null;
  /** Of fitting what is ranked, alone. */
  readonly fitSeconds: number;
  /** Absent where there was nothing to choose, of parameters or of what to fit on. */
  readonly choice?: BaselineChoice;
  /** Of the chosen parameters, fitted on train. */
  readonly validation?: NonNullable<MetricsDocument["validation"]>;
}

export interface BaselineRequest {
  readonly settings: BaselineSettings;
  /** Fitted on train and validation together, once parameters are chosen. */
  readonly refit: boolean;
  /** Of the choice: the first cut's NDCG decides. */
  readonly ks: readonly number[];
  readonly candidates: CandidateProtocol | null;
  /** Of the choice; null for all users. */
  readonly usersSample: number | null;
  readonly dataset: LoadedDataset;
  /** Of all its fits. */
  readonly memory: MatrixMemory;
  readonly context: StageContext;
}

export async function readyBaseline(name: BaselineName, request: BaselineRequest): Promise<ReadyBaseline> {
  const { settings, refit, dataset, memory, context } = request;
  const { parameters, chosenBy, trials, validation } = await resolveParameters(name, request);
  // What it passes over was said with the parameters.
  const { algebra, kernels } = await algebraOf(name, settings, () => {});
  const seed = settings.seed ?? dataset.description.seed;
  // Test may be ranked by what has seen validation too.
  const train = refit ? rowsOfRefit(dataset, false) : dataset.train;
  const started = context.elapsed();
  const baseline = await fitted(name, train, parameters, { seed, algebra, memory, context });
  const fitSeconds = (context.elapsed() - started) / 1000;
  const ready = { ...baseline, kernels, fitSeconds };
  if (name === "random" || (name === "popularity" && !refit)) return ready;
  const fittedOn: BaselineChoice["fittedOn"] = refit ? ["train", "validation"] : ["train"];
  return {
    ...ready,
    choice: { chosenBy, parameters: { ...parameters }, trials, fittedOn, fitSeconds },
    ...(validation === null ? {} : { validation }),
  };
}

export interface ResolvedParameters extends Pick<BaselineChoice, "chosenBy" | "trials"> {
  readonly parameters: Parameters;
  readonly validation: Readonly<Record<string, number>> | null;
}

/** Throws ConfigError where there is something to choose, and no validation items to choose on. */
export async function resolveParameters(
  name: BaselineName,
  { settings, ks, candidates, usersSample, dataset, memory, context }: BaselineRequest,
): Promise<ResolvedParameters> {
  const asGiven = { chosenBy: null, trials: [], validation: null };
  if (!isTuned(name)) return { ...asGiven, parameters: {} };
  const { algebra, kernels } = await algebraOf(name, settings, context.log);
  if (name === "ials" || name === "ease") context.log(`linear algebra: ${algebra.description}`);
  const tried = combinations(baselineGrids[name], settings);
  if (tried.length === 1) return { ...asGiven, parameters: tried[0]! };
  const metric = `NDCG@${ks[0]}`;
  const seed = settings.seed ?? dataset.description.seed;
  const job = { dataset, seed, algebra, kernels, memory, modelsRoot: settings.modelsRoot, tellsTrials: true, context };
  const chosen = await chooseParameters(name, job, { tried, metric, ks, candidates, usersSample });
  return { ...chosen, chosenBy: metric };
}
