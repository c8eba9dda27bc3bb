/**
 * What the optimizer settings mean together: options nobody would look at are found, and those left open are filled in.
 */
import type { z } from "zod";
import { baseOf, hasLawn, type OptimizerName } from "./optimizer-names.ts";
import type { lawnSettings, optimizerSettings, scheduleSettings } from "./optimizer-settings.ts";
import { isLazyRule, type RuleSettingName, ruleOf, settingsOfRule } from "./rule-table.ts";

type OptimizerSettings = z.output<typeof optimizerSettings>;
type ScheduleSettings = z.output<typeof scheduleSettings>;
type LawnSettings = z.output<typeof lawnSettings>;

export interface OptimizerGroups {
  readonly optimizer: OptimizerSettings;
  readonly schedule: ScheduleSettings;
  readonly lawn: LawnSettings;
}

/** A setting that contradicts another one: its path in the config and what to do. */
export interface Contradiction {
  readonly path: readonly string[];
  readonly message: string;
}

/** The ways to say when LAWN's free phase ends. */
const switchKeys = ["freeEpochs", "freeSteps", "switchNorm"] as const;
const scheduleNames: readonly string[] = ["constant", "linear", "cosine"];

export function isExpression(schedule: ScheduleSettings): boolean {
  return !scheduleNames.includes(schedule.name);
}

/** Options that the chosen optimizer or schedule would not look at, and combinations that cannot be. */
export function optimizerContradictions({ optimizer, schedule, lawn }: OptimizerGroups): readonly Contradiction[] {
  const found: Contradiction[] = [];
  const base = baseOf(optimizer.name);
  const taken = ruleOf(base).settings;
  for (const key of givenKeys(optimizer)) {
    if (key !== "name" && !(key in taken)) {
      found.push({
        path: ["optimizer", key],
        message: `${base} has no such option; it takes ${Object.keys(taken).join(", ")}`,
      });
    }
  }
  found.push(...lawnContradictions(optimizer, lawn), ...scheduleContradictions(optimizer, schedule));
  return found;
}

/** The three groups with nothing left open: every option that is looked at has its value, and there is no other. */
export interface CompleteGroups {
  readonly optimizer: {
    readonly name: OptimizerSettings["name"];
    readonly weightDecay: number;
    /**
     * Those of its rule; the learning rate is absent where the schedule is an expression, which gives the rate itself.
     */
  } & { readonly [Key in RuleSettingName]?: number };
  readonly schedule: { readonly name: string; readonly warmupEpochs?: number; readonly finalRate?: number };
  readonly lawn?: CompleteLawn;
}

/** With exactly one of the three switches; `targets` is there where a warm start asks for them. */
export type CompleteLawn = Pick<LawnSettings, OpenKey> & {
  readonly [Key in Exclude<keyof LawnSettings, OpenKey>]-?: NonNullable<LawnSettings[Key]>;
};
type OpenKey = (typeof switchKeys)[number] | "targets";

/** Expects groups without contradictions. */
export function completeOptimizer({ optimizer, schedule, lawn }: OptimizerGroups): CompleteGroups {
  const { name } = optimizer;
  const values: { readonly [Key in RuleSettingName]?: number } = Object.fromEntries(
    settingsOfRule(baseOf(name)).map(([key, { default: value }]) => [key, value]),
  );
  const weightDecay = hasLawn(name) ? 0 : ruleOf(baseOf(name)).settings.weightDecay.default; // LAWN replaces decay
  const given = Object.fromEntries(givenKeys(optimizer).map((key) => [key, optimizer[key]]));
  const { learningRate, ...options } = { ...values, weightDecay, ...given, name };
  return {
    optimizer: isExpression(schedule) || learningRate === undefined ? options : { ...options, learningRate },
    schedule: completeSchedule(schedule),
    ...(hasLawn(name) ? { lawn: completeLawn(lawn, name) } : {}),
  };
}

function completeSchedule(schedule: ScheduleSettings): CompleteGroups["schedule"] {
  const { name, warmupEpochs = 0, finalRate = 0 } = schedule;
  if (isExpression(schedule)) return { name };
  return name === "constant" ? { name, warmupEpochs } : { name, warmupEpochs, finalRate };
}

function completeLawn(lawn: LawnSettings, name: OptimizerName): CompleteLawn {
  const usual = isLazyRule(baseOf(name)) ? "row" : "layer";
  const { scope = "all", granularity = usual, project = "both", state = "keep", constrainBiases = false } = lawn;
  const { targets } = lawn;
  const given = switchKeys.find((key) => lawn[key] !== undefined);
  const switchAt = given === undefined ? { freeEpochs: 2 } : { [given]: lawn[given] };
  const common = { ...switchAt, scope, granularity, project, state, constrainBiases };
  return targets === undefined ? common : { ...common, targets };
}

function lawnContradictions(optimizer: OptimizerSettings, lawn: LawnSettings): readonly Contradiction[] {
  const { name } = optimizer;
  if (!hasLawn(name)) {
    return givenKeys(lawn).map((key) => ({
      path: ["lawn", key],
      message: `${name} does not use LAWN; choose --optimizer lawn-${name} or leave it out`,
    }));
  }
  const found: Contradiction[] = [];
  if ((optimizer.weightDecay ?? 0) > 0) {
    found.push({
      path: ["optimizer", "weightDecay"],
      message: `LAWN takes the place of weight decay; leave it out or choose --optimizer ${baseOf(name)}`,
    });
  }
  const { granularity = "row", scope = "all" } = lawn;
  if (isLazyRule(baseOf(name)) && granularity !== "row" && (scope === "all" || scope === "embeddings")) {
    found.push({
      path: ["lawn", "granularity"],
      message: `a step of a block that is a whole table moves every row, and ${baseOf(name)} only those of the batch; choose row, or --lawn-scope dense or head`,
    });
  }
  const switches = switchKeys.filter((key) => lawn[key] !== undefined);
  for (const key of switches.slice(1)) {
    found.push({
      path: ["lawn", key],
      message: `lawn.${switches[0]} is given too; the switch needs exactly one of them`,
    });
  }
  if (lawn.state === "reset" && lawn.switchNorm !== undefined) {
    found.push({
      path: ["lawn", "state"],
      message:
        "blocks that switch one by one at lawn.switchNorm keep their moments; give freeEpochs or freeSteps instead",
    });
  }
  return found;
}

function scheduleContradictions(optimizer: OptimizerSettings, schedule: ScheduleSettings): readonly Contradiction[] {
  if (schedule.name === "constant") {
    if (schedule.finalRate === undefined) return [];
    return [{ path: ["schedule", "finalRate"], message: "a constant schedule has no decay; choose linear or cosine" }];
  }
  if (!isExpression(schedule)) return [];
  const message = `the expression "${schedule.name}" gives the rate itself; leave this out`;
  return [
    ...(optimizer.learningRate === undefined ? [] : [{ path: ["optimizer", "learningRate"], message }]),
    ...(["warmupEpochs", "finalRate"] as const)
      .filter((key) => schedule[key] !== undefined)
      .map((key) => ({ path: ["schedule", key], message })),
  ];
}

function givenKeys<Group extends object>(group: Group): readonly (keyof Group & string)[] {
  const keys = Object.keys(group) as (keyof Group & string)[]; // a parsed group has no keys but its own
  return keys.filter((key) => group[key] !== undefined);
}
