/** What a plan for a budget changes in a run's settings, and what must follow: rate, warm-up, LAWN's free phase. */
import { baseOf } from "../../../src/config/optimizer/optimizer-names.ts";
import type { PlannedSetting } from "../../../src/config/schemas/planning-settings.ts";
import type { TrainConfig } from "../../../src/config/schemas/train-schema.ts";
import type { BudgetPlan } from "../../../src/runs/planning-record.ts";

export interface PlannedSettings {
  /** Nested as in a config file. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** A sentence for each that followed. */
  readonly reasons: readonly string[];
}

/** Rules whose step grows with the gradient take larger batches at a rate in proportion (Goyal et al. 2017). */
const proportional: readonly string[] = ["sgd", "momentum", "nesterov"];
/** At most this share of the planned epochs, unless it was a larger one of those asked for. */
const PHASE_SHARE = 1 / 3;

/** `held` settings stay as they are. */
export function budgetSettings(
  config: TrainConfig,
  { epochs, batchSize, refit }: Pick<BudgetPlan, "epochs" | "batchSize" | "refit">,
  held: ReadonlySet<PlannedSetting>,
): PlannedSettings {
  const reasons: string[] = [];
  const changed = (
    name: PlannedSetting,
    before: number | undefined,
    after: number | undefined,
    why: string,
  ): boolean => {
    if (before === undefined || before === after || held.has(name)) return false;
    reasons.push(`${name} ${after} in place of ${before}: ${why}`);
    return true;
  };
  const settings: Record<string, unknown> = { epochs, batchSize, refit };

  const growth = batchSize / config.batchSize;
  const isProportional = proportional.includes(baseOf(config.optimizer.name));
  const { learningRate } = config.optimizer;
  const rate = growth === 1 ? learningRate : rounded((learningRate ?? 0) * growth ** (isProportional ? 1 : 0.5));
  const why = isProportional ? "in proportion to the batch size" : "with the square root of the batch size";
  if (changed("optimizer.learningRate", learningRate, rate, why)) settings.optimizer = { learningRate: rate };

  const cut = (phase = 0): number => {
    const most = epochs * Math.max(PHASE_SHARE, phase / config.epochs);
    return phase <= most ? phase : rounded(most);
  };
  const share = `no larger a share of ${epochs} epochs`;
  const { freeEpochs } = config.lawn ?? {};
  const free = cut(freeEpochs);
  if (changed("lawn.freeEpochs", freeEpochs, free, share)) settings.lawn = { freeEpochs: free };
  const { warmupEpochs } = config.schedule;
  const warmup = cut(warmupEpochs);
  if (changed("schedule.warmupEpochs", warmupEpochs, warmup, share)) settings.schedule = { warmupEpochs: warmup };
  return { settings, reasons };
}

function rounded(value: number): number {
  return Number(value.toPrecision(3));
}
