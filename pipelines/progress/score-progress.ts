/** What a person sees of a scoring job: how much is done, how fast, time left; a bar on a terminal, a line now and then elsewhere. */
import { Presets, SingleBar } from "cli-progress";
import type { StageContext } from "../stage.ts";
import { clockText } from "./clock-text.ts";

export interface ScoreDisplay {
  /** So many more are done. */
  add(count: number): void;
  close(): void;
}

const SECONDS_BETWEEN_LINES = 10;

export function openScoreDisplay(
  total: number,
  context: Pick<StageContext, "terminal" | "log" | "elapsed">,
  unit: "users" | "shards" = "users",
): ScoreDisplay {
  const started = context.elapsed();
  let done = 0;
  const pace = () => {
    const seconds = Math.max(1e-3, (context.elapsed() - started) / 1000);
    return {
      speed: `${speedText(done / seconds)} ${unit}/s`,
      left: clockText(((total - done) * seconds) / Math.max(1, done)),
    };
  };
  if (context.terminal !== null) {
    const format = `score {bar} {value}/{total} ${unit}  {speed}  left {left}`;
    const bar = new SingleBar({ format, stream: context.terminal, hideCursor: true }, Presets.shades_classic);
    bar.start(total, 0, { speed: "?", left: "?" });
    return {
      add(count) {
        done += count;
        bar.update(done, pace());
      },
      close: () => bar.stop(),
    };
  }
  let lastLine = started;
  return {
    add(count) {
      done += count;
      if (context.elapsed() - lastLine < 1000 * SECONDS_BETWEEN_LINES) return;
      lastLine = context.elapsed();
      const { speed, left } = pace();
      context.log(
        `scored ${done.toLocaleString("en")} of ${total.toLocaleString("en")} ${unit}  ${speed}  left ${left}`,
      );
    },
    close: () => {},
  };
}

function speedText(perSecond: number): string {
  return perSecond < 10 ? perSecond.toFixed(1) : Math.round(perSecond).toLocaleString("en");
}
