/** Finished shards in an object store: a record under what the shard was made from, its rows under their own hash. */
import { rm } from "node:fs/promises";
import path from "node:path";
import type { ScoreConfig } from "../../../src/config/schemas/score-schema.ts";
import { DataError } from "../../../src/errors.ts";
import type { FileContent } from "../../../src/files/file-content.ts";
import { workName } from "../../../src/files/work-names.ts";
import { hashOf } from "../../../src/runs/run-directory.ts";
import { parseShardRecord, type ShardRecord } from "../../../src/runs/score-manifest.ts";
import type { Shard } from "../../../src/scoring/shard.ts";
import type { ObjectStore } from "../../../src/transfer/object-store.ts";
import type { StageContext } from "../../stage.ts";
import { publishShard, shardDataFile, shardName } from "../shard-files.ts";
import { contentKey, isUploaded } from "./remote-files.ts";

export interface RemoteJob {
  readonly store: ObjectStore;
  readonly plan: string;
  /** Of everything that decides the bytes of its shards: of remoteJobKey. */
  readonly key: string;
}

/** The plan holds all that decides the rows but the engine, whose last bits differ. */
export function remoteJobKey(
  plan: string,
  { engine, tfjsBackend }: Pick<ScoreConfig, "engine" | "tfjsBackend">,
): string {
  return hashOf({ version: 1, plan, engine, tfjsBackend }).slice(0, 32);
}

/** Null where it is not finished. Throws DataError for a record that is damaged, or of another shard. */
export async function readRemoteShard({ store, plan, key }: RemoteJob, shard: Shard): Promise<ShardRecord | null> {
  const recordAt = recordKey(key, plan, shard);
  const text = await store.readText(recordAt);
  if (text === null) return null;
  const record = parseShardRecord(text, `${store.url}/${recordAt}`);
  const isOfShard = record.plan === plan && record.index === shard.index && record.of === shard.of;
  if (isOfShard && record.name === shardDataFile(shardName(plan, shard))) return record;
  throw new DataError(
    `${store.url}/${recordAt}: is of shard ${record.index}/${record.of} of ${record.plan.slice(0, 16)}`,
  );
}

/**
 * The rows first, then the record that makes the shard finished. Two workers that finish the same shard leave the
 * record of the later one, which names its own rows.
 */
export async function uploadShard(
  { store, plan, key }: RemoteJob,
  record: ShardRecord,
  dataFile: string,
): Promise<void> {
  if (!(await isUploaded(store, record.file))) await store.upload(contentKey(record.file), dataFile, record.file);
  await store.writeText(recordKey(key, plan, record), `${JSON.stringify(record, null, 2)}\n`);
}

/**
 * Puts a finished shard into `folder`, as if it had been scored there; false where it is not finished. A damaged one is
 * removed from the store, so that it is done again, and `onDamage` is told.
 */
export async function fetchShard(
  job: RemoteJob,
  shard: Shard,
  folder: string,
  onDamage: (problem: string) => void,
  context: Pick<StageContext, "place" | "processId">,
): Promise<boolean> {
  let rows: ShardRecord["file"] | null = null;
  try {
    const record = await readRemoteShard(job, shard);
    if (record === null) return false;
    rows = record.file;
    await checkUploaded(job.store, rows);
    const working = workName(path.join(folder, record.name), context);
    try {
      await job.store.download(contentKey(rows), working, rows);
      await publishShard(folder, working, record, context);
    } finally {
      await rm(working, { force: true });
    }
    return true;
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    onDamage(error.message);
    await job.store.remove(recordKey(job.key, job.plan, shard));
    if (rows !== null) await job.store.remove(contentKey(rows));
    return false;
  }
}

/** Before anything is fetched: rows that are gone are no reason to give up, since a worker can make them again. */
async function checkUploaded(store: ObjectStore, rows: FileContent): Promise<void> {
  const found = await store.size(contentKey(rows));
  if (found === rows.bytes) return;
  const problem = found === null ? "is missing" : `has ${found} bytes, expected ${rows.bytes}`;
  throw new DataError(`${store.url}/${contentKey(rows)}: ${problem}`);
}

function recordKey(key: string, plan: string, shard: Shard): string {
  return `shards/${key}/${shardName(plan, shard)}.json`;
}
