/**
 * What a setting of `train` is to a run's identity and to a study: said beside each setting, or once
 * for the group it stands in.
 */
import type { z } from "zod";
import { type SettingNotes, setting } from "./setting.ts";

export const trainRoles = {
  /** What a study may ask about. */
  variable: { changesResult: true, inStudy: "anywhere" },
  /**
   * How results are measured: alike for all that are compared, so a study or a subject sets it and no
   * arm, batch size or search.
   */
  protocol: { changesResult: true, inStudy: "for all arms" },
  /** A study has a field or a way of its own for it. */
  controlled: { changesResult: true, inStudy: "nowhere" },
  /**
   * Decides other settings before training begins. What it decided then stands in the run's settings in its place.
   */
  planning: { changesResult: true, inStudy: "nowhere" },
  /**
   * Leaves every bit of the result as it is: two runs that differ in these only are the same run, and
   * a trial has no use for it.
   */
  operational: { changesResult: false, inStudy: "nowhere" },
} as const;

export type TrainRole = keyof typeof trainRoles;

export interface TrainNotes extends SettingNotes {
  readonly role: TrainRole;
}

/** A setting that belongs to `train`. */
export function trainSetting<T extends z.ZodType>(type: T, notes: TrainNotes): T {
  return setting(type, notes);
}

/**
 * A setting that `train` shares with other stages, or a group whose members have this role unless they say otherwise.
 */
export function withRole<T extends z.ZodType>(type: T, role: TrainRole): T {
  return type.meta({ ...type.meta(), role }) as T; // zod's meta() returns the same type it is called on
}
