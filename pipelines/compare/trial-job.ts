/** A trial of `compare` as a job of the queue: any worker that sees the study's folder carries it out. */
import { z } from "zod";
import { hashOf } from "../../src/runs/run-directory.ts";
import { holdInside } from "../queue/held-paths.ts";
import type { JobType } from "../queue/job-type.ts";
import type { StageContext } from "../stage.ts";
import { type OpenStudy, openStudy, openStudyEngine, readStoredStudy } from "./open-study.ts";
import { carryOut } from "./work-on-study.ts";

const trialData = z.object({ folder: z.string().min(1), trial: z.string().min(1) });

/** Of one worker, which keeps studies and their data from trial to trial. */
export function openTrialJob(): JobType<z.output<typeof trialData>> {
  const trials = openTrials();
  return {
    data: trialData,
    async run({ folder, trial }, { threads, roots }, context) {
      await holdInside(roots, { study: folder });
      await holdInside(roots, { "study's data": (await readStoredStudy(folder)).dataRoot });
      await trials.run(folder, trial, threads ?? 1, context);
    },
  };
}

/** Studies a worker has open; their data stay loaded from trial to trial. */
function openTrials() {
  const studies = new Map<string, { readonly identity: string; readonly study: OpenStudy }>();
  return {
    /** Does nothing where the trial is there already. */
    async run(folder: string, id: string, threads: number, context: StageContext): Promise<void> {
      const stored = await readStoredStudy(folder);
      const identity = hashOf(stored);
      let known = studies.get(folder);
      if (known?.identity !== identity) {
        const { engine, description } = await openStudyEngine(
          { choice: stored.engine.name, threads, study: stored.study, dataRoot: stored.dataRoot },
          context,
        );
        known = {
          identity,
          study: openStudy(folder, { ...stored, engine: { ...stored.engine, description } }, engine),
        };
        studies.set(folder, known);
      }
      const { study } = known;
      const trial = (await study.remaining()).find((plan) => plan.id === id);
      if (trial === undefined) return;
      const record = await carryOut(study, trial, context);
      if (record === null) context.signal.throwIfAborted();
      else study.add(record);
    },
  };
}
