/** One shard of a scoring job: scored unless it lies there finished already. */
import path from "node:path";
import type { ScoreConfig } from "../../src/config/schemas/score-schema.ts";
import { makeFolder } from "../../src/files/make-folder.ts";
import { removeStaleWork, workName } from "../../src/files/work-names.ts";
import type { ShardRecord } from "../../src/runs/score-manifest.ts";
import { type Shard, shardRange, shardText } from "../../src/scoring/shard.ts";
import type { StageContext } from "../stage.ts";
import { openRanker } from "./ranker/open-ranker.ts";
import type { OpenedRanker } from "./ranker/opened-ranker.ts";
import { openScoreInputs, type ScoreInputs } from "./score-inputs.ts";
import { publishShard, readShardOrNothing, shardDataFile, shardFolder, shardName } from "./shard-files.ts";
import type { ScoreSubject } from "./subject.ts";
import { writeScores } from "./write-scores.ts";

export interface ShardOutcome {
  readonly record: ShardRecord;
  readonly folder: string;
  /** Whether it lay there already. */
  readonly wasFinished: boolean;
}

export async function scoreShard(
  config: ScoreConfig,
  subject: ScoreSubject,
  shard: Shard,
  context: StageContext,
): Promise<ShardOutcome> {
  const { plan } = subject;
  const folder = shardFolder(config.output, plan);
  await makeFolder(folder, "choose another file with --output");
  await removeStaleWork(folder, context);
  const finished = await readShardOrNothing(folder, plan, shard, (problem) =>
    context.log(`shard ${shardText(shard)} is damaged and is done again: ${problem}`),
  );
  if (finished !== null) return { record: finished, folder, wasFinished: true };

  const ranker = await openRanker(config, subject, context);
  const name = shardName(plan, shard);
  const working = path.join(folder, workName(name, context));
  let inputs: ScoreInputs | null = null;
  try {
    inputs = await openScoreInputs(config, subject, {
      rows: ranker.rows,
      scratch: `${working}.spill`,
      log: context.log,
    });
    const { selection, shape } = inputs;
    const users = selection.known + selection.unknown;
    const range = shardRange(users, shard);
    const written = await writeScores(
      {
        inputs,
        config,
        ranker,
        range,
        path: working,
        format: { format: "arrow", compression: "uncompressed", isCsvSafe: false },
      },
      context,
    );
    const record: ShardRecord = {
      stage: "score-shard",
      plan,
      ...shard,
      name: shardDataFile(name),
      file: written.file,
      shape,
      selection: selectionRecord(inputs),
      counts: { users: written.users, popularUsers: written.popularUsers, emptyUsers: written.emptyUsers },
      engine: engineRecord(ranker),
      packageVersion: context.environment.packageVersion,
      seconds: written.seconds,
      scoringSeconds: written.scoringSeconds,
    };
    await publishShard(folder, working, record, context);
    return { record, folder, wasFinished: false };
  } finally {
    await inputs?.close();
    await ranker.close();
    await removeStaleWork(folder, context);
  }
}

export function selectionRecord({
  selection,
  lists,
  excluded,
}: Pick<ScoreInputs, "selection" | "lists" | "excluded">): ShardRecord["selection"] {
  const { known, unknown, digest, counts } = selection;
  return {
    users: known + unknown,
    digest,
    ...counts,
    unknownItems: counts.unknownItems + lists.unknownItems,
    excludedPairs: excluded?.excludedPairs ?? 0,
    unknownExcludedPairs: excluded?.unknownExcludedPairs ?? 0,
  };
}

/** The description but for the number of threads, which leaves every bit as it is. */
export function engineRecord({ engine: { name, description } }: OpenedRanker): ShardRecord["engine"] {
  return { name, description, arithmetic: description.replace(/, \d+ threads?/, "") };
}
