/** Lists into Redis: a key for each user, all of a generation, which one further key makes the one that is read. */
import type { RedisLists } from "../../../src/config/addresses/lists-address.ts";
import { type KeyValues, writeGeneration } from "../../../src/redis/key-generations.ts";
import { connectToRedis } from "../../../src/redis/redis-connection.ts";
import { hashOf } from "../../../src/runs/run-directory.ts";
import type { IdValues } from "../../dataset/vocabulary-files.ts";
import type { StageContext } from "../../stage.ts";
import { float32Text, type RecommendationRows, type WrittenRecommendations } from "../output/recommendations.ts";
import type { ListsToPublish } from "./lists-to-publish.ts";

/** Of the text of a list; another one makes other generations. */
const FORMAT = 1;
const PATIENCE_SECONDS = 60;
/** Lists of one pipeline: few enough for any server, many enough for any network. */
const LISTS_AT_ONCE = 500;

export async function writeKeys(
  { address, prefix, keepSeconds, shown }: RedisLists,
  { rows, content }: ListsToPublish,
  { log, signal }: StageContext,
): Promise<WrittenRecommendations> {
  const options = { setting: "--output", log, patienceSeconds: PATIENCE_SECONDS };
  const connection = await connectToRedis(address, options);
  try {
    const name = hashOf({ format: FORMAT, content }).slice(0, 16);
    let rowsSeen = 0;
    const entries = (): AsyncIterable<KeyValues> => {
      rowsSeen = 0;
      return listsOf(rows(), (count) => {
        rowsSeen += count;
      });
    };
    const written = await writeGeneration(connection, { prefix, name, keepSeconds }, entries, { shown, signal });
    return { rows: rowsSeen, bytes: written.bytes, sha256: written.sha256 };
  } finally {
    connection.close();
  }
}

/** A user's rows may stand in two batches. `onRows` is told how many rows the lists have. */
export async function* listsOf(
  batches: AsyncIterable<RecommendationRows>,
  onRows: (rows: number) => void,
): AsyncGenerator<KeyValues> {
  let lists: [string, string][] = [];
  let open = emptyList(null, null);
  for await (const batch of batches) {
    const { userIds, ranks } = batch;
    onRows(ranks.length);
    for (let row = 0; row < ranks.length; row++) {
      const user = String(userIds[row]!);
      if (open.user !== user) {
        if (open.user !== null) lists.push([open.user, textOf(open)]);
        open = emptyList(user, batch.sources?.[row] ?? null);
      }
      open.items.push(idText(batch.itemIds, row));
      open.scores.push(float32Text(batch.scores[row]!));
      if (lists.length < LISTS_AT_ONCE) continue;
      yield lists;
      lists = [];
    }
  }
  if (open.user !== null) lists.push([open.user, textOf(open)]);
  if (lists.length > 0) yield lists;
}

interface OpenList {
  /** Null before the first. */
  readonly user: string | null;
  readonly items: string[];
  readonly scores: string[];
  readonly source: string | null;
}

function emptyList(user: string | null, source: string | null): OpenList {
  return { user, items: [], scores: [], source };
}

/** JSON; whole-number ids stand as numbers, exact in the text. */
function textOf({ items, scores, source }: OpenList): string {
  const end = source === null ? "" : `,"source":${JSON.stringify(source)}`;
  return `{"items":[${items.join(",")}],"scores":[${scores.join(",")}]${end}}`;
}

function idText(ids: IdValues, row: number): string {
  const id = ids[row]!;
  return typeof id === "bigint" ? String(id) : JSON.stringify(id);
}
