/** A command as the command line knows it before anything of it is loaded. */
import type { z } from "zod";
import type { Stage, StageJson } from "../stage.ts";

export interface StageEntry<Schema extends z.ZodType = z.ZodType, Json extends StageJson = StageJson> {
  readonly name: string;
  /** For the list of commands. */
  readonly summary: string;
  /** The stage's own: enough for help and for the shell's completion, and read in an instant. */
  schema(): Promise<Schema>;
  /** Only when the command is to run. */
  load(): Promise<Stage<Schema, Json>>;
}

/** What a stage's function in the library resolves to. */
export type ResultOf<Entry> = Entry extends StageEntry<z.ZodType, infer Json> ? Json : never;
