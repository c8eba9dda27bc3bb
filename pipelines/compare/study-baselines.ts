/** What a study's arms stand beside: baselines fitted on train, chosen on validation, ranked on test. */
import { matrixMemory } from "../../src/baselines/matrix-memory.ts";
import type { CompareConfig } from "../../src/config/schemas/compare-schema.ts";
import type { TrialPlan } from "../../src/study/plan-trials.ts";
import type { BaselineEvidence } from "../../src/study/study-evidence.ts";
import { readyBaseline } from "../baselines/ready-baseline.ts";
import { scorerOfBaseline } from "../measures/held-out-scorers.ts";
import type { StageContext } from "../stage.ts";
import { validatedUsers } from "../training/configured-training.ts";
import { rankTest } from "../trials/rank-test.ts";
import type { OpenStudy } from "./open-study.ts";

/**
 * By subject, in the study's order. To be called when every trial is done, for the test split is ranked here.
 * Parameters chosen before on the same data are taken as they were. Null when interrupted.
 */
export async function measureBaselines(
  study: OpenStudy,
  { modelsRoot, threads }: Pick<CompareConfig, "modelsRoot" | "threads">,
  context: StageContext,
): Promise<readonly (readonly BaselineEvidence[])[] | null> {
  const { stored, engine, cells } = study;
  const isNative = engine.name === "native";
  const settings = {
    ...{ neighbours: null, shrinkage: null, factors: null, regularization: null },
    ...{ unobservedWeight: null, iterations: null, seed: null, modelsRoot },
    engine: engine.name === "reference" ? "reference" : "auto",
    threads: isNative ? threads : null,
  };
  const memory = matrixMemory(context.freeMemoryBytes);
  const measured: BaselineEvidence[][] = [];
  for (const subject of stored.study.subjects.keys()) {
    const found: BaselineEvidence[] = [];
    // Protocol and cuts are of the study, so those of any trial; where every one diverged there is nothing to stand by.
    const [plan] = cells.filter((cell) => cell.subject === subject).flatMap(study.finalPlans);
    for (const name of plan === undefined ? [] : stored.study.baselines) {
      if (context.signal.aborted) return null;
      try {
        found.push(await measure(name, plan!));
      } catch (error) {
        if (context.signal.aborted) return null;
        throw error;
      }
    }
    measured.push(found);
  }
  return measured;

  async function measure(name: (typeof stored.study.baselines)[number], plan: TrialPlan): Promise<BaselineEvidence> {
    const { dataset } = await study.data(plan.subject);
    const { k: ks, candidates } = plan.config;
    const ready = await readyBaseline(name, {
      ...{ settings, refit: false, ks, candidates, usersSample: validatedUsers(plan.config) },
      ...{ dataset, memory, context },
    });
    const scorer = await scorerOfBaseline(ready, ready.kernels, { dataset, split: "test" });
    const { perUser } = await rankTest(scorer, dataset, plan);
    ready.release?.();
    return {
      name,
      parameters: ready.choice?.parameters ?? {},
      validation: ready.validation ?? null,
      values: perUser.metrics,
    };
  }
}
