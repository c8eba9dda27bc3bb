/**
 * Lists for people who come with what they took: a block of them at a time is folded in, scored and let go. What a
 * person gets depends on the person's own rows alone, neither on the block nor on who else is there.
 */
import { groupItemsByUser, type Interactions, type ItemsByUser } from "../../src/dataset/interaction-dataset.ts";
import type { PeopleItems } from "../../src/dataset/people-items.ts";
import { type Profile, profilesBetween } from "../../src/interactions/lookup/profiles.ts";
import { checkFinite } from "../../src/scoring/ranked-items.ts";
import { type ListRules, scoreBlock } from "../../src/scoring/score-block.ts";
import { openSeenRows, type SeenRows, seenFiles } from "../dataset/seen-rows.ts";
import { idOfList, rowsOfLists, type ScoredBlock } from "./output/list-rows.ts";
import type { PeopleScorers } from "./ranker/opened-ranker.ts";
import type { RowsRequest } from "./rows-request.ts";
import { openPairs } from "./selection/candidate-pairs.ts";
import { excludedByUnknownUser } from "./selection/excluded-pairs.ts";
import { excludesSeen } from "./subject.ts";

export async function* scoreProfiles(request: RowsRequest, rules: ListRules): AsyncGenerator<ScoredBlock> {
  const { inputs, config, ranker, range, signal } = request;
  const { directory, description } = inputs;
  const database = await inputs.database();
  const scorers = await ranker.peopleScorersOf(rules.pool, signal);
  // Of people whom the log knows, what it knows of them is left out as well.
  const seenRows = openSeenRows(directory, excludesSeen(config) ? seenFiles(description) : [], {
    items: description.items,
    others: inputs.excluded === null ? null : openPairs(database, "excluded"),
  });
  const excluded = inputs.excluded === null ? null : await excludedByUnknownUser(database, "profiles");
  const context = { ...request, rules, scorers, seenRows, excluded };
  try {
    let people: Profile[] = [];
    for await (const person of profilesBetween(database, range.from, range.to)) {
      people.push(person);
      if (people.length < config.batchSize) continue;
      yield await scoredBlock(people, context);
      people = [];
      signal.throwIfAborted();
    }
    if (people.length > 0) yield await scoredBlock(people, context);
  } finally {
    await seenRows.close();
  }
}

interface BlockContext extends RowsRequest {
  readonly rules: ListRules;
  readonly scorers: PeopleScorers;
  readonly seenRows: SeenRows;
  /** By the ids of people whom the log does not know. */
  readonly excluded: ReadonlyMap<string, readonly number[]> | null;
}

async function scoredBlock(people: readonly Profile[], context: BlockContext): Promise<ScoredBlock> {
  const { inputs, rules, scorers, elapsed } = context;
  const numbers = Uint32Array.from(people.keys());
  const learnsNothing = people.map(({ weights }) => !weights.some((weight) => weight > 0));
  const block = {
    users: numbers,
    seen: await leftOutOf(people, context),
    isCold: (person: number) => learnsNothing[person]!,
    candidates: null,
  };
  const started = elapsed();
  const lists = await scorers.withPeople(itemsOf(people), (scorer) => scoreBlock(scorer, block, rules));
  checkFinite(lists, numbers);
  const scoringMs = elapsed() - started;
  const idOf = (row: number) => idOfList(people[row]!.id, inputs.shape.userIds);
  return { ...rowsOfLists(lists, idOf, inputs.items.ids, inputs.shape), scoringMs };
}

function itemsOf(people: readonly Profile[]): PeopleItems {
  const offsets = new Uint32Array(people.length + 1);
  for (const [person, { items }] of people.entries()) offsets[person + 1] = offsets[person]! + items.length;
  return {
    items: { offsets, itemsSorted: Uint32Array.from(people.flatMap(({ items }) => items)) },
    weights: Float32Array.from(people.flatMap(({ weights }) => weights)),
  };
}

/** What each person is not to be shown, by number in the dataset. */
async function leftOutOf(people: readonly Profile[], context: BlockContext): Promise<ItemsByUser> {
  const { inputs, config, seenRows, excluded } = context;
  const [userColumn, itemColumn]: [number[], number[]] = [[], []];
  for (const [number, { id, user, items }] of people.entries()) {
    const others = user === null ? (excluded?.get(id) ?? []) : (await seenRows.take(user, user + 1)).itemsSorted;
    for (const item of [...(excludesSeen(config) ? items : []), ...others]) {
      userColumn.push(number);
      itemColumn.push(item);
    }
  }
  const pairs: Interactions = {
    users: people.length,
    items: inputs.description.items,
    userColumn: Uint32Array.from(userColumn),
    itemColumn: Uint32Array.from(itemColumn),
    weights: null,
    length: userColumn.length,
  };
  return groupItemsByUser(pairs);
}
