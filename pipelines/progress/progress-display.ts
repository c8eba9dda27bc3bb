/**
 * Progress as a person sees it, on a terminal a bar below the lines that stay, elsewhere a line now and then; and as
 * programs are told of it, by an event for each change. What all say is the caller's.
 */
import { type GenericFormatter, Presets, SingleBar } from "cli-progress";
import { terminalText } from "../command-line/terminal-text.ts";
import type { ProgressEvent } from "../progress-event.ts";
import type { StageContext } from "../stage.ts";
import { clockText } from "./clock-text.ts";
import { fitLine, type LinePart } from "./fit-line.ts";

export type DisplayContext = Pick<StageContext, "terminal" | "log" | "report" | "elapsed">;

export interface DisplayStart {
  /**
   * Parts two blanks apart, with names in braces: "score  {bar}  {value}/{total}  left {left}". Besides the words: bar,
   * value, total, percentage and eta.
   */
  readonly format: string;
  /** Names whose parts give way on a narrow terminal, first those that stand first. */
  readonly spare?: readonly string[];
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
  /** For programs. */
  readonly event: ProgressEvent;
  /** For the bar: names in its format; those left out stay as they were. */
  words?(): Words;
  /** For everybody else. */
  line(): string;
  /** Said at once, however shortly after the last line; stays above the bar on a terminal. */
  readonly isNews?: boolean;
}

type Words = Readonly<Record<string, string | number>>;

export interface ProgressDisplay {
  show(change: ProgressChange): void;
  close(): void;
}

export function openProgressDisplay(start: DisplayStart, context: DisplayContext): ProgressDisplay {
  const seen = context.terminal === null ? linesOf(start, context) : barOf(start, context.terminal);
  return {
    show(change) {
      context.report(change.event);
      seen.show(change);
    },
    close: () => seen.close(),
  };
}

const DEFAULT_SPARE = ["speed", "bar"];
/** Where a terminal does not say how wide it is. */
const USUAL_COLUMNS = 80;

function barOf(start: DisplayStart, stream: NodeJS.WriteStream): ProgressDisplay {
  const { format, total, done = 0, words = {}, spare = DEFAULT_SPARE } = start;
  const parts = format.split(/ {2,}/).map((text) => ({ text, spare: spareOf(text, spare) }));
  const formatter: GenericFormatter = (options, { progress, value, total: ofAll, eta }, payload: Words) => {
    const known: Words = {
      value,
      total: ofAll,
      percentage: Math.floor(100 * progress),
      eta: clockText(eta),
      ...payload,
    };
    const bar = (size: number): string => {
      const filled = Math.round(Math.min(1, progress) * size);
      const [complete, incomplete] = [options.barCompleteString ?? "", options.barIncompleteString ?? ""];
      return complete.slice(0, filled) + incomplete.slice(0, size - filled);
    };
    const filledIn = parts.map(({ text, spare: order }): LinePart => ({ text: textOf(text, known), spare: order }));
    // One sign is left free: a line that fills the last column is continued by some terminals.
    return fitLine(filledIn, (stream.columns || USUAL_COLUMNS) - 1, bar);
  };
  const bar = new SingleBar({ format: formatter, stream, hideCursor: true, forceRedraw: true }, Presets.shades_classic);
  bar.start(total, done, { ...words });
  return {
    show({ done: now, total: ofAll, words: changed, line, isNews = false }) {
      if (ofAll !== undefined) bar.setTotal(ofAll);
      if (isNews) stream.write(`\r\u001b[K${terminalText(line())}\n`);
      bar.update(now, { ...changed?.() });
      if (isNews) bar.render();
    },
    close: () => bar.stop(),
  };
}

/** Null for the bar's place. A part without its words is left out. */
function textOf(part: string, words: Words): string | null {
  if (part === "{bar}") return null;
  const names = [...part.matchAll(/\{(\w+)\}/g)].map(([, name]) => name!);
  if (names.length > 0 && names.every((name) => (words[name] ?? "") === "")) return "";
  return part.replaceAll(/\{(\w+)\}/g, (_, name: string) => String(words[name] ?? ""));
}

/** The first of the spare names has the highest number. */
function spareOf(part: string, spare: readonly string[]): number {
  const place = spare.findIndex((name) => part.includes(`{${name}}`));
  return place < 0 ? 0 : spare.length - place;
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
