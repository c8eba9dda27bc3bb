/** A scoring job whose shards workers do: a queue, and a store or a folder in which the shards meet. */
import { addressText } from "../../src/config/address-text.ts";
import type { ScoreConfig } from "../../src/config/schemas/score-schema.ts";
import { shellCommand } from "../../src/config/shell-command.ts";
import { loadQueue } from "../queue/load-queue.ts";
import type { StageContext } from "../stage.ts";
import { scoreByQueue, sharedFolderStorage } from "./queue-shards.ts";
import { openRemoteShardStorage } from "./store/remote-shard-storage.ts";
import type { ScoreSubject } from "./subject.ts";

/** Resolves when the shards are there to be joined. */
export async function scoreInQueue(
  config: ScoreConfig,
  subject: ScoreSubject,
  url: string,
  context: StageContext,
): Promise<void> {
  const { openJobQueue } = await loadQueue();
  const queue = await openJobQueue({ url, name: config.queueName, log: context.log });
  try {
    const shards = config.shards!; // the schema has asked for it
    const { store } = config;
    const storage =
      store === null
        ? sharedFolderStorage(config, subject)
        : await openRemoteShardStorage(config, subject, store, context);
    const worker = shellCommand("lawn-ranker", "worker", "--queue", addressText(url));
    context.log(`${shards} shards in the queue; ${worker} does them, here or elsewhere`);
    await scoreByQueue(storage, subject.plan, { queue, shards, attempts: config.attempts }, context);
  } finally {
    await queue.close();
  }
}
