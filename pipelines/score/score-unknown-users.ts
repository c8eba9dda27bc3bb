/**
 * Lists for users in --users or --pairs whom the dataset does not know at all: the most popular
 * items, under --unknown popular.
 */
import type { ItemsByUser } from "../../src/dataset/interaction-dataset.ts";
import { unknownUserIds } from "../../src/interactions/lookup/match-ids.ts";
import { type ListRules, scoreBlock } from "../../src/scoring/score-block.ts";
import { idOfList, rowsOfLists, type ScoredBlock } from "./output/list-rows.ts";
import type { ScoreInputs } from "./score-inputs.ts";
import { candidatesOfUnknownUsers } from "./selection/candidate-pairs.ts";
import { excludedByUnknownUser } from "./selection/excluded-pairs.ts";

export interface UnknownUsersRequest {
  readonly inputs: ScoreInputs;
  readonly rules: ListRules;
  /** Positions in the order of the unknown users. */
  readonly range: { readonly from: number; readonly to: number };
  readonly batchSize: number;
  /** Whether the users come with items of their own to rank. */
  readonly pairs: boolean;
}

interface UnknownUser {
  readonly id: string;
  /** Null for the whole catalogue. */
  readonly items: Uint32Array | null;
}

export async function* scoreUnknownUsers(request: UnknownUsersRequest): AsyncGenerator<ScoredBlock> {
  const { inputs, pairs, range, batchSize } = request;
  const listed = pairs ? "pairs" : "listed";
  const excluded = inputs.excluded === null ? null : await excludedByUnknownUser(await inputs.database(), listed);
  let position = 0;
  let block: UnknownUser[] = [];
  for await (const user of unknownUsers(request)) {
    if (position >= range.from && position < range.to) block.push(user);
    position++;
    if (block.length === batchSize) {
      yield await scoredBlock(block, excluded, request);
      block = [];
    }
    if (position >= range.to) break;
  }
  if (block.length > 0) yield await scoredBlock(block, excluded, request);
}

async function* unknownUsers({ inputs, pairs }: UnknownUsersRequest): AsyncGenerator<UnknownUser> {
  const database = await inputs.database();
  if (!pairs) {
    for await (const ids of unknownUserIds(database, "listed")) for (const id of ids) yield { id, items: null };
    return;
  }
  for await (const { userId, items } of candidatesOfUnknownUsers(database)) yield { id: userId, items };
}

async function scoredBlock(
  block: readonly UnknownUser[],
  excluded: ReadonlyMap<string, readonly number[]> | null,
  { inputs, rules, pairs }: UnknownUsersRequest,
): Promise<ScoredBlock> {
  const { shape, items } = inputs;
  const offsets = new Uint32Array(block.length + 1);
  for (const [row, { items: own }] of block.entries()) offsets[row + 1] = offsets[row]! + (own?.length ?? 0);
  const candidates = new Uint32Array(offsets[block.length]!);
  for (const [row, { items: own }] of block.entries()) if (own !== null) candidates.set(own, offsets[row]);
  const lists = await scoreBlock(
    null,
    {
      users: Uint32Array.from(block.keys()),
      seen: leftOutOf(block, excluded),
      isCold: () => true,
      candidates: pairs ? { offsets, items: candidates } : null,
    },
    rules,
  );
  return { ...rowsOfLists(lists, (row) => idOfList(block[row]!.id, shape.userIds), items.ids, shape), scoringMs: 0 };
}

function leftOutOf(
  block: readonly UnknownUser[],
  excluded: ReadonlyMap<string, readonly number[]> | null,
): ItemsByUser {
  const offsets = new Uint32Array(block.length + 1);
  const items: number[] = [];
  for (const [row, { id }] of block.entries()) {
    for (const item of (excluded?.get(id) ?? []).toSorted((a, b) => a - b)) items.push(item);
    offsets[row + 1] = items.length;
  }
  return { offsets, itemsSorted: Uint32Array.from(items) };
}
