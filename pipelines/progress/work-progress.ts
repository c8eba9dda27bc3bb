/** What a person sees of one long piece of work that can say how far it is: nothing, where it is over in a moment. */
import { clockText } from "./clock-text.ts";
import { type DisplayContext, openProgressDisplay, type ProgressDisplay } from "./progress-display.ts";

export interface WorkDisplay {
  /** So much more is done. */
  add(amount: number): void;
  close(): void;
}

const MOMENT_SECONDS = 1;

/** `total` in whatever `add` counts; `unit` is left out where it says nothing to a person. */
export function openWorkDisplay(
  { what, total, unit = "" }: { readonly what: string; readonly total: number; readonly unit?: string },
  context: DisplayContext,
): WorkDisplay {
  const { terminal, elapsed } = context;
  const began = elapsed();
  const seconds = (): number => (elapsed() - began) / 1000;
  const amount = unit === "" ? "{percentage} %" : `{value}/{total} ${unit}`;
  const open = (): ProgressDisplay =>
    openProgressDisplay(
      { format: `${what}  {bar}  ${amount}  left {left}`, total, words: { left: "?" }, secondsBetweenLines: 10 },
      context,
    );
  let display = terminal === null ? open() : null;
  let done = 0;
  const left = (): string => clockText((seconds() * Math.max(0, total - done)) / Math.max(1, done));
  const share = (): string => `${Math.floor((100 * Math.min(done, total)) / Math.max(1, total))} %`;
  return {
    add(more) {
      done += more;
      if (display === null && seconds() >= MOMENT_SECONDS) display = open();
      display?.show({
        done: Math.min(done, total),
        event: { kind: "work", what, unit, done: Math.min(done, total), total },
        words: () => ({ left: left() }),
        line: () => `${what}  ${unit === "" ? share() : `${done}/${total} ${unit}`}  left ${left()}`,
      });
    },
    close: () => display?.close(),
  };
}
