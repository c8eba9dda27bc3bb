/**
 * The shards of a job into the database that its --output names. They stay on the disk until all of it is there,
 * so that the same command goes on after a failure.
 */
import { rm } from "node:fs/promises";
import path from "node:path";
import { type ListsAddress, listsAddressOf } from "../../../src/config/addresses/lists-address.ts";
import type { ScoreConfig } from "../../../src/config/schemas/score-schema.ts";
import { sha256Of } from "../../../src/files/file-content.ts";
import { loadPostgresPackages } from "../../../src/postgres/load-packages.ts";
import { loadRedisPackages } from "../../../src/redis/load-packages.ts";
import { hashOf } from "../../../src/runs/run-directory.ts";
import type { ShardRecord } from "../../../src/runs/score-manifest.ts";
import type { StageContext } from "../../stage.ts";
import { rowsOfShards } from "../join-shards.ts";
import type { WrittenRecommendations } from "../output/recommendations.ts";
import { shardFolder } from "../shard-files.ts";
import { rankerName, type ScoreSubject } from "../subject.ts";
import type { ListsToPublish } from "./lists-to-publish.ts";

/** Where work waits unless --work says so. */
const WORK_FOLDER = "scores";

/**
 * A job whose --output is an address works in a folder, as if its output were an Arrow file there. Throws ConfigError
 * where packages are missing.
 */
export async function jobInFolder(
  config: ScoreConfig,
): Promise<{ readonly config: ScoreConfig; readonly lists: ListsAddress }> {
  const lists = listsAddressOf(config.output);
  // Told before anything is scored, where they are missing.
  await (lists.kind === "redis" ? loadRedisPackages() : loadPostgresPackages());
  const { shown } = lists;
  const name = `${shown.replaceAll(/[^\w.]+/g, "-")}-${sha256Of(shown).slice(0, 8)}`;
  const output = path.join(config.work ?? WORK_FOLDER, name);
  return { config: { ...config, output, format: "arrow", work: null }, lists };
}

/** `records` are all of the job's shards, whole and in order. */
export async function publishShards(
  lists: ListsAddress,
  job: { readonly config: ScoreConfig; readonly subject: ScoreSubject; readonly records: readonly ShardRecord[] },
  context: StageContext,
): Promise<WrittenRecommendations> {
  const { config, subject, records } = job;
  const folder = shardFolder(config.output, subject.plan);
  const { shape } = records[0]!; // a job has one shard at least
  const publishing: ListsToPublish = {
    shape,
    rows: () => rowsOfShards(folder, records),
    content: hashOf(records.map(({ file }) => file.sha256)),
    about: `lawn-ranker ${context.environment.packageVersion}: lists of ${rankerName(subject)}, plan ${subject.plan.slice(0, 16)}`,
  };
  context.log(`writing ${records.reduce((sum, { file }) => sum + file.rows, 0)} rows to ${lists.shown}`);
  if (lists.kind === "redis") {
    const { writeKeys } = await import("./redis-lists.ts");
    return writeKeys(lists, publishing, context);
  }
  const { writeTable } = await import("./postgres-lists.ts");
  return writeTable(lists, publishing, context);
}

/** When the manifest is written. */
export async function removeShards({ output }: ScoreConfig, { plan }: ScoreSubject): Promise<void> {
  await rm(shardFolder(output, plan), { recursive: true, force: true });
}
