/**
 * A scoring job as shards in a queue: planned here, scored by workers anywhere, watched until all are there.
 * The files say what is done.
 */
import { stat } from "node:fs/promises";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { ScoreConfig } from "../../src/config/schemas/score-schema.ts";
import { DataError, StorageError } from "../../src/errors.ts";
import { hashOf } from "../../src/runs/run-directory.ts";
import { type Shard, shardText } from "../../src/scoring/shard.ts";
import { openScoreDisplay } from "../progress/score-progress.ts";
import type { JobQueue, JobState, PlannedJob } from "../queue/job-queue.ts";
import type { StageContext } from "../stage.ts";
import { readShardOrNothing, shardFolder, shardName } from "./shard-files.ts";
import type { ScoreShardData } from "./shard-job.ts";
import type { ScoreSubject } from "./subject.ts";

/** Where the shards of a job meet, whichever machine has scored them. */
export interface ShardStorage {
  /** On this machine; the shards are joined from here. */
  readonly folder: string;
  /** Whether looking costs nothing. Elsewhere only shards that somebody may have finished are looked for. */
  readonly isNear: boolean;
  /** Whether the folder has a finished shard; from afar it is brought there. */
  hasShard(shard: Shard): Promise<boolean>;
  jobOf(shard: Shard): PlannedJob;
}

const MILLISECONDS_BETWEEN_LOOKS = 500;
/** A shard that is damaged again and again has a disk or a machine to blame. */
const MOST_ROUNDS = 5;

/**
 * Resolves when every shard lies there whole. Throws StorageError with the errors of shards that
 * failed after their retries.
 */
export async function scoreByQueue(
  storage: ShardStorage,
  plan: string,
  job: { readonly queue: JobQueue; readonly shards: number; readonly attempts: number },
  context: StageContext,
): Promise<void> {
  const { queue, shards: of, attempts } = job;
  const { folder } = storage;
  const planned = Array.from({ length: of }, (_, index): ShardJob => {
    const shard = { index, of };
    return { shard, job: storage.jobOf(shard) };
  });
  const display = openScoreDisplay(of, context, "shards");
  try {
    let open = planned;
    for (let round = 1; ; round++) {
      await finishAll(open, { storage, queue, attempts }, display.add, context);
      open = [];
      for (const shard of planned) {
        const onDamage = (problem: string): void =>
          context.log(`shard ${shardText(shard.shard)} is damaged and is queued again: ${problem}`);
        if ((await readShardOrNothing(folder, plan, shard.shard, onDamage)) === null) open.push(shard);
      }
      if (open.length === 0) return;
      if (round === MOST_ROUNDS) {
        throw new DataError(
          `${folder}: ${open.length} shards were damaged ${MOST_ROUNDS} times after they had been written; look at the disk`,
        );
      }
      display.add(-open.length);
    }
  } finally {
    display.close();
  }
}

interface ShardJob {
  readonly shard: Shard;
  readonly job: PlannedJob;
}

async function finishAll(
  jobs: readonly ShardJob[],
  { storage, queue, attempts }: { storage: ShardStorage; queue: JobQueue; attempts: number },
  done: (shards: number) => void,
  context: StageContext,
): Promise<void> {
  let open = jobs;
  // A job that failed in an earlier call is given another chance by this one.
  let isFirstLook = true;
  while (open.length > 0) {
    context.signal.throwIfAborted();
    const left: ShardJob[] = [];
    const failures: string[] = [];
    for (const entry of open) {
      const known = await queue.find(entry.job.id);
      const mayBeDone = storage.isNear || isFirstLook || !isUnderWay(known?.state);
      if (mayBeDone && (await storage.hasShard(entry.shard))) continue;
      left.push(entry);
      if (known?.state === "failed" && !isFirstLook) {
        failures.push(`shard ${shardText(entry.shard)}, ${known.attempts} attempts: ${known.error}`);
      } else if (known === null || known.state === "completed" || known.state === "failed") {
        // Also where Redis has lost everything: what is not on the disk is still to do.
        await queue.ensure([entry.job], { attempts });
      }
    }
    isFirstLook = false;
    done(open.length - left.length);
    open = left;
    if (failures.length > 0 && failures.length === open.length) {
      throw new StorageError([`${failures.length} shards failed`, ...failures.slice(0, 5)].join("\n"));
    }
    if (open.length > 0) await sleep(MILLISECONDS_BETWEEN_LOOKS, undefined, { signal: context.signal });
  }
}

function isUnderWay(state: JobState | undefined): boolean {
  return state === "waiting" || state === "active";
}

/** In a folder that every machine sees under the same path. */
export function sharedFolderStorage(config: ScoreConfig, { plan, ranker }: ScoreSubject): ShardStorage {
  const folder = shardFolder(config.output, plan);
  const absolute = (file: string | null): string | null => (file === null ? null : path.resolve(file));
  const shared: ScoreConfig = {
    ...config,
    dataRoot: path.resolve(config.dataRoot),
    modelsRoot: path.resolve(config.modelsRoot),
    output: path.resolve(config.output),
    users: absolute(config.users),
    pairs: absolute(config.pairs),
    profiles: absolute(config.profiles),
    items: absolute(config.items),
    allow: absolute(config.allow),
    deny: absolute(config.deny),
    excludePairs: absolute(config.excludePairs),
    queue: null,
    shards: null,
  };
  const folderHash = hashOf(path.resolve(folder)).slice(0, 16);
  return {
    folder,
    isNear: true,
    async hasShard(shard) {
      const record = path.join(folder, `${shardName(plan, shard)}.json`);
      return (await stat(record).catch(() => null)) !== null;
    },
    jobOf(shard) {
      const data: ScoreShardData = {
        config: shared,
        run: ranker.kind === "run" ? path.resolve(ranker.run) : null,
        plan,
        shard,
      };
      const title = `${path.basename(config.output)} ${shardText(shard)}`;
      return { id: `score-${folderHash}-${shard.index}-of-${shard.of}`, type: "score-shard", title, data };
    },
  };
}
