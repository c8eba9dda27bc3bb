/** Settings of `train` that say what a training begins with: initial values, or an earlier run. */
import { z } from "zod";
import type { Contradiction } from "../optimizer/optimizer-completion.ts";
import { hasLawn } from "../optimizer/optimizer-names.ts";
import type { optimizerSettings } from "../optimizer/optimizer-settings.ts";
import { setting } from "../setting.ts";
import { trainSetting } from "../train-role.ts";

export const startSettings = z.object({
  from: setting(z.string().min(1).nullable().default(null), {
    flag: "start-from",
    heading: "Warm start",
    names: "run",
    meaning:
      "Run to begin with, also of other data: what it learnt of an id goes with the id, new ids begin with initial values; current or latest without such a run, and none, begin with initial values alone",
  }),
  optimizer: setting(z.enum(["fresh", "keep"]).optional(), {
    flag: "start-optimizer",
    meaning:
      "Whether the optimizer's moments begin anew, or as the run left them, which it must have kept with --save-optimizer; fresh unless given",
  }),
});

export const saveOptimizer = trainSetting(z.boolean().default(false), {
  flag: "save-optimizer",
  meaning: "Keep the optimizer's moments beside the run's parameters, for --start-optimizer keep",
  role: "operational",
});

type Start = z.output<typeof startSettings>;

/** Complete; absent where a training begins with initial values. */
export interface StartConfig {
  /** A name or a path as given; the run's folder once it was found. */
  readonly from: string;
  readonly optimizer: "fresh" | "keep";
}

export function completeStart({ from, optimizer = "fresh" }: Start): { readonly start?: StartConfig } {
  return from === null ? {} : { start: { from, optimizer } };
}

interface StartChoice {
  readonly start: Start;
  readonly tune?: unknown;
  readonly optimizer: Pick<z.output<typeof optimizerSettings>, "name">;
  readonly lawn: {
    readonly targets?: "switch" | "start" | undefined;
    readonly switchNorm?: number | undefined;
    readonly freeEpochs?: number | undefined;
    readonly freeSteps?: number | undefined;
  };
}

export function startContradictions({ start, tune, optimizer, lawn }: StartChoice): readonly Contradiction[] {
  const found: Contradiction[] = [];
  const isWarm = start.from !== null;
  if (start.optimizer !== undefined && !isWarm) {
    found.push({ path: ["start", "optimizer"], message: "there is no run to start from; give --start-from" });
  }
  if (lawn.targets !== undefined && !isWarm) {
    found.push({ path: ["lawn", "targets"], message: "there is no run to start from; give --start-from" });
  }
  if (isWarm && tune !== undefined) {
    found.push({
      path: ["tune"],
      message: "a search changes the shape that --start-from needs; give one of them, or search once without it",
    });
  }
  const switchesByStep = hasLawn(optimizer.name) && lawn.switchNorm === undefined;
  if (isWarm && switchesByStep && lawn.targets === "start") {
    found.push({
      path: ["lawn", "targets"],
      message:
        "what is new is held once it is long enough, and not at a step; give --lawn-switch-norm in place of free epochs or steps",
    });
  }
  if (isWarm && switchesByStep && start.optimizer === "keep") {
    found.push({
      path: ["start", "optimizer"],
      message:
        "kept moments go on counting steps, so LAWN's switch at a step would be past; give --lawn-switch-norm in place of free epochs or steps",
    });
  }
  return found;
}
