/** One look for an arm in every chart of a study: a hue for what it is built on, dashes where LAWN is not over it. */
import { hueAt, type Series } from "./series-style.ts";

export interface Arm {
  readonly arm: string;
  readonly optimizer: string;
}

/** In the order of the study, each arm once. */
export function armSeries(arms: readonly Arm[]): ReadonlyMap<string, Series> {
  const series = new Map<string, Series>();
  const families: string[] = [];
  for (const { arm, optimizer } of arms) {
    if (series.has(arm)) continue;
    const family = familyOf(arm);
    if (!families.includes(family)) families.push(family);
    series.set(arm, { name: arm, hue: hueAt(families.indexOf(family)), isDashed: !optimizer.startsWith("lawn-") });
  }
  return series;
}

/** The arm's name without LAWN in it: "lawn-adam" and "adam" are of one family. */
export function familyOf(arm: string): string {
  return arm.replace(/(^|[-_.])lawn(?=[-_.]|$)/, "").replace(/^[-_.]/, "") || arm;
}
