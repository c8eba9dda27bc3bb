/** A job whose settings are still to be planned becomes one that is trained; its record says what was asked for. */
import { isPlanned } from "../../../src/config/schemas/planning-settings.ts";
import type { TrainConfig } from "../../../src/config/schemas/train-schema.ts";
import type { Manifest } from "../../../src/runs/manifest.ts";
import type { BudgetPlan } from "../../../src/runs/planning-record.ts";
import { hashOf, identityOf } from "../../../src/runs/run-directory.ts";
import { seenItems } from "../../dataset/seen-items.ts";
import { batchSourceOf, rankerOf, rankerSettingsOf } from "../../training/configured-training.ts";
import { resolvedConfig } from "../resolved-config.ts";
import type { TrainingJob } from "../train-and-refit.ts";
import { planRun } from "./plan-run.ts";

/** For the manifest of a run that begins: nothing decided yet. Empty where there is nothing to plan. */
export function beginPlanning(
  config: TrainConfig,
  resolved: Readonly<Record<string, unknown>>,
): Pick<Manifest, "planning"> {
  if (!isPlanned(config)) return {};
  const request = { ...identityOf(resolved) };
  return { planning: { requestHash: hashOf(request), request, budget: null, tuning: null, settings: null } };
}

export type PlannedJob =
  | { readonly kind: "planned"; readonly job: TrainingJob }
  | { readonly kind: "interrupted"; readonly reason: string };

/** Config and hash of the run are those of the plan from here on. `spentSeconds` is since the run began. */
export async function planJob(asked: TrainingJob, spentSeconds: () => number): Promise<PlannedJob> {
  const { dataset, engine, recorder } = asked;
  if (!isPlanned(asked.config)) return { kind: "planned", job: asked };
  // As config.json holds it, so that its trials are the same when that is given back.
  const ranker = rankerSettingsOf(asked.spec);
  const planned = await planRun({ ...asked, config: { ...asked.config, ranker, engine: engine.name }, spentSeconds });
  if (planned.kind === "interrupted") return planned;
  const { config } = planned;
  const spec = rankerOf(config, dataset);
  const resolved = resolvedConfig(config, { spec, engine });
  await recorder.saveConfig(resolved);
  await recorder.saveManifest({ configHash: hashOf(identityOf(resolved)) });
  return {
    kind: "planned",
    job: {
      ...asked,
      config,
      spec,
      source: batchSourceOf(config, dataset, { interactions: dataset.train, seen: seenItems(dataset, ["train"]) }),
    },
  };
}

/** One line where a run took longer than its budget; null where it did not, or had none. */
export function budgetWarning({ planning }: Manifest, spentSeconds: number): string | null {
  const { budget = null } = planning ?? {};
  const spent = spentSeconds.toFixed(1);
  if (budget === null || Number(spent) <= budget.seconds) return null;
  const reason = isTooShort(budget)
    ? "there was no time for a whole epoch"
    : "this machine became slower than it was when its speed was measured";
  return `warning: the budget of ${budget.seconds} s was not kept, this took ${spent} s: ${reason}`;
}

/** Whether what was planned could not be done in time by its own figures: a single epoch, where not even that fits. */
function isTooShort({ seconds, spentSeconds, endSeconds, measured, ...plan }: BudgetPlan): boolean {
  const { secondsPerEpoch = 0 } = measured.find(({ batchSize }) => batchSize === plan.batchSize) ?? {};
  return spentSeconds + plan.epochs * secondsPerEpoch * (plan.refit ? 2 : 1) + endSeconds > seconds;
}
