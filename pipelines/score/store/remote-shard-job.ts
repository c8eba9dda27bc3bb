/**
 * One shard by a worker that shares no folder with anybody: fetched from an object store, scored in a
 * folder of its own, and sent there.
 */
import { rm } from "node:fs/promises";
import { hostname } from "node:os";
import path from "node:path";
import { z } from "zod";
import { storeUrlType } from "../../../src/config/object-store-settings.ts";
import { scoreSchema } from "../../../src/config/schemas/score-schema.ts";
import { ConfigError, DataError, StorageError } from "../../../src/errors.ts";
import { sha256 } from "../../../src/runs/file-record.ts";
import { type ObjectStore, openObjectStore } from "../../../src/transfer/object-store.ts";
import type { JobSettings, JobType } from "../../queue/job-type.ts";
import type { StageContext } from "../../stage.ts";
import { scoreShard } from "../score-shard.ts";
import { shardType, threadsOf } from "../shard-job.ts";
import { readSubject } from "../subject.ts";
import { openFileCache } from "./file-cache.ts";
import { configInFolder, hasOwnPathsAlone, jobFileSchema } from "./job-files.ts";
import { isUploaded } from "./remote-files.ts";
import { type RemoteJob, readRemoteShard, remoteJobKey, uploadShard } from "./remote-shards.ts";
import { withGrace } from "./store-patience.ts";

const remoteShardData = z.object({
  /** Resolved, with paths relative to the folder that the worker makes. */
  config: scoreSchema.refine(hasOwnPathsAlone, "expected the paths of configForWorker"),
  /** What the job was planned from. */
  plan: sha256,
  shard: shardType,
  store: storeUrlType,
  files: z.array(jobFileSchema),
});

export type RemoteShardData = z.output<typeof remoteShardData>;

export const remoteShardJob: JobType<RemoteShardData> = { data: remoteShardData, run: scoreRemoteShard };

const cache = openFileCache();

async function scoreRemoteShard(
  { config, plan, shard, store: url, files }: RemoteShardData,
  { cache: root, threads, stopping }: JobSettings,
  context: StageContext,
): Promise<void> {
  const key = remoteJobKey(plan, config);
  const jobIn = (signal: AbortSignal): RemoteJob => ({
    store: openStoreOfWorker(url, { ...context, signal }),
    plan,
    key,
  });
  const folder = await withGrace(stopping, async (signal) => {
    const job = jobIn(signal);
    if (await isFinished(job, shard, context)) return null;
    return cache.folderOf(root, files, job.store, context);
  });
  if (folder === null) return;
  const output = path.join(root, "scored", key);
  const own = { ...configInFolder(config, folder), output };
  const subject = await readSubject(own, own.baseline === null ? path.join(folder, "run") : null);
  if (subject.plan !== plan) {
    throw new DataError(
      `${url}: the files of this job are not those it was planned from (another version of lawn-ranker?); queue it again with the version of the workers`,
    );
  }
  const threaded = { ...own, threads: threadsOf(own, threads) };
  const { record, folder: shards } = await scoreShard(threaded, subject, shard, context);
  const dataFile = path.join(shards, record.name);
  await withGrace(stopping, (signal) => uploadShard(jobIn(signal), record, dataFile));
  // The store has it now; record first, without which the rest is no shard.
  await rm(dataFile.replace(/\.arrow$/, ".json"), { force: true });
  await rm(dataFile, { force: true });
}

async function isFinished(job: RemoteJob, shard: RemoteShardData["shard"], { log }: StageContext): Promise<boolean> {
  try {
    const record = await readRemoteShard(job, shard);
    return record !== null && (await isUploaded(job.store, record.file));
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    log(`${error.message}; the shard is done again`);
    return false;
  }
}

/** A worker that cannot reach the store is no reason why others could not do the job. */
function openStoreOfWorker(url: string, context: StageContext): ObjectStore {
  try {
    return openObjectStore(url, context);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    throw new StorageError(`worker on ${hostname()}: ${error.message}`, { cause: error });
  }
}
