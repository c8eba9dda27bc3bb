/** The settings that a search tries: the run's own first, then points of the space around them. */
import { cutsWith } from "../../../src/config/metric-names.ts";
import type { PlannedSetting } from "../../../src/config/schemas/planning-settings.ts";
import type { TrainConfig } from "../../../src/config/schemas/train-schema.ts";
import { ConfigError } from "../../../src/errors.ts";
import type { TrialPlan } from "../../../src/study/plan-trials.ts";
import { type SearchPoint, searchPoint } from "../../../src/study/search-space.ts";
import { tuningSpace, type Widths } from "../../../src/study/tuning-space.ts";
import { plannedConfig } from "./planned-config.ts";

export interface TuningPoint {
  /** From 0, the settings as they were. */
  readonly index: number;
  readonly point: SearchPoint["point"];
  /** What it changes, nested as in a config file. */
  readonly settings: SearchPoint["settings"];
  readonly config: TrainConfig;
}

/** Throws ConfigError where everything is held. */
export function tuningPoints(
  config: TrainConfig,
  around: { readonly trials: number; readonly widths: Widths; readonly held: ReadonlySet<PlannedSetting> },
): readonly TuningPoint[] {
  const { seed, epochs, batchSize } = config;
  const space = tuningSpace(config, around.widths, around.held);
  if (Object.keys(space).length === 0) {
    throw new ConfigError(`--tune: nothing is left to search, for ${[...around.held].join(", ")} are held`);
  }
  const search = { method: "sobol", seed, stream: "tune", epochs, batchSize } as const;
  return Array.from({ length: around.trials }, (_, index) => {
    const { point, settings } = index === 0 ? unchanged : searchPoint(space, { ...search, index });
    return { index, point, settings, config: plannedConfig(config, settings) };
  });
}

const unchanged: SearchPoint = { point: {}, settings: {}, atEdge: [] };

/** Up to a rung. Its seed is the run's, so that the best trial and the run made of it are the same training. */
export function trialOf({ index, point, config }: TuningPoint, epochs: number): TrialPlan {
  const { model, optimizer, batchSize, k, validation } = config;
  return {
    id: `t${String(index).padStart(3, "0")}-e${epochs}`,
    subject: 0,
    arm: `${model}-${optimizer.name}`,
    batchSize,
    phase: "tuning",
    index,
    point,
    atEdge: [],
    epochs,
    alsoInCatalogue: false,
    config: { ...config, diagnostics: false, k: cutsWith(k, validation.metric) },
  };
}
