/** What the optimizer settings mean together: options nobody would look at are found, and those left open are filled in. */
import type { z } from "zod";
import { baseOf, hasLawn, optimizerDefaults } from "./optimizer-options.ts";
import type { lawnSettings, optimizerSettings, scheduleSettings } from "./optimizer-settings.ts";

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

const scheduleNames: readonly string[] = ["constant", "linear", "cosine"];

export function isExpression(schedule: ScheduleSettings): boolean {
  return !scheduleNames.includes(schedule.name);
}

/** Options that the chosen optimizer or schedule would not look at, and combinations that cannot be. */
export function optimizerContradictions({ optimizer, schedule, lawn }: OptimizerGroups): readonly Contradiction[] {
  const found: Contradiction[] = [];
  const base = baseOf(optimizer.name);
  const taken = optimizerDefaults[base];
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

/** Every option the optimizer takes with its value, the schedule's, and LAWN's where it is used. */
export function completeOptimizer({ optimizer, schedule, lawn }: OptimizerGroups) {
  const { name, ...given } = optimizer;
  const defaults = optimizerDefaults[baseOf(name)];
  // adamw alone has a decay by default, and LAWN replaces it.
  const options = { ...defaults, ...(hasLawn(name) ? { weightDecay: 0 } : {}), ...given };
  const { learningRate, ...withoutRate } = options;
  return {
    optimizer: isExpression(schedule) ? { name, ...withoutRate } : { name, learningRate, ...withoutRate },
    schedule: isExpression(schedule)
      ? schedule
      : {
          warmupEpochs: 0,
          ...schedule,
          ...(schedule.name === "constant" ? {} : { finalRate: schedule.finalRate ?? 0 }),
        },
    ...(hasLawn(name) ? { lawn: completeLawn(lawn) } : {}),
  };
}

function completeLawn(lawn: LawnSettings) {
  const hasSwitch = lawn.freeEpochs !== undefined || lawn.freeSteps !== undefined || lawn.switchNorm !== undefined;
  return {
    ...(hasSwitch ? {} : { freeEpochs: 2 }),
    scope: "all" as const,
    granularity: "layer" as const,
    project: "both" as const,
    state: "keep" as const,
    constrainBiases: false,
    ...lawn,
  };
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
  const switches = (["freeEpochs", "freeSteps", "switchNorm"] as const).filter((key) => lawn[key] !== undefined);
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

function givenKeys(group: Readonly<Record<string, unknown>>): readonly string[] {
  return Object.keys(group).filter((key) => group[key] !== undefined);
}
