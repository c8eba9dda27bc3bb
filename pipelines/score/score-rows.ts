/**
 * The rows of a scoring job, block after block of users: parameters, seen items and ids of a block are read, scored
 * and let go. What a user gets depends on nothing but the run, the dataset and the settings; neither on the block
 * nor on who else is scored.
 */
import { itemPool } from "../../src/scoring/item-pool.ts";
import { checkFinite, type RankedItems } from "../../src/scoring/ranked-items.ts";
import { type ListRules, scoreBlock } from "../../src/scoring/score-block.ts";
import { openSeenRows, seenFiles } from "../dataset/seen-rows.ts";
import { openUserIds } from "../dataset/vocabulary-files.ts";
import { rowsOfLists, type ScoredBlock } from "./output/list-rows.ts";
import type { RowsRequest } from "./rows-request.ts";
import { scoreProfiles } from "./score-profiles.ts";
import { scoreSimilar } from "./score-similar.ts";
import { scoreUnknownUsers } from "./score-unknown-users.ts";
import { openPairs } from "./selection/candidate-pairs.ts";
import { blocksOf, type UserBlock } from "./selection/user-blocks.ts";
import { excludesSeen, listLength } from "./subject.ts";

export async function* scoreRows(request: RowsRequest): AsyncGenerator<ScoredBlock> {
  const { inputs, config, ranker, range, elapsed, signal } = request;
  const { directory, description, items, selection, excluded, shape, cold } = inputs;
  const pool = itemPool(items.trainCounts, inputs.lists.allowed);
  const rules: ListRules = { pool, k: listLength(config), minimumScore: config.minimumScore ?? null };
  if (config.similar) {
    yield* scoreSimilar(request, rules);
    return;
  }
  if (config.profiles !== null) {
    yield* scoreProfiles(request, rules);
    return;
  }
  const scorers = await ranker.scorersOf(pool);
  const pairs = config.pairs === null ? null : openPairs(await inputs.database(), "pairs");
  const seenRows = openSeenRows(directory, excludesSeen(config) ? seenFiles(description) : [], {
    items: description.items,
    others: excluded === null ? null : openPairs(await inputs.database(), "excluded"),
  });
  const userIds = openUserIds(directory, shape.userIds);

  async function listsOf({ users, first, end }: UserBlock): Promise<{ lists: RankedItems; scoringMs: number }> {
    const block = {
      users: users.map((user) => user - first),
      seen: await seenRows.take(first, end),
      isCold: (user: number) => cold.has(first + user),
      candidates: pairs === null ? null : await pairs.take(users),
    };
    return scorers.withBlock({ first, end }, async (scorer) => {
      const started = elapsed();
      const lists = await scoreBlock(scorer, block, rules);
      checkFinite(lists, users);
      return { lists, scoringMs: elapsed() - started };
    });
  }

  try {
    for (const block of blocksOf(selection.selected, { ...range, batchSize: config.batchSize })) {
      signal.throwIfAborted();
      const { lists, scoringMs } = await listsOf(block);
      const ids = await userIds.take(block.first, block.end);
      const idOf = (row: number) => ids[block.users[row]! - block.first]!;
      yield { ...rowsOfLists(lists, idOf, items.ids, shape), scoringMs };
    }
    const { known } = selection;
    const unknown = { from: Math.max(range.from, known) - known, to: Math.max(range.to, known) - known };
    if (unknown.to > unknown.from) {
      yield* scoreUnknownUsers({
        inputs,
        rules,
        range: unknown,
        batchSize: config.batchSize,
        pairs: config.pairs !== null,
      });
    }
  } finally {
    await seenRows.close();
    await userIds.close();
  }
}
