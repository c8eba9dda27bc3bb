/** What a person sees of a study at work: trials done, their pace, and the time left. */
import type { TrialRecord } from "../../src/runs/trial-record.ts";
import { clockText } from "./clock-text.ts";
import { type DisplayContext, openProgressDisplay } from "./progress-display.ts";

export interface StudyDisplay {
  update(records: ReadonlyMap<string, TrialRecord>): void;
  close(): void;
}

export interface ExpectedTrials {
  /** Of each batch size: trials planned, final ones included, and the epochs of each. */
  readonly batches: readonly { readonly size: number; readonly trials: number; readonly epochs: number }[];
  readonly workers: number;
  /** Done in earlier sessions or by the time this one began. */
  readonly before: ReadonlyMap<string, TrialRecord>;
}

export function openStudyDisplay(expected: ExpectedTrials, context: DisplayContext): StudyDisplay {
  const total = expected.batches.reduce((sum, { trials }) => sum + trials, 0);
  const display = openProgressDisplay(
    {
      format: "{phase}  {bar}  {value}/{total} trials  {speed}  left {left}",
      total,
      done: expected.before.size,
      words: { phase: "tuning", speed: "", left: "?" },
      secondsBetweenLines: 20,
      beginsWithLine: true,
    },
    context,
  );
  return {
    update(records) {
      const words = () => ({
        phase: phaseOf(records),
        speed: speedText(records),
        left: leftText(records, expected),
      });
      display.show({
        done: records.size,
        event: { kind: "trials", phase: phaseOf(records), done: records.size, total },
        words,
        line() {
          const { phase, speed, left } = words();
          return `${phase}  ${records.size}/${total} trials  ${speed}  left ${left}`;
        },
        isNews: records.size >= total,
      });
    },
    close: () => display.close(),
  };
}

/**
 * Seconds left: what trials of each batch size have taken on the average, for those that are to come, shared among the
 * workers. A batch size not yet seen is taken to cost per epoch what the others do.
 */
export function secondsLeft(
  records: Iterable<TrialRecord>,
  { batches, workers }: Omit<ExpectedTrials, "before">,
): number | null {
  const spent = new Map<number, { seconds: number; trials: number; epochs: number }>();
  const all = { seconds: 0, epochs: 0 };
  for (const { batchSize, seconds, epochsTrained } of records) {
    const sum = spent.get(batchSize) ?? { seconds: 0, trials: 0, epochs: 0 };
    spent.set(batchSize, {
      seconds: sum.seconds + seconds,
      trials: sum.trials + 1,
      epochs: sum.epochs + epochsTrained,
    });
    all.seconds += seconds;
    all.epochs += epochsTrained;
  }
  if (all.epochs === 0) return null;
  let left = 0;
  for (const { size, trials, epochs } of batches) {
    const seen = spent.get(size);
    const perTrial = seen === undefined ? (epochs * all.seconds) / all.epochs : seen.seconds / seen.trials;
    left += perTrial * Math.max(0, trials - (seen?.trials ?? 0));
  }
  return left / workers;
}

function leftText(records: ReadonlyMap<string, TrialRecord>, expected: ExpectedTrials): string {
  const seconds = secondsLeft(records.values(), expected);
  return seconds === null ? "?" : clockText(seconds);
}

function phaseOf(records: ReadonlyMap<string, TrialRecord>): "tuning" | "final seeds" {
  for (const { phase } of records.values()) if (phase === "final") return "final seeds";
  return "tuning";
}

/** Of one worker, over every trial so far. */
function speedText(records: ReadonlyMap<string, TrialRecord>): string {
  let [samples, seconds] = [0, 0];
  for (const record of records.values()) {
    samples += record.samplesPerSecond * record.trainingSeconds;
    seconds += record.trainingSeconds;
  }
  return seconds === 0 ? "" : `${Math.round(samples / seconds).toLocaleString("en")} samples/s a worker`;
}
