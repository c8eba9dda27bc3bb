/** The rule for defaults where rows have an age: they are weighed by it where the log shows that tastes drift. */
import { tasteDrift } from "../../../src/dataset/taste-drift.ts";
import { findsNewest } from "../../dataset/row-order.ts";
import { type DatasetDescription, readInteractions } from "../../dataset/stored-dataset.ts";
import type { ChosenSetting } from "../../stage.ts";

export interface DatedLog {
  readonly rows: number;
  /** Of the whole catalogue. */
  readonly items: number;
  /** Of tastes, in standard errors: driftOf. */
  readonly drift: number | null;
}

/** In standard errors: logs without a drift are below 1, those of people were above 6. */
const LEAST_DRIFT = 3;
/** The steeper ages weigh, the fewer rows count; items of many rows can spare them. */
const RECENCY_POWER = { usual: 0.5, manyRows: 1 };
const MANY_ROWS_AN_ITEM = 100;

/**
 * In standard errors, as tasteDrift has it. Null where ages say nothing of what is held out, and where the rows cannot
 * be read, which whoever loads them will tell.
 */
export async function driftOf(directory: string, description: DatasetDescription): Promise<number | null> {
  if (!findsNewest(description)) return null;
  const { train } = description.interactions;
  const rows = await readInteractions(directory, "train.arrow", description, train).catch(() => null);
  return rows === null ? null : tasteDrift(rows);
}

/** Where tastes drift, what comes next is nearer to the newest rows, and those count more. */
export function recencyFor({ drift, rows, items }: DatedLog): readonly ChosenSetting[] {
  if (drift === null || drift < LEAST_DRIFT) return [];
  const reason = `tastes drift: the newest rows are nearer to newer ones, by ${drift.toFixed(1)} standard errors`;
  const value = rows / items < MANY_ROWS_AN_ITEM ? RECENCY_POWER.usual : RECENCY_POWER.manyRows;
  return [{ path: ["recencyPower"], value, reason }];
}
