/** The stage `ingest`: raw logs to data/<dataset>/*.arrow and dataset.json, whole or not at all. */
import { join } from "node:path";
import { eventWeightsOf } from "../../src/config/schemas/ingest/event-weights.ts";
import { type IngestConfig, ingestSchema } from "../../src/config/schemas/ingest/ingest-schema.ts";
import { sealedText } from "../../src/files/sealed-text.ts";
import { writeFileAtomically } from "../../src/files/write-file.ts";
import { cleanLog } from "../../src/interactions/cleaning/clean-log.ts";
import { openWorkDatabase, type WorkDatabase } from "../../src/interactions/database/work-database.ts";
import { type BuiltLog, buildLog } from "../../src/interactions/reading/build-log.ts";
import { renumber } from "../../src/interactions/splitting/renumber.ts";
import { splitLog } from "../../src/interactions/splitting/split-log.ts";
import { writeCandidates } from "../dataset/candidates-file.ts";
import { DESCRIPTION_FILE } from "../dataset/dataset-files.ts";
import type { DatasetDescription } from "../dataset/stored-dataset.ts";
import { INTERRUPTED, type Stage, type StageContext, type StageResult } from "../stage.ts";
import { lastingRecord, readFormer, replacementNote, type SourceRecord } from "./check-up-to-date.ts";
import { chooseCandidates, openKind } from "./choose-candidates.ts";
import { writeInteractions, writeKnown } from "./dataset-writer.ts";
import { describeDataset } from "./describe-dataset.ts";
import { gatherSources } from "./gather-sources.ts";
import { type IngestResult, ingestResult } from "./ingest-result.ts";
import { knownPairs, noneKnown } from "./known-pairs.ts";
import { type IngestPlan, planIngest, settingsHash } from "./plan-ingest.ts";
import { requestedColumns } from "./requested-columns.ts";
import { emptyFilesNote, encodingNotes, type IngestSources, sourcePaths, sourcesOf } from "./source-files.ts";
import { type SplitView, weightsOfTrain } from "./split-view.ts";
import { openStagingFolder, type StagingFolder } from "./staging-folder.ts";
import { writeEntities } from "./write-entities.ts";

export const ingestStage: Stage<typeof ingestSchema, IngestResult> = {
  name: "ingest",
  schema: ingestSchema,
  run: ingest,
};

async function ingest(given: IngestConfig, context: StageContext): Promise<StageResult<IngestResult>> {
  const started = context.elapsed();
  const planned = await planIngest(given, context);
  const { dataRoot, dataset, force } = planned.config;
  const directory = join(dataRoot, dataset);
  const staging = await openStagingFolder(dataRoot, dataset, context);
  try {
    const hash = settingsHash(planned.config);
    const former = force ? null : await readFormer(directory, hash);
    const gathered = await gatherSources(planned, former?.sources ?? null, staging.scratch, context);
    const { plan, records, isUnchanged } = gathered;
    if (former !== null && isUnchanged) return ingestResult(directory, former.description, null);
    const paths = records.map((record) => lastingRecord(record).path);
    const replaced = await replacementNote(directory, { hash, paths });
    if (replaced !== null) context.log(replaced);
    const description = await makeDataset(plan, records, staging, context);
    await staging.publish();
    const cost = { seconds: (context.elapsed() - started) / 1000, peakMemoryBytes: context.peakMemoryBytes() };
    return ingestResult(directory, description, cost);
  } catch (error) {
    if (!context.signal.aborted) throw error;
    return { json: { status: "stopped" }, text: "ingest stopped; nothing was written", exitCode: INTERRUPTED };
  } finally {
    await staging.close();
  }
}

/** Reads, cleans, splits and writes everything into the staging folder. */
async function makeDataset(
  plan: IngestPlan,
  records: readonly SourceRecord[],
  staging: StagingFolder,
  context: StageContext,
): Promise<DatasetDescription> {
  const { config } = plan;
  const sources = sourcesOf(plan, records);
  const database = await openWorkDatabase({
    path: join(staging.scratch, "work.duckdb"),
    spillDirectory: join(staging.scratch, "spill"),
    memoryLimit: config.memoryLimit,
    readable: sourcePaths(plan),
  });
  const interrupt = (): void => database.interrupt();
  context.signal.addEventListener("abort", interrupt);
  try {
    const empty = emptyFilesNote(records);
    if (empty !== null) context.log(empty);
    for (const note of encodingNotes(plan, records)) context.log(note);
    const built = await readLog(database, plan, sources, context);
    context.report({ kind: "read", rows: built.rowsRead, users: built.log.users, items: built.log.items });
    // A log that is split anew is one log: a pair in train and in test is then a repeat like any other.
    const whole = plan.split.kind === "given" ? built.log : { ...built.log, parts: null };
    const { log, kept, steps } = cleanLog(whole, { ...config, minRating: config.minRating ?? null });
    for (const step of [...built.steps, ...steps]) context.report({ kind: "cleaned", ...step });
    const split = splitLog(log, kept, plan.split);
    const numbered = renumber(log, split.parts, {
      extraItems: built.negatives?.items ?? [],
      putsUntrainedLast: plan.split.kind === "items",
    });
    context.log(`split ${split.kind}: ${split.rule}`);
    const warnings = [...built.warnings, ...split.warnings];
    for (const warning of warnings) context.log(`warning: ${warning}`);
    const { numbers, newItems, trainedItems, vocabularies, info, features } = await writeEntities(
      database,
      { plan, sources, idTypes: built.idTypes, numbers: numbered },
      staging.result,
      context,
    );
    const cleaned = { log, parts: split.parts, numbers };
    const view = {
      ...cleaned,
      known: config.forgetFiltered ? noneKnown(numbers) : knownPairs(cleaned, built.unwanted),
    };
    // The rest needs no SQL, and its memory is better spent on candidates.
    database.close();
    const interactions = await writeSplit(view, staging.result, context.signal);
    context.report({
      kind: "split",
      users: numbers.users,
      items: numbers.items,
      train: interactions["train.arrow"].rows,
      validation: interactions["validation.arrow"].rows,
      test: interactions["test.arrow"].rows,
    });
    const files = { ...vocabularies, ...interactions };
    const known = await writeKnown(staging.result, view.known);
    const profiles =
      split.kind === "users" ? await writeInteractions(staging.result, "profile", view, context.signal) : null;
    const candidates = await writeBothCandidates(plan, built, view, {
      directory: staging.result,
      log: context.log,
    });
    const ofCandidates = [candidates.validation.warning, candidates.test.warning].filter((words) => words !== null);
    for (const warning of ofCandidates) context.log(`warning: ${warning}`);
    const description = describeDataset({
      plan,
      sources: records,
      built,
      cleaning: steps,
      split,
      numbers,
      weights: weightsOfTrain(view),
      files,
      known,
      profiles,
      info,
      features,
      newItems,
      trainedItems,
      candidates,
      warnings: [...warnings, ...ofCandidates],
      context,
    });
    await writeFileAtomically(join(staging.result, DESCRIPTION_FILE), sealedText(description));
    return description;
  } finally {
    context.signal.removeEventListener("abort", interrupt);
    database.close();
  }
}

async function readLog(
  database: WorkDatabase,
  { config, rowsAreInOrder }: IngestPlan,
  { logs, negatives }: IngestSources,
  context: StageContext,
): Promise<BuiltLog> {
  return buildLog(database, {
    sources: logs,
    negatives,
    format: config.format,
    columns: requestedColumns(config),
    eventWeights: config.eventWeights === undefined ? null : eventWeightsOf(config.eventWeights),
    where: config.where,
    usesTimes: !rowsAreInOrder,
    dateFormat: config.dateFormat,
    maxBadRows: config.maxBadRows,
    nulls: config.nullTexts,
    needsRatings: config.minRating !== undefined,
    remembersUnwanted: !config.forgetFiltered,
    nowMs: context.now(),
    log: context.log,
  });
}

async function writeSplit(view: SplitView, directory: string, signal: AbortSignal) {
  return {
    "train.arrow": await writeInteractions(directory, "train", view, signal),
    "validation.arrow": await writeInteractions(directory, "validation", view, signal),
    "test.arrow": await writeInteractions(directory, "test", view, signal),
  };
}

async function writeBothCandidates(
  plan: IngestPlan,
  built: BuiltLog,
  view: SplitView,
  { directory, log }: { readonly directory: string; readonly log: (line: string) => void },
) {
  const { ownNegatives, seed } = plan.config;
  const { negatives } = plan;
  const { kind, reason } = plan.candidates === "open" ? openKind(view, plan) : { kind: plan.candidates, reason: null };
  if (reason !== null) log(reason);
  const request = { kind, negatives, ownNegatives, seed };
  // One after the other: at a million users either takes hundreds of megabytes.
  const make = async (split: "validation" | "test") => {
    const { candidates, ...words } = chooseCandidates(view, split, request, built.negatives);
    return { file: await writeCandidates(join(directory, `candidates-${split}.arrow`), candidates), ...words };
  };
  return { validation: await make("validation"), test: await make("test") };
}
