/**
 * A setting is a zod type with everything a person needs to know about it: flag, unit and meaning
 * stand here and nowhere else.
 */
import type { z } from "zod";
import type { SettingHeading } from "./setting-headings.ts";

export type NamedThing = "file" | "folder" | "path" | "dataset" | "run" | "column" | "url";

export interface SettingNotes {
  /** The command-line flag without dashes, such as "batch-size"; absent for settings that only files carry. */
  readonly flag?: string;
  /** One sentence for help texts and docs; range and default are added from the type. */
  readonly meaning: string;
  /** Of a switch that is on, or undecided, unless told: what --no-<flag> does, in the form of `meaning`. */
  readonly off?: string;
  /** The heading it stands under in help; that of the setting before it in its schema unless given. */
  readonly heading?: SettingHeading;
  /** What the value is the name of, for help and for the shell's completion; said by the type unless given. */
  readonly names?: NamedThing;
  /** May be given as the word behind the command: "verify models/x" for "verify --path models/x". */
  readonly isArgument?: true;
  /**
   * What the value looks like, where the type alone would show a pattern, such as "normal:0.01,
   * zeros or glorot-uniform".
   */
  readonly expects?: string;
  /** Of `train`: chosen from the log by the rule for defaults, where a log is at hand. */
  readonly fitsLog?: true;
  /** Such as "samples", "epochs", "seconds". */
  readonly unit?: string;
}

/** `type` with its notes attached, to be read back with `type.meta()`. */
export function setting<T extends z.ZodType>(type: T, notes: SettingNotes): T {
  return type.meta({ ...notes }) as T; // zod's meta() returns the same type it is called on
}

/** A setting that several stages share, where it is the first under its heading. */
export function underHeading<T extends z.ZodType>(type: T, heading: SettingHeading): T {
  return type.meta({ ...type.meta(), heading }) as T; // zod's meta() returns the same type it is called on
}
