/** A baseline fitted to be served: its parameters are all given, so that a server's start chooses nothing. */
import { fitBaseline } from "../../src/baselines/fit-baseline.ts";
import { matrixMemory } from "../../src/baselines/matrix-memory.ts";
import { baselineGrids, type FittedName, fittedNames, isTuned } from "../../src/config/baseline-settings.ts";
import { closedBy } from "../../src/engine/closable.ts";
import type { ScoringSession } from "../../src/engine/scoring-session.ts";
import { ConfigError } from "../../src/errors.ts";
import { topItems } from "../../src/scoring/top-items.ts";
import { checkFileOf, type DatasetDescription, readInteractions } from "../dataset/stored-dataset.ts";
import { freeMemoryBytes } from "../outside-world.ts";
import { algebraOf } from "./open-algebra.ts";

/** A baseline in place of a run: fitted to the dataset's train split when it is loaded. */
export interface BaselineToServe {
  readonly baseline: FittedName;
  /** All that it has, such as { neighbours: 100, shrinkage: 10 }; `train` and `evaluate` say what validation chose. */
  readonly parameters?: Readonly<Record<string, number>>;
  /** Of pure-svd and ials. Default: the dataset's. */
  readonly seed?: number;
}

export async function openBaselineSession(
  { baseline, parameters = {}, seed }: BaselineToServe,
  options: {
    readonly folder: string;
    readonly description: DatasetDescription;
    readonly engine: string;
    readonly threads: number | null;
  },
): Promise<ScoringSession> {
  const { folder, description, engine, threads } = options;
  checkParameters(baseline, parameters, description.name);
  const { algebra, engine: computes } = await algebraOf(baseline, { engine, threads }, () => {});
  await checkFileOf(folder, "train.arrow", description.files["train.arrow"]);
  const train = await readInteractions(folder, "train.arrow", description, description.interactions.train);
  const memory = matrixMemory(freeMemoryBytes);
  const { scorer } = await fitBaseline(baseline, train, {
    parameters,
    seed: seed ?? description.seed,
    algebra,
    memory,
  });
  return {
    description: `${baseline}: ${computes.description}`,
    pairs: (users, items) => scorer.pairs(users, items),
    top: (request) => topItems(scorer, request),
    ...closedBy(() => {}),
  };
}

function checkParameters(baseline: FittedName, parameters: Readonly<Record<string, number>>, dataset: string): void {
  if (!fittedNames.includes(baseline)) {
    throw new ConfigError(`baseline is "${baseline}", expected one of ${fittedNames.join(", ")}`);
  }
  const wanted = isTuned(baseline) ? Object.keys(baselineGrids[baseline]) : [];
  const unknown = Object.keys(parameters).filter((key) => !wanted.includes(key));
  if (unknown.length > 0) throw new ConfigError(`baseline ${baseline} has no parameter ${unknown.join(", ")}`);
  const missing = wanted.filter((key) => !Number.isFinite(parameters[key]));
  if (missing.length > 0) {
    throw new ConfigError(
      `baseline ${baseline}: parameters lack ${missing.join(", ")}; lawn-ranker evaluate --dataset ${dataset} --baseline ${baseline} says what validation chooses`,
    );
  }
}
