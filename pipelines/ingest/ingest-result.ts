/** What ingest tells people and scripts when it is done. */
import { z } from "zod";
import { describeBadRow } from "../../src/interactions/reading/bad-rows.ts";
import { spanText } from "../../src/interactions/reading/time-span.ts";
import type { DatasetDescription } from "../dataset/stored-dataset.ts";
import type { StageResult } from "../stage.ts";
import { type FeatureReport, featureLines, featureReport } from "./feature-report.ts";

const badRows = z.array(
  z.object({
    file: z.string(),
    line: z.number().nullable(),
    row: z.number().nullable(),
    reason: z.string(),
    text: z.string(),
  }),
);
const reported = z.looseObject({
  rowsRead: z.number(),
  cleaning: z.array(z.object({ step: z.string(), reason: z.string(), rowsBefore: z.number(), rowsAfter: z.number() })),
  firstBadRows: badRows,
  warnings: z.array(z.string()),
  itemsWithoutTrainRows: z.number(),
  rowsOfItemsWithoutTrainRows: z.object({ validation: z.number(), test: z.number() }).optional(),
  timeUnitRead: z.string().nullable(),
  timeSpan: z.object({ firstMs: z.number(), lastMs: z.number() }).nullable(),
  itemInfo: z
    .looseObject({ described: z.number(), withFeatures: z.number(), badRows: z.number(), firstBadRows: badRows })
    .optional(),
  newItems: z.number().default(0),
  candidateCounts: z.object({ test: z.object({ linesLeftOut: z.number().default(0) }) }),
});

type Reported = Readonly<z.output<typeof reported>>;

export type IngestResult = Pick<DatasetDescription, "users" | "items" | "interactions" | "contentHash"> & {
  /** Up to date: same raw files, same settings, and nothing was done. */
  readonly status: "done" | "up-to-date";
  readonly dataset: string;
  /** The folder of the dataset. */
  readonly directory: string;
  readonly rowsRead: number;
  /** Each step, in order, with the rows before and after it. */
  readonly cleaning: Reported["cleaning"];
  /** Pairs that cleaning left out and that stay known all the same. */
  readonly knownPairs: number;
  readonly warnings: Reported["warnings"];
  /** What was found of features; absent where none were asked for. */
  readonly features?: FeatureReport;
  /** Of the work; absent where nothing was done. */
  readonly seconds?: number;
  readonly peakMemoryBytes?: number;
};

const shortNumber = (value: number): string => String(Number(value.toPrecision(3)));

/** `cost` is null when nothing had to be done. */
export function ingestResult(
  directory: string,
  description: DatasetDescription,
  cost: { readonly seconds: number; readonly peakMemoryBytes: number } | null,
): StageResult<IngestResult> {
  const { name, users, items, interactions, split, candidates, contentHash } = description;
  const {
    rowsRead,
    cleaning,
    firstBadRows,
    warnings,
    itemsWithoutTrainRows,
    rowsOfItemsWithoutTrainRows: coldRows,
    itemInfo,
    candidateCounts,
    newItems,
    timeUnitRead,
    timeSpan,
  } = reported.parse(description);
  const features = featureReport(description);
  const { linesLeftOut } = candidateCounts.test;
  const status = cost === null ? "up-to-date" : "done";
  const { train, validation, test } = interactions;
  const { weights, known, profiles } = description;
  const steps = cleaning.filter(({ rowsBefore, rowsAfter }) => rowsAfter < rowsBefore);
  const lines = [
    `${directory}: ${users} users, ${items} items, ${train} train + ${validation} validation + ${test} test (${split.kind}; ${candidates.test})`,
    ...(cost === null ? ["up to date: same raw files, same settings; --force makes it anew"] : []),
    ...(cost === null
      ? []
      : [
          `${rowsRead} rows read in ${cost.seconds.toFixed(1)} s, at most ${Math.round(cost.peakMemoryBytes / 2 ** 20)} MiB in memory`,
        ]),
    ...(timeSpan === null ? [] : [`  times from ${spanText(timeSpan)} (${timeUnitRead})`]),
    ...(weights === undefined
      ? []
      : [
          `  weights from ${shortNumber(weights.least)} to ${shortNumber(weights.most)}, ${shortNumber(weights.mean)} on average`,
        ]),
    ...(profiles === undefined
      ? []
      : [`  ${profiles.rows} rows of users who are held out are folded in: no model is trained on them`]),
    ...steps.map(({ step, reason, rowsBefore, rowsAfter }) => `  ${rowsBefore - rowsAfter} ${step}: ${reason}`),
    ...firstBadRows.map((row) => `    ${describeBadRow(row)}`),
    ...(known === undefined
      ? []
      : [`  ${known.rows} pairs of these stay known: no negatives, not recommended (--forget-filtered forgets them)`]),
    ...(itemsWithoutTrainRows > 0 ? [`  ${itemsWithoutTrainRows} items have no row in train${asked(coldRows)}`] : []),
    ...(itemInfo === undefined
      ? []
      : [`  titles of ${itemInfo.described} items, features of ${itemInfo.withFeatures}, from the items file`]),
    ...((itemInfo?.badRows ?? 0) > 0 ? [`  ${itemInfo?.badRows} rows of the items file could not be read`] : []),
    ...(itemInfo?.firstBadRows ?? []).map((row) => `    ${describeBadRow(row)}`),
    ...featureLines(features),
    ...(newItems > 0 ? [`  ${newItems} items are in the items file alone, and known by their features`] : []),
    ...(linesLeftOut > 0
      ? [`  ${linesLeftOut} lines of the official negatives left out: not of a user with a test item here`]
      : []),
  ];
  return {
    json: {
      status,
      dataset: name,
      directory,
      users,
      items,
      interactions,
      rowsRead,
      cleaning,
      knownPairs: known?.rows ?? 0,
      warnings,
      contentHash,
      ...(features === null ? {} : { features }),
      ...cost,
    },
    text: lines.join("\n"),
  };
}

function asked(rows: Reported["rowsOfItemsWithoutTrainRows"]): string {
  return rows === undefined || rows.validation + rows.test === 0
    ? ""
    : `; ${rows.validation} validation and ${rows.test} test rows are of them`;
}
