/**
 * The stage `score`: the best items of every user, or of some, to a file; in one go, in shards, or
 * from shards that are done.
 */

import path from "node:path";
import { isAddress } from "../../src/config/address-text.ts";
import type { ListsAddress } from "../../src/config/addresses/lists-address.ts";
import { formatOfOutput, type ScoreConfig, scoreSchema } from "../../src/config/schemas/score-schema.ts";
import { takeLock } from "../../src/files/lock-file.ts";
import { makeFolder } from "../../src/files/make-folder.ts";
import { removeStaleWork, workName } from "../../src/files/work-names.ts";
import type { ShardRecord } from "../../src/runs/score-manifest.ts";
import { shardText } from "../../src/scoring/shard.ts";
import { datasetNameOf } from "../dataset/dataset-argument.ts";
import { findRun } from "../runs/find-run.ts";
import type { Stage, StageContext, StageResult } from "../stage.ts";
import { chooseShard, unreadIndex } from "./choose-shard.ts";
import { type FinishedJob, finishJob, type ScoreResult, type WrittenOutput } from "./finish-job.ts";
import { joinShards, readAllShards } from "./join-shards.ts";
import type { RecommendationFormat } from "./output/recommendation-writer.ts";
import { jobInFolder, publishShards, removeShards } from "./publish/publish-shards.ts";
import { openRanker } from "./ranker/open-ranker.ts";
import { openScoreInputs, type ScoreInputs } from "./score-inputs.ts";
import { engineRecord, scoreShard, selectionRecord } from "./score-shard.ts";
import { shardFolder } from "./shard-files.ts";
import { readSubject, type ScoreSubject, withParameters } from "./subject.ts";
import { writeScores } from "./write-scores.ts";

/** Of one shard of a job: its record, and where it lies. */
export type ScoreShardResult = ShardRecord & {
  /** Of the shard and its record. */
  readonly folder: string;
  /** Whether it lay there already. */
  readonly wasFinished: boolean;
};

export const scoreStage: Stage<typeof scoreSchema, ScoreResult | ScoreShardResult> = {
  name: "score",
  schema: scoreSchema,
  async run(settings, context) {
    const { dataset: asked } = settings;
    const named = { ...settings, dataset: asked === null ? null : await datasetNameOf(asked) };
    const { config: given, lists } = isAddress(named.output)
      ? await jobInFolder(named)
      : { config: named, lists: null };
    const config = await withParameters(given, context);
    const { run, baseline, dataset, modelsRoot, shard } = config;
    const folder = baseline === null ? await findRun({ run, dataset, modelsRoot }, context) : null;
    const subject = await readSubject(config, folder);
    if (shard !== null) return scoreOneShard(config, subject, shard, context);
    const unread = config.merge || config.queue !== null ? null : unreadIndex(context.environment.variables);
    if (unread !== null) context.log(unread);
    const remedy = lists === null ? "choose another file with --output" : "choose another folder with --work";
    await makeFolder(path.dirname(config.output), remedy);
    const unlock = await takeLock(`${config.output}.lock`, context);
    try {
      await removeStaleWork(path.dirname(config.output), context);
      if (config.queue !== null) {
        // Queues and stores are loaded for those alone who ask for them.
        const { scoreInQueue } = await import("./score-in-queue.ts");
        await scoreInQueue(config, subject, config.queue, context);
      }
      const joins = config.merge || config.queue !== null;
      if (lists !== null) return await publish(config, subject, lists, context);
      const job = joins ? await merge(config, subject, context) : await scoreAll(config, subject, context);
      return await finishJob(config, subject, job, context);
    } finally {
      await unlock();
    }
  },
};

async function scoreOneShard(
  config: ScoreConfig,
  subject: ScoreSubject,
  text: string,
  context: StageContext,
): Promise<StageResult<ScoreShardResult>> {
  const shard = chooseShard(text, context.environment.variables);
  const { record, folder, wasFinished } = await scoreShard(config, subject, shard, context);
  const { rows } = record.file;
  const state = wasFinished ? "was finished already" : `took ${record.seconds.toFixed(1)} s`;
  return {
    json: { ...record, wasFinished, folder },
    text: `shard ${shardText(shard)}: ${record.counts.users} users, ${rows} rows, ${state}\nwritten: ${path.join(folder, record.name)}`,
  };
}

async function scoreAll(config: ScoreConfig, subject: ScoreSubject, context: StageContext): Promise<FinishedJob> {
  const ranker = await openRanker(config, subject, context);
  const spill = workName(`${config.output}.spill`, context);
  let inputs: ScoreInputs | null = null;
  try {
    inputs = await openScoreInputs(config, subject, { rows: ranker.rows, scratch: spill, log: context.log });
    const { selection, shape } = inputs;
    const range = { from: 0, to: selection.known + selection.unknown };
    const { file, seconds, scoringSeconds, ...counts } = await writeScores(
      { inputs, config, ranker, range, path: config.output, format: formatOf(config) },
      context,
    );
    return {
      written: { kind: "file", file },
      seconds,
      scoringSeconds,
      counts,
      shape,
      selection: selectionRecord(inputs),
      engine: engineRecord(ranker),
      shards: null,
    };
  } finally {
    await inputs?.close();
    await ranker.close();
  }
}

async function merge(config: ScoreConfig, subject: ScoreSubject, context: StageContext): Promise<FinishedJob> {
  const started = context.elapsed();
  const folder = shardFolder(config.output, subject.plan);
  const records = await readAllShards(folder, subject.plan, config.shards!); // the schema has asked for it
  const file = await joinShards(folder, records, { path: config.output, format: formatOf(config) });
  return jobOfShards(records, { kind: "file", file }, context.elapsed() - started);
}

/** Scores what is not there yet, and writes it where it is read. */
async function publish(
  config: ScoreConfig,
  subject: ScoreSubject,
  lists: ListsAddress,
  context: StageContext,
): Promise<StageResult<ScoreResult>> {
  // A job in one piece is its only shard.
  if (config.shards === null) await scoreShard(config, subject, { index: 0, of: 1 }, context);
  const started = context.elapsed();
  const records = await readAllShards(shardFolder(config.output, subject.plan), subject.plan, config.shards ?? 1);
  const published = await publishShards(lists, { config, subject, records }, context);
  const job = jobOfShards(records, { kind: "lists", lists, published }, context.elapsed() - started);
  const result = await finishJob(config, subject, job, context);
  await removeShards(config, subject);
  return result;
}

function jobOfShards(records: readonly ShardRecord[], written: WrittenOutput, joiningMs: number): FinishedJob {
  const [first] = records;
  const sum = (of: (record: (typeof records)[number]) => number): number =>
    records.reduce((total, record) => total + of(record), 0);
  return {
    written,
    seconds: joiningMs / 1000 + sum(({ seconds }) => seconds),
    scoringSeconds: sum(({ scoringSeconds }) => scoringSeconds),
    counts: {
      users: sum(({ counts }) => counts.users),
      popularUsers: sum(({ counts }) => counts.popularUsers),
      emptyUsers: sum(({ counts }) => counts.emptyUsers),
    },
    shape: first!.shape, // a job has one shard at least
    selection: first!.selection,
    engine: first!.engine,
    shards: records.length,
  };
}

function formatOf(config: ScoreConfig): RecommendationFormat {
  const format = formatOfOutput(config)!; // the schema has asked for one
  return { format, compression: config.compression ?? "snappy", isCsvSafe: config.csvSafe };
}
