/** Which tuning trials of a cell are to be run now, and what those that have been run came to, rung by rung. */
import type { Study } from "../../src/config/schemas/study-schema.ts";
import type { TrialRecord } from "../../src/runs/trial-record.ts";
import { survivorsOf } from "../../src/study/halving.ts";
import { type StudyCell, type TrialPlan, tuningRungs, tuningTrials } from "../../src/study/plan-trials.ts";

type Records = ReadonlyMap<string, TrialRecord>;

export interface TuningRungs {
  /** Trials of the first rung that is not done, of those that came so far; of the last rung when all are done. */
  open(records: Records): readonly TrialPlan[];
  /** The last record of each trial, in the order of the search. */
  last(records: Records): readonly TrialRecord[];
  /** Every record, those of earlier rungs too. */
  all(records: Records): readonly TrialRecord[];
  /** Of the same trial at the rung before; null for one of the first rung. */
  before(plan: TrialPlan, records: Records): TrialRecord | null;
  /** Of trials that were cut: they are trained no further. */
  cut(records: Records): readonly TrialRecord[];
}

/** Throws ConfigError naming the arm for settings that the stage train would refuse. */
export function openRungs(study: Study, cell: StudyCell): TuningRungs {
  const { metric, search } = study;
  const rungs = tuningRungs(study, cell.batch).map((epochs) => tuningTrials(study, cell, epochs));

  /** The trials of each rung that is done, and then of the one that is open. */
  const reached = (records: Records): readonly (readonly TrialPlan[])[] => {
    const met: (readonly TrialPlan[])[] = [];
    let alive = new Set(rungs[0]!.map(({ index }) => index));
    for (const plans of rungs) {
      const own = plans.filter(({ index }) => alive.has(index));
      met.push(own);
      if (search.halving === undefined || !own.every(({ id }) => records.has(id))) break;
      const results = own.map(({ id, index }) => ({ index, value: records.get(id)!.validation?.[metric] ?? null }));
      alive = new Set(survivorsOf(results, { ...search.halving, kept: null }));
      if (alive.size === 0) break; // each diverged
    }
    return met;
  };
  const all = (records: Records) =>
    reached(records).flatMap((plans) => plans.flatMap(({ id }) => records.get(id) ?? []));
  const last = (records: Records): readonly TrialRecord[] => {
    const byIndex = new Map(all(records).map((record) => [record.index, record]));
    return [...byIndex.values()].sort((a, b) => a.index - b.index);
  };
  return {
    open: (records) => reached(records).at(-1)!,
    last,
    all,
    before(plan, records) {
      const rung = rungs.findIndex((plans) => plans[plan.index]?.id === plan.id);
      const earlier = rung < 1 || plan.phase === "final" ? undefined : rungs[rung - 1]![plan.index];
      return earlier === undefined ? null : (records.get(earlier.id) ?? null);
    },
    cut(records) {
      const open = new Set(
        reached(records)
          .at(-1)!
          .map(({ index }) => index),
      );
      return last(records).filter(({ index }) => !open.has(index));
    },
  };
}
