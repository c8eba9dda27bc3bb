/**
 * Where the shards of a queued job meet when machines share no folder: the inputs go to an object store,
 * finished shards come from there.
 */
import { stat } from "node:fs/promises";
import path from "node:path";
import type { ScoreConfig } from "../../../src/config/schemas/score-schema.ts";
import { DataError } from "../../../src/errors.ts";
import { makeFolder } from "../../../src/files/make-folder.ts";
import { removeStaleWork } from "../../../src/files/work-names.ts";
import { hashOf } from "../../../src/runs/run-directory.ts";
import { type Shard, shardText } from "../../../src/scoring/shard.ts";
import { openObjectStore } from "../../../src/transfer/object-store.ts";
import type { StageContext } from "../../stage.ts";
import type { ShardStorage } from "../queue-shards.ts";
import { shardFolder, shardName } from "../shard-files.ts";
import type { ScoreSubject } from "../subject.ts";
import { configForWorker, jobFiles } from "./job-files.ts";
import { uploadFiles } from "./remote-files.ts";
import type { RemoteShardData } from "./remote-shard-job.ts";
import { fetchShard, type RemoteJob, remoteJobKey } from "./remote-shards.ts";

/** A shard that comes damaged again and again has the store to blame. */
const MOST_DAMAGES = 5;

/** Sends what workers need. Throws ConfigError or StorageError where the store cannot be reached. */
export async function openRemoteShardStorage(
  config: ScoreConfig,
  subject: ScoreSubject,
  url: string,
  context: StageContext,
): Promise<ShardStorage> {
  const store = openObjectStore(url, context);
  const { plan } = subject;
  const job: RemoteJob = { store, plan, key: remoteJobKey(plan, config) };
  const files = await jobFiles(config, subject);
  await uploadFiles(store, files, context);
  const folder = shardFolder(config.output, plan);
  await makeFolder(folder, "choose another file with --output");
  await removeStaleWork(folder, context);
  const common = {
    config: configForWorker(config),
    plan,
    store: url,
    files: files.map(({ relativePath, bytes, sha256 }) => ({ relativePath, bytes, sha256 })),
  };
  const id = hashOf({ url, key: job.key }).slice(0, 16);
  const damages = new Map<string, number>();

  return {
    folder,
    isNear: false,
    async hasShard(shard) {
      const record = path.join(folder, `${shardName(plan, shard)}.json`);
      if ((await stat(record).catch(() => null)) !== null) return true;
      const text = shardText(shard);
      const onDamage = (problem: string): void => {
        const count = (damages.get(text) ?? 0) + 1;
        damages.set(text, count);
        if (count >= MOST_DAMAGES) throw new DataError(`shard ${text} came damaged ${count} times: ${problem}`);
        context.log(`shard ${text} is damaged and is queued again: ${problem}`);
      };
      return fetchShard(job, shard, folder, onDamage, context);
    },
    jobOf(shard: Shard) {
      const data: RemoteShardData = { ...common, shard };
      const title = `${path.basename(config.output)} ${shardText(shard)}`;
      return { id: `score-${id}-${shard.index}-of-${shard.of}`, type: "score-stored-shard", title, data };
    },
  };
}
