/**
 * The rule for defaults where training goes on from an earlier run: the shape is the run's, for no other can be started
 * from, and there is less left to learn. Its numbers come from bench/warm-days.mjs; docs/defaults.md says what was
 * tried.
 */
import { realpath } from "node:fs/promises";
import path from "node:path";
import { isRecord } from "../../../src/config/is-record.ts";
import { readConfig } from "../../runs/stored-run.ts";
import type { ChosenSetting } from "../../stage.ts";

type Values = Readonly<Record<string, unknown>>;

/** Of the epochs that a training from initial values would get. */
const EPOCHS_SHARE = 0.24;
/** New rows have those few epochs to get as far as the others. */
const RATE_FACTOR = 1.5;
const WARMUP_EPOCHS = 0.2;
const PATIENCE = 3;

export interface StartShape {
  /** The run's folder, without links. */
  readonly directory: string;
  /** Nested: model and ranker. */
  readonly values: Values;
}

/**
 * The shape of the run that `from` names, a path or one among `runs`; null where there is none yet, which training then
 * says or refuses.
 */
export async function shapeOfStart(from: string, runs: string): Promise<StartShape | null> {
  const named = from.includes("/") || from.includes(path.sep) ? from : path.join(runs, from);
  const directory = await realpath(named).catch(() => null);
  if (directory === null) return null;
  const config = await readConfig(directory).catch(() => null);
  if (config === null || !isRecord(config.ranker)) return null;
  return { directory, values: { model: config.model, ranker: config.ranker } };
}

/** The same choices, but for those that a warm start makes otherwise. */
export function warmChoices(choices: readonly ChosenSetting[]): readonly ChosenSetting[] {
  return choices.map((choice) => {
    const name = choice.path.join(".");
    if (name === "epochs") {
      return { ...choice, value: warmEpochs(Number(choice.value)), reason: "at most; a warm start has less to learn" };
    }
    if (name === "optimizer.learningRate") {
      const value = Number((RATE_FACTOR * Number(choice.value)).toPrecision(2));
      return { ...choice, value, reason: `${choice.reason}; longer, for new rows have few epochs` };
    }
    if (name === "validation.patience") return { ...choice, value: PATIENCE, reason: "the least, for so few epochs" };
    if (name === "schedule.warmupEpochs") {
      return { ...choice, value: WARMUP_EPOCHS, reason: "then a straight line to 0; what is known needs less" };
    }
    return choice;
  });
}

/** At least two, so that the rate can fall. */
export function warmEpochs(epochs: number): number {
  return Math.max(2, Math.round(EPOCHS_SHARE * epochs));
}
