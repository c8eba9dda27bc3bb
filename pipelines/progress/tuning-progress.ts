/** What a person sees of a search before training: trials, their epochs, and the time left at most. */
import { clockText } from "./clock-text.ts";
import { type DisplayContext, openProgressDisplay } from "./progress-display.ts";

export interface TuningDisplay {
  /** A trial begins, or goes on. */
  trial(title: string): void;
  epoch(): void;
  /** At the end of a rung. */
  said(line: string): void;
  close(): void;
}

/** `epochs` is what the search trains in all, at most. */
export function openTuningDisplay(epochs: number, context: DisplayContext): TuningDisplay {
  const started = context.elapsed();
  let [done, trial] = [0, ""];
  const event = () => ({ kind: "search" as const, trial, done, total: epochs });
  const left = (): string => clockText(((context.elapsed() - started) / 1000 / done) * Math.max(0, epochs - done));
  const display = openProgressDisplay(
    {
      format: "tune  {bar}  {trial}  epoch {value}/{total} of all trials  left {left}",
      total: epochs,
      words: { trial: "", left: "?" },
      secondsBetweenLines: 20,
    },
    context,
  );
  return {
    trial(title) {
      trial = title;
    },
    epoch() {
      done++;
      display.show({
        done,
        event: event(),
        words: () => ({ trial, left: left() }),
        line: () => `tuning: ${trial}, epoch ${done} of at most ${epochs} of all trials, left ${left()}`,
      });
    },
    said: (line) => display.show({ done, event: event(), line: () => line, isNews: true }),
    close: () => display.close(),
  };
}
