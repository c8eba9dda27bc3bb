/** All shards of a job joined into its output: the same bytes as if one process had scored everybody. */
import path from "node:path";
import { streamOwnColumns } from "../../src/arrow/stream-own-columns.ts";
import { DataError } from "../../src/errors.ts";
import type { ShardRecord } from "../../src/runs/score-manifest.ts";
import { shardText } from "../../src/scoring/shard.ts";
import { openRecommendationWriter, type RecommendationFormat } from "./output/recommendation-writer.ts";
import {
  idColumnsOf,
  type RecommendationRows,
  type RecommendationShape,
  recommendationColumns,
  type WrittenRecommendations,
} from "./output/recommendations.ts";
import { readShard } from "./shard-files.ts";

/**
 * The records of all `of` shards. Throws DataError naming every one that is missing, damaged
 * or differs from the others.
 */
export async function readAllShards(folder: string, plan: string, of: number): Promise<readonly ShardRecord[]> {
  const records: ShardRecord[] = [];
  const missing: string[] = [];
  const damaged: string[] = [];
  for (let index = 0; index < of; index++) {
    try {
      const record = await readShard(folder, plan, { index, of });
      if (record === null) missing.push(shardText({ index, of }));
      else records.push(record);
    } catch (error) {
      if (!(error instanceof DataError)) throw error;
      damaged.push(`shard ${shardText({ index, of })}: ${error.message}`);
    }
  }
  const problems = [
    ...(missing.length === 0
      ? []
      : [`${missing.length} of ${of} shards are not finished: ${shortList(missing)}; run each with --shard i/${of}`]),
    ...damaged.map((problem) => `${problem}; run it again, which does it anew`),
    ...disagreements(records),
  ];
  if (problems.length > 0) throw new DataError([`${folder}: the shards cannot be joined`, ...problems].join("\n"));
  return records;
}

/** Streams the rows of `records`, which must be complete and in order, to `output`. */
export async function joinShards(
  folder: string,
  records: readonly ShardRecord[],
  output: { readonly path: string; readonly format: RecommendationFormat },
): Promise<WrittenRecommendations> {
  const { shape } = records[0]!; // a job has one shard at least
  const writer = await openRecommendationWriter(output.path, shape, output.format);
  try {
    for await (const rows of rowsOfShards(folder, records)) await writer.append(rows);
    return await writer.close();
  } finally {
    await writer.abort();
  }
}

/** Of all users, in the order of the job. */
export async function* rowsOfShards(
  folder: string,
  records: readonly ShardRecord[],
): AsyncGenerator<RecommendationRows> {
  for (const { name, shape } of records) yield* shardRows(path.join(folder, name), shape);
}

async function* shardRows(file: string, shape: RecommendationShape): AsyncGenerator<RecommendationRows> {
  const names = recommendationColumns(shape).map(({ name }) => name);
  const { owner, item } = idColumnsOf(shape);
  for await (const batch of streamOwnColumns(file, names)) {
    yield {
      userIds: batch.column(owner, shape.userIds),
      itemIds: batch.column(item, shape.itemIds),
      ranks: batch.column("rank", "uint32"),
      scores: batch.column("score", "float32"),
      sources: shape.hasSource ? batch.column("source", "utf8") : null,
    };
  }
}

/** Shards of one plan that were not made of the same users or with the same arithmetic. */
function disagreements(records: readonly ShardRecord[]): string[] {
  const [first, ...others] = records;
  if (first === undefined) return [];
  const problems: string[] = [];
  for (const record of others) {
    const [here, there] = [shardText(record), shardText(first)];
    if (record.selection.digest !== first.selection.digest) {
      problems.push(
        `shards ${there} and ${here} were cut from different users (${first.selection.users} and ${record.selection.users}); --where must give the same users every time it is asked`,
      );
    }
    if (record.engine.arithmetic !== first.engine.arithmetic) {
      problems.push(
        `shards ${there} and ${here} were scored by different arithmetic (${first.engine.arithmetic}; ${record.engine.arithmetic}), whose last bits differ; score all with one --engine on one kind of machine`,
      );
    }
  }
  const rest = problems.length - 3;
  return rest > 0 ? [...problems.slice(0, 3), `and ${rest} more`] : problems;
}

function shortList(texts: readonly string[]): string {
  return texts.length <= 10 ? texts.join(", ") : `${texts.slice(0, 10).join(", ")}, ...`;
}
