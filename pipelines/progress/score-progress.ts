/** What a person sees of a scoring job: how much is done, how fast, and the time left. */
import { clockText } from "./clock-text.ts";
import { type DisplayContext, openProgressDisplay } from "./progress-display.ts";

export interface ScoreDisplay {
  /** So many more are done. */
  add(count: number): void;
  close(): void;
}

export function openScoreDisplay(
  total: number,
  context: DisplayContext,
  unit: "users" | "items" | "shards" = "users",
): ScoreDisplay {
  const display = openProgressDisplay(
    {
      format: `score  {bar}  {value}/{total} ${unit}  {speed}  left {left}`,
      total,
      words: { speed: "?", left: "?" },
      secondsBetweenLines: 10,
    },
    context,
  );
  const started = context.elapsed();
  let done = 0;
  const pace = () => {
    const seconds = Math.max(1e-3, (context.elapsed() - started) / 1000);
    return {
      speed: `${speedText(done / seconds)} ${unit}/s`,
      left: clockText(((total - done) * seconds) / Math.max(1, done)),
    };
  };
  return {
    add(count) {
      done += count;
      display.show({
        done,
        event: { kind: "scored", unit, done, total },
        words: pace,
        line() {
          const { speed, left } = pace();
          return `scored ${done.toLocaleString("en")} of ${total.toLocaleString("en")} ${unit}  ${speed}  left ${left}`;
        },
      });
    },
    close: () => display.close(),
  };
}

function speedText(perSecond: number): string {
  return perSecond < 10 ? perSecond.toFixed(1) : Math.round(perSecond).toLocaleString("en");
}
