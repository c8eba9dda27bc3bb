/**
 * The settings of optimizer, learning-rate schedule and LAWN. Those without a default get their optimizer's
 * own: optimizer-completion.
 */
import { z } from "zod";
import { setting } from "../setting.ts";
import { trainSetting } from "../train-role.ts";
import { optimizerNames } from "./optimizer-names.ts";
import { settingHelp } from "./rule-help.ts";
import { type Range, type RuleSettingName, ruleSettings } from "./rule-table.ts";

export const optimizerSettings = z.object({
  name: trainSetting(z.enum(optimizerNames).default("lawn-adam"), {
    flag: "optimizer",
    heading: "Optimizer",
    meaning:
      "Update rule; lawn-X constrains weight norms over any rule X; lazy-adam, lazy-momentum and rowwise-adagrad step the rows of a batch alone, for large tables",
    role: "controlled",
  }),
  ...ruleSettingTypes(),
});

/** The settings of every rule in the table, each once. */
function ruleSettingTypes(): Record<RuleSettingName, z.ZodOptional<z.ZodNumber>> {
  const typeOf = (key: RuleSettingName) => {
    const { flag, range } = ruleSettings[key];
    return setting(numberIn(range).optional(), { flag, meaning: settingHelp(key) });
  };
  const keys = Object.keys(ruleSettings) as RuleSettingName[]; // the table has no keys but its own
  return Object.fromEntries(keys.map((key) => [key, typeOf(key)])) as ReturnType<typeof ruleSettingTypes>;
}

function numberIn({ above, least, below }: Range): z.ZodNumber {
  let type = z.number();
  if (above !== undefined) type = type.gt(above);
  if (least !== undefined) type = type.min(least);
  return below === undefined ? type : type.lt(below);
}

export const scheduleSettings = z.object({
  name: setting(z.string().min(1).default("linear"), {
    flag: "schedule",
    heading: "Learning-rate schedule",
    meaning:
      "constant, linear or cosine decay over the run, or an expression for the rate itself of step, epoch, steps and epochs, such as '0.002 * min(1, step / 500)'",
  }),
  warmupEpochs: setting(z.number().min(0).optional(), {
    flag: "warmup-epochs",
    fitsLog: true,
    meaning: "Linear warm-up from 0 to the learning rate; may be a fraction",
    unit: "epochs",
  }),
  finalRate: setting(z.number().min(0).max(1).optional(), {
    flag: "final-rate",
    meaning: "Where linear and cosine decay end, as a share of the learning rate; 0 unless given",
  }),
});

export const lawnSettings = z.object({
  freeEpochs: setting(z.number().min(0).optional(), {
    flag: "lawn-free-epochs",
    heading: "LAWN",
    meaning: "Free training before weight norms are constrained, in place of --lawn-switch-norm; may be a fraction",
    unit: "epochs",
  }),
  freeSteps: setting(z.int().min(0).optional(), {
    flag: "lawn-free-steps",
    meaning: "The same switch given in steps",
    unit: "steps",
  }),
  switchNorm: setting(z.number().positive().optional(), {
    flag: "lawn-switch-norm",
    fitsLog: true,
    meaning: "Each block is constrained when its norm reaches this value",
  }),
  scope: setting(z.enum(["all", "dense", "head", "embeddings"]).optional(), {
    flag: "lawn-scope",
    meaning: "Which weights are constrained; all unless given",
  }),
  granularity: setting(z.enum(["layer", "row", "network"]).optional(), {
    flag: "lawn-granularity",
    fitsLog: true,
    meaning:
      "What one constrained block is: a tensor (layer), each of its rows, or all tensors as one; a table's rows over a lazy rule",
  }),
  project: setting(z.enum(["both", "gradient", "none"]).optional(), {
    flag: "lawn-project",
    meaning:
      "What is projected on the tangent space: gradient and update, the gradient alone, nothing; both unless given",
  }),
  state: setting(z.enum(["keep", "reset"]).optional(), {
    flag: "lawn-state",
    meaning: "What becomes of the optimizer's moments at the switch; keep unless given",
  }),
  constrainBiases: setting(z.boolean().optional(), {
    flag: "lawn-constrain-biases",
    off: "Biases are free",
    meaning: "Let each bias join its weight's block; biases are free unless given",
  }),
  targets: trainSetting(z.enum(["switch", "start"]).optional(), {
    flag: "lawn-targets",
    meaning:
      "Of a warm start: blocks keep the norm they have at their switch, or those that the run knows the one they start with; switch unless given",
    role: "controlled",
  }),
});
