/** What ingest tells of features: each with its kind, its rows, and everything that was odd about its values. */
import { z } from "zod";
import type { DatasetDescription } from "../dataset/stored-dataset.ts";

const count = z.number();
const facts = z.object({
  name: z.string(),
  kind: z.string(),
  /** Told by the values, since nobody said. */
  isProposed: z.boolean(),
  separator: z.string().nullable(),
  rows: count,
  missing: count,
  unreadable: count,
  rareValues: count,
  unknownValues: count,
  cutLists: count,
});
const sideReport = z.object({
  ids: count,
  tableRows: count,
  found: z.object({ withoutRow: count, repeatedRows: count, rowsOfOthers: count }),
  features: z.array(facts),
  leftOut: z.array(z.object({ name: z.string(), reason: z.string() })),
});
const report = z.object({ users: sideReport.optional(), items: sideReport.optional() });

export type FeatureReport = Readonly<z.output<typeof report>>;

/** Null of a dataset without features. */
export function featureReport({ features }: DatasetDescription): FeatureReport | null {
  return features === undefined ? null : report.parse(features);
}

export function featureLines(found: FeatureReport | null): string[] {
  return (["users", "items"] as const).flatMap((side) => {
    const one = found?.[side];
    if (one === undefined) return [];
    const { ids, tableRows, found: counts, features, leftOut } = one;
    const noticed = noticedText([
      [counts.withoutRow, `${side} have no row in the file`],
      [counts.repeatedRows, "repeated rows, of which the last counts"],
      [counts.rowsOfOthers, `rows of ${side} that are not in the dataset`],
    ]);
    return [
      `  features of ${side}, ${tableRows - ids} rows behind those of ${ids} ids${noticed}`,
      ...features.map(featureLine),
      ...leftOut.map(({ name, reason }) => `    ${name} left out: ${reason}`),
    ];
  });
}

function featureLine({ name, kind, isProposed, separator, rows, ...counts }: z.output<typeof facts>): string {
  const how = separator === null ? "" : `=${separator}`;
  const noticed = noticedText([
    [counts.missing, "missing"],
    [counts.unreadable, "no numbers"],
    [counts.rareValues, "rare values in one row"],
    [counts.unknownValues, "values unknown to train"],
    [counts.cutLists, "lists cut"],
  ]);
  return `    ${name}:${kind}${how}${isProposed ? " (proposed)" : ""}, ${rows} rows${noticed}`;
}

function noticedText(counts: readonly (readonly [number, string])[]): string {
  const some = counts.filter(([found]) => found > 0).map(([found, what]) => `${found} ${what}`);
  return some.length === 0 ? "" : `; ${some.join(", ")}`;
}
