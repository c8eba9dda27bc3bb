/**
 * A setting is a zod type with everything a person needs to know about it: flag, unit and meaning
 * stand here and nowhere else.
 */
import type { z } from "zod";

export interface SettingNotes {
  /** The command-line flag without dashes, such as "batch-size"; absent for settings that only files carry. */
  readonly flag?: string;
  /** One sentence for help texts and docs; range and default are added from the type. */
  readonly meaning: string;
  /**
   * What the value looks like, where the type alone would show a pattern, such as "normal:0.01,
   * zeros or glorot-uniform".
   */
  readonly expects?: string;
  /** Such as "samples", "epochs", "seconds". */
  readonly unit?: string;
}

/** `type` with its notes attached, to be read back with `type.meta()`. */
export function setting<T extends z.ZodType>(type: T, notes: SettingNotes): T {
  return type.meta({ ...notes }) as T; // zod's meta() returns the same type it is called on
}
