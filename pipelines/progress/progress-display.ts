/** Progress as a person sees it: a bar on a terminal, a line now and then elsewhere. What both say is the caller's. */
import { Presets, SingleBar } from "cli-progress";
import type { StageContext } from "../stage.ts";

export type DisplayContext = Pick<StageContext, "terminal" | "log" | "elapsed">;

export interface DisplayStart {
  /** Of cli-progress, such as "score {bar} {value}/{total}  left {left}". */
  readonly format: string;
  /** 0 where it is not known yet. */
  readonly total: number;
  readonly done?: number;
  /** What stands in the format until it is known. */
  readonly words?: Words;
  readonly secondsBetweenLines: number;
  /** Whether the first change is said at once, away from a terminal. */
  readonly beginsWithLine?: boolean;
}

export interface ProgressChange {
  readonly done: number;
  /** Where it became known, or is another than before. */
  readonly total?: number;
  /** For the bar: names in its format; those left out stay as they were. */
  words?(): Words;
  /** For everybody else. */
  line(): string;
  /** Said at once, however shortly after the last line. */
  readonly isNews?: boolean;
}

type Words = Readonly<Record<string, string | number>>;

export interface ProgressDisplay {
  show(change: ProgressChange): void;
  close(): void;
}

export function openProgressDisplay(start: DisplayStart, context: DisplayContext): ProgressDisplay {
  return context.terminal === null ? linesOf(start, context) : barOf(start, context.terminal);
}

function barOf({ format, total, done = 0, words = {} }: DisplayStart, stream: NodeJS.WriteStream): ProgressDisplay {
  const bar = new SingleBar({ format, stream, hideCursor: true }, Presets.shades_classic);
  bar.start(total, done, { ...words });
  return {
    show({ done: now, total: ofAll, words: changed }) {
      if (ofAll !== undefined) bar.setTotal(ofAll);
      bar.update(now, { ...changed?.() });
    },
    close: () => bar.stop(),
  };
}

function linesOf(
  { secondsBetweenLines, beginsWithLine = false }: DisplayStart,
  { log, elapsed }: DisplayContext,
): ProgressDisplay {
  let lastLine = beginsWithLine ? Number.NEGATIVE_INFINITY : elapsed();
  return {
    show({ line, isNews = false }) {
      if (!isNews && elapsed() - lastLine < 1000 * secondsBetweenLines) return;
      lastLine = elapsed();
      log(line());
    },
    close: () => {},
  };
}
