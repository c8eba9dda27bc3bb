/**
 * The search of `train --tune` by successive halving (src/study/halving.ts), one trial after another with all threads.
 * The first trial is the settings as they are and is never cut, so that the best is not below them on validation.
 */
import type { TrainConfig } from "../../../src/config/schemas/train-schema.ts";
import type { TuningRecord } from "../../../src/runs/planning-record.ts";
import type { TrialRecord } from "../../../src/runs/trial-record.ts";
import { bestOf, type RungResult, rungsOf, survivorsOf } from "../../../src/study/halving.ts";
import { DivergenceError } from "../../../src/training/divergence.ts";
import type { TuningPoint } from "./tuning-points.ts";

/** One in so many goes on from each rung. */
export const TUNING_ETA = 3;

export interface Search {
  /** Settings as they were: the epochs of a whole training, and the metric that chooses. */
  readonly config: TrainConfig;
  readonly points: readonly TuningPoint[];
  /** Trains a point up to a rung, or finds its record there; null when interrupted. `earlier` is of the rung before. */
  runTrial(point: TuningPoint, epochs: number, earlier: TrialRecord | null): Promise<TrialRecord | null>;
  /** Whether there is time to train `next` up to `epochs`; asked before each trial but the first. */
  hasTime(next: TrialRecord | null, epochs: number, records: ReadonlyMap<number, TrialRecord>): boolean;
  /** It is not trained any further. */
  cut(point: TuningPoint): Promise<void>;
  /** What a rung has come to. */
  rungDone(text: string): void;
}

/** Null when interrupted. Throws DivergenceError where no trial has a value. */
export async function tune(search: Search): Promise<TuningRecord | null> {
  const { config, points } = search;
  const { metric } = config.validation;
  const rungs = rungsOf({ trials: points.length, epochs: config.epochs, eta: TUNING_ETA });
  const records = new Map<number, TrialRecord>(); // the last of each trial
  const values = new Map<number, (number | null)[]>();
  let alive = points;
  for (const epochs of rungs) {
    const met: RungResult[] = [];
    for (const point of alive) {
      const earlier = records.get(point.index) ?? null;
      if (records.size > 0 && !search.hasTime(earlier, epochs, records)) break;
      const record = await search.runTrial(point, epochs, earlier);
      if (record === null) return null;
      const value = record.validation?.[metric] ?? null;
      records.set(point.index, record);
      values.set(point.index, [...(values.get(point.index) ?? []), value]);
      met.push({ index: point.index, value });
    }
    search.rungDone(rungText({ epochs, met, alive: alive.length, metric }));
    if (met.length < alive.length) break; // the budget is spent
    const survivors = survivorsOf(met, { eta: TUNING_ETA, kept: 0 });
    if (survivors.length === 0) break;
    if (epochs === config.epochs) break;
    for (const point of alive) if (!survivors.includes(point.index)) await search.cut(point);
    alive = alive.filter(({ index }) => survivors.includes(index));
  }
  const chosen = bestOf([...records].map(([index, record]) => ({ index, value: record.validation?.[metric] ?? null })));
  if (chosen === null) {
    throw new DivergenceError(`--tune: each of ${records.size} trials diverged; give a lower --learning-rate`);
  }
  const finalists = new Set(alive.map(({ index }) => index));
  const outcomeOf = (index: number): TuningRecord["trials"][number]["outcome"] => {
    if (index === chosen) return "chosen";
    const record = records.get(index);
    if (record === undefined) return "not run";
    if (record.outcome === "diverged") return "diverged";
    return finalists.has(index) && values.get(index)?.length === rungs.length ? "finished" : "cut";
  };
  return {
    metric,
    eta: TUNING_ETA,
    rungs: [...rungs],
    trials: points.map(({ index, point }) => ({
      index,
      point: { ...point },
      values: values.get(index) ?? [],
      epochsTrained: records.get(index)?.epochsTrained ?? 0,
      seconds: records.get(index)?.seconds ?? 0,
      outcome: outcomeOf(index),
    })),
    chosen,
  };
}

function rungText(rung: {
  readonly epochs: number;
  readonly met: readonly RungResult[];
  readonly alive: number;
  readonly metric: string;
}): string {
  const { epochs, met, alive, metric } = rung;
  const best = bestOf(met);
  const of = met.length < alive ? ` of ${alive}, for the budget has no time for more` : "";
  const value = met.find(({ index }) => index === best)?.value?.toFixed(4);
  const reached = best === null ? "none without diverging" : `trial ${best} leads, validation ${metric} ${value}`;
  return `tuning: ${met.length} trials${of} at epoch ${epochs}: ${reached}`;
}
