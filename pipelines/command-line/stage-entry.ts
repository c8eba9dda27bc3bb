/** A command as the command line knows it before anything of it is loaded. */
import type { z } from "zod";
import type { Stage } from "../stage.ts";

export interface StageEntry {
  readonly name: string;
  /** For the list of commands. */
  readonly summary: string;
  /** The stage's own: enough for help and for the shell's completion, and read in an instant. */
  schema(): Promise<z.ZodType>;
  /** Only when the command is to run. */
  load(): Promise<Stage>;
}
