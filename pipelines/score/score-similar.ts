/** Lists of similar items, a block of items at a time: an item's list depends on that item alone. */
import { checkFinite } from "../../src/scoring/ranked-items.ts";
import { type ListRules, scoreBlock } from "../../src/scoring/score-block.ts";
import { rowsOfLists, type ScoredBlock } from "./output/list-rows.ts";
import type { RowsRequest } from "./rows-request.ts";
import { blocksOf } from "./selection/user-blocks.ts";

export async function* scoreSimilar(request: RowsRequest, rules: ListRules): AsyncGenerator<ScoredBlock> {
  const { inputs, config, ranker, range, elapsed, signal } = request;
  const { ids } = inputs.items;
  const scorers = await ranker.similarScorersOf(rules.pool);
  const { least } = scorers;
  const bounds = [rules.minimumScore, least].filter((bound) => bound !== null);
  const minimumScore = bounds.length === 0 ? null : Math.max(...bounds);
  for (const { users: items, first, end } of blocksOf(inputs.selection.selected, {
    ...range,
    batchSize: config.batchSize,
  })) {
    signal.throwIfAborted();
    // No item is in its own list.
    const itself = Uint32Array.from({ length: end - first }, (_, n) => first + n);
    const block = {
      users: items.map((item) => item - first),
      seen: { offsets: Uint32Array.from({ length: end - first + 1 }, (_, n) => n), itemsSorted: itself },
      isCold: () => false,
      candidates: null,
    };
    const started = elapsed();
    const lists = await scorers.withBlock({ first, end }, (scorer) =>
      scoreBlock(scorer, block, { ...rules, minimumScore }),
    );
    checkFinite(lists, items);
    const scoringMs = elapsed() - started;
    yield { ...rowsOfLists(lists, (row) => ids[items[row]!]!, ids, inputs.shape), scoringMs };
  }
}
