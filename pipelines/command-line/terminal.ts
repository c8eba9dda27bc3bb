/** What the command line writes to, and the world it hands to a stage. */
import type { OutsideWorld } from "../stage.ts";
import { terminalText } from "./terminal-text.ts";

export interface Terminal {
  readonly version: string;
  /** Width of what is read on; absent where nobody looks. */
  readonly columns?: number | undefined;
  stdout(text: string): void;
  stderr(text: string): void;
  context(options: { readonly quiet: boolean }): OutsideWorld;
}

/** Whatever is said through it, by us or by a stage, moves no cursor and rings no bell. */
export function guarded(bare: Terminal): Terminal {
  return {
    ...bare,
    stdout: (text) => bare.stdout(terminalText(text)),
    stderr: (text) => bare.stderr(terminalText(text)),
    context(options) {
      const context = bare.context(options);
      return { ...context, log: (line) => context.log(terminalText(line)) };
    },
  };
}
