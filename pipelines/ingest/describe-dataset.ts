/** dataset.json: what was read, what was left out and why, how it was split, and what each file holds. */
import type { WrittenColumns } from "../../src/arrow/write-columns.ts";
import type { CleaningStep } from "../../src/interactions/cleaning/clean-log.ts";
import type { BuiltLog } from "../../src/interactions/reading/build-log.ts";
import type { Renumbering } from "../../src/interactions/splitting/renumber.ts";
import type { SplitLog } from "../../src/interactions/splitting/split-log.ts";
import { contentHash } from "../dataset/content-hash.ts";
import type { DATASET_FILES } from "../dataset/dataset-files.ts";
import { ITEM_INFO_SCHEMA, type WrittenItemInfo } from "../dataset/item-info-file.ts";
import type { DatasetDescription } from "../dataset/stored-dataset.ts";
import type { StageContext } from "../stage.ts";
import { lastingRecord, type SourceRecord } from "./check-up-to-date.ts";
import type { WrittenFile } from "./dataset-writer.ts";
import { type IngestPlan, lastingSettings, settingsHash } from "./plan-ingest.ts";
import type { WeightSummary } from "./split-view.ts";
import type { WrittenFeatures } from "./write-features.ts";

interface WrittenCandidates {
  readonly file: WrittenColumns;
  readonly description: string;
  readonly counts: Readonly<Record<string, number>>;
}

type InteractionFile = Exclude<(typeof DATASET_FILES)[number], `candidates-${string}`>;

export interface DatasetFacts {
  readonly plan: IngestPlan;
  readonly sources: readonly SourceRecord[];
  readonly built: BuiltLog;
  readonly cleaning: readonly CleaningStep[];
  readonly split: SplitLog;
  readonly numbers: Renumbering;
  /** Null where the log has no weights. */
  readonly weights: WeightSummary | null;
  readonly files: Readonly<Record<InteractionFile, WrittenFile>>;
  /** Null where nothing is known beside the splits. */
  readonly known: WrittenFile | null;
  /** Null where no users are held out. */
  readonly profiles: WrittenFile | null;
  /** Null where none were asked for. */
  readonly features: WrittenFeatures | null;
  /** Items of the items file that the log has not. */
  readonly newItems: number;
  /** Items that may be negatives; undefined where that is all. */
  readonly trainedItems: number | undefined;
  /** Null without an items file. */
  readonly info: WrittenItemInfo | null;
  readonly candidates: { readonly validation: WrittenCandidates; readonly test: WrittenCandidates };
  readonly warnings: readonly string[];
  readonly context: StageContext;
}

const CANDIDATE_SCHEMA = [
  { name: "user", type: "uint32" },
  { name: "item", type: "uint32" },
  { name: "is_positive", type: "bool" },
];

export function describeDataset(facts: DatasetFacts): DatasetDescription {
  const { plan, sources, built, cleaning, split, numbers, weights, known, profiles, info, candidates, context } = facts;
  const { features, newItems, trainedItems } = facts;
  const { config } = plan;
  const files: DatasetDescription["files"] = {
    ...plainFiles(facts.files),
    "candidates-validation.arrow": { ...candidates.validation.file, schema: CANDIDATE_SCHEMA },
    "candidates-test.arrow": { ...candidates.test.file, schema: CANDIDATE_SCHEMA },
  };
  const { parts: _parts, coldUsers, coldItems, leaks, warnings: _warnings, ...splitFacts } = split;
  return {
    name: config.dataset,
    users: numbers.users,
    items: numbers.items,
    interactions: {
      train: files["train.arrow"].rows,
      validation: files["validation.arrow"].rows,
      test: files["test.arrow"].rows,
    },
    split: {
      ...splitFacts,
      kind: split.kind === "given" ? (plan.raw.plan.publishedSplit ?? split.kind) : split.kind,
      request: plan.split,
    },
    candidates: { validation: candidates.validation.description, test: candidates.test.description },
    candidateCounts: { validation: candidates.validation.counts, test: candidates.test.counts },
    seed: config.seed,
    idType: built.idTypes,
    ...(weights === null ? {} : { weights: { ...weights } }),
    timeUnitRead: built.timeUnit,
    timeSpan: built.timeSpan,
    rowsRead: built.rowsRead,
    cleaning: [...built.steps, ...cleaning, coldUserStep(split, facts)],
    firstBadRows: built.firstBadRows,
    coldUsers,
    itemsWithoutTrainRows: numbers.itemTrainCounts.filter((count) => count === 0).length,
    rowsOfItemsWithoutTrainRows: { validation: coldItems.validationRows, test: coldItems.testRows },
    leaks: {
      trainNewerThanMedianTest: leaks.trainNewerThanMedianTest,
      evaluatedPairsInTrain: leaks.evaluatedPairsInTrain,
    },
    warnings: facts.warnings,
    format: plan.raw.plan.format,
    formats: built.formats,
    sources: sources.map(lastingRecord),
    settings: lastingSettings(config),
    settingsHash: settingsHash(config),
    toolVersion: context.environment.packageVersion,
    ...(info === null ? {} : { itemInfo: { ...info, schema: ITEM_INFO_SCHEMA } }),
    ...(known === null ? {} : { known: plain(known) }),
    ...(profiles === null ? {} : { profiles: plain(profiles) }),
    ...(features === null ? {} : { features: plainFeatures(features) }),
    ...(newItems === 0 ? {} : { newItems }),
    ...(trainedItems === undefined ? {} : { trainedItems }),
    files,
    contentHash: contentHash(files, {
      trainedItems,
      known: known ?? undefined,
      profiles: profiles ?? undefined,
      features: features ?? undefined,
    }),
  };
}

const plain = ({ rows, bytes, sha256, schema }: WrittenFile) => ({ rows, bytes, sha256, schema });

function plainFeatures({ schema, users, items }: WrittenFeatures): NonNullable<DatasetDescription["features"]> {
  return {
    schema: { ...schema },
    ...(users === undefined ? {} : { users: { ...users } }),
    ...(items === undefined ? {} : { items: { ...items } }),
  };
}

/** Copies without the name of their interface, as an open-ended description wants them. */
function plainFiles(
  files: DatasetFacts["files"],
): Record<InteractionFile, { rows: number; bytes: number; sha256: string }> {
  return {
    "train.arrow": plain(files["train.arrow"]),
    "validation.arrow": plain(files["validation.arrow"]),
    "test.arrow": plain(files["test.arrow"]),
    "users.arrow": plain(files["users.arrow"]),
    "items.arrow": plain(files["items.arrow"]),
  };
}

/** The last step by which rows leave: those of users who have nothing in train. */
function coldUserStep({ coldUsers }: SplitLog, { built, cleaning }: DatasetFacts): CleaningStep {
  const rowsBefore = [...built.steps, ...cleaning].at(-1)?.rowsAfter ?? built.rowsRead;
  const reason = `${coldUsers.users} users have no rows in train`;
  return { step: "cold-users", reason, rowsBefore, rowsAfter: rowsBefore - coldUsers.rows };
}
