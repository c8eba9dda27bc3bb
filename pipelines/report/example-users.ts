/** A few users with what they had, what they are offered and what was held out of their log. */
import path from "node:path";
import { readColumns } from "../../src/arrow/read-columns.ts";
import { ranksByItem } from "../../src/evaluation/case-measures.ts";
import { countNegatives } from "../../src/evaluation/rank-of-positive.ts";
import { recommendationLists } from "../../src/evaluation/recommendation-lists.ts";
import { boundedInteger, streamKey, threefry } from "../../src/random.ts";
import type { Scorer } from "../../src/ranker/scorer.ts";
import { NO_ITEM } from "../../src/ranker/scorer.ts";
import type { ItemContent, UserContent } from "../../src/report/run-content.ts";
import { PROFILES_FILE } from "../dataset/dataset-files.ts";
import { hasProfiles, histories } from "../dataset/held-out-users.ts";
import { readItemInfo } from "../dataset/item-info-file.ts";
import { partsBefore, seenItems } from "../dataset/seen-items.ts";
import type { LoadedDataset } from "../dataset/stored-dataset.ts";
import { readVocabulary } from "../dataset/vocabulary-files.ts";

const RECENT_ITEMS = 4;

/** The least active first; fewer than `count` where fewer users were tested. */
export async function exampleUsers(
  scorer: Scorer,
  dataset: LoadedDataset,
  options: {
    readonly split: "validation" | "test";
    readonly count: number;
    readonly listLength: number;
    readonly seed: number;
  },
): Promise<readonly UserContent[]> {
  const { userColumn, users: allUsers } = histories(dataset);
  const isTest = options.split === "test";
  const candidates = isTest ? dataset.candidatesTest : dataset.candidatesValidation;
  const trainCounts = new Uint32Array(allUsers);
  for (const user of userColumn) trainCounts[user]!++;
  const cases = chooseCases(candidates.users, trainCounts, options);
  if (cases.length === 0) return [];

  const users = Uint32Array.from(cases, (caseIndex) => candidates.users[caseIndex]!);
  const seen = seenItems(dataset, partsBefore(options.split));
  const lists = await recommendationLists(scorer, {
    users,
    k: options.listLength,
    masked: seen,
    scoresPerBlock: 2 ** 20,
  });
  const userIds = (await readVocabulary(dataset.directory, "user", dataset.description)).ids;
  const itemIds = (await readVocabulary(dataset.directory, "item", dataset.description)).ids;
  const titles = (await readItemInfo(dataset))?.titles ?? null;
  const itemOf = (item: number): ItemContent => ({ id: String(itemIds[item]), title: titles?.[item] || null });
  const recent = await recentItems(dataset, users);

  const people: UserContent[] = [];
  for (const [row, user] of users.entries()) {
    const caseIndex = cases[row]!;
    const heldOut = candidates.positives.slice(
      candidates.positiveOffsets[caseIndex],
      candidates.positiveOffsets[caseIndex + 1],
    );
    const ranks = await ranksOf(
      scorer,
      user,
      heldOut,
      seen.itemsSorted.subarray(seen.offsets[user], seen.offsets[user + 1]),
    );
    people.push({
      id: String(userIds[user]),
      trainInteractions: trainCounts[user]!,
      recent: recent[row]!.map(itemOf),
      recommended: Array.from(lists.items.subarray(row * lists.k, (row + 1) * lists.k))
        .filter((item) => item !== NO_ITEM)
        .map(itemOf),
      heldOut: Array.from(heldOut, (item, k) => ({ ...itemOf(item), rank: ranks[k]! })),
    });
  }
  return people;
}

/** One case from each of `count` groups of like size, along the users by their activity. */
export function chooseCases(
  users: Uint32Array,
  trainCounts: Uint32Array,
  { count, seed }: { readonly count: number; readonly seed: number },
): readonly number[] {
  const byActivity = Array.from(users, (_, index) => index).sort(
    (a, b) => trainCounts[users[a]!]! - trainCounts[users[b]!]! || a - b,
  );
  const groups = Math.min(count, byActivity.length);
  const key = streamKey(seed, "report/people");
  const block = { first: 0, second: 0 };
  return Array.from({ length: groups }, (_, group) => {
    const from = Math.floor((group * byActivity.length) / groups);
    const to = Math.floor(((group + 1) * byActivity.length) / groups);
    threefry(key, group, 0, block);
    return byActivity[from + boundedInteger(block.first, to - from)]!;
  });
}

/** Ranks of the held-out items among all that the user has not seen, in one list as metrics have it; ties against. */
async function ranksOf(
  scorer: Scorer,
  user: number,
  heldOut: Uint32Array,
  seen: Uint32Array,
): Promise<readonly number[]> {
  const scores = await scorer.catalogue(Uint32Array.of(user)); // [items]
  const left = new Set([...seen, ...heldOut]);
  const others = scores.filter((_, item) => !left.has(item));
  const own = Float32Array.from(heldOut, (item) => scores[item]!);
  return ranksByItem(own, countNegatives(own, others).atLeast);
}

/** For each of `users`: the last items that are known of them, by time, or by row without times; the newest first. */
async function recentItems(dataset: LoadedDataset, users: Uint32Array): Promise<readonly number[][]> {
  const columns = await readColumns(path.join(dataset.directory, hasProfiles(dataset) ? PROFILES_FILE : "train.arrow"));
  const [userColumn, itemColumn] = [columns.uint32("user"), columns.uint32("item")];
  const times = columns.names.includes("timestamp_ms") ? columns.int64("timestamp_ms") : null;
  const rowsOf = new Map<number, number[]>(Array.from(users, (user) => [user, []]));
  for (const [row, user] of userColumn.entries()) rowsOf.get(user)?.push(row);
  return Array.from(users, (user) =>
    rowsOf
      .get(user)!
      .sort((a, b) => (times === null ? b - a : Number(times[b]! - times[a]!) || b - a))
      .slice(0, RECENT_ITEMS)
      .map((row) => itemColumn[row]!),
  );
}
