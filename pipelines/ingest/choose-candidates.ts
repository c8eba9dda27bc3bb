/**
 * Which candidates a dataset gets, drawn or taken from the publisher's file, with words for
 * metrics.json and for what is odd.
 */
import { candidatesFromNegatives, type GivenNegatives } from "../../src/dataset/candidates-from-negatives.ts";
import { type EvaluationCandidates, fullCatalogueCandidates } from "../../src/dataset/evaluation-candidates.ts";
import type { Interactions } from "../../src/dataset/interaction-dataset.ts";
import { mostCandidates, sampleCandidates } from "../../src/dataset/sample-candidates.ts";
import { DataError } from "../../src/errors.ts";
import { chanceHitRate, hasSeveralPositives } from "../../src/evaluation/chance-hit-rate.ts";
import type { OfficialNegatives } from "../../src/interactions/reading/read-negatives.ts";
import { withoutCompression } from "../../src/interactions/sources/sniff-file.ts";
import { GONE, type Renumbering } from "../../src/interactions/splitting/renumber.ts";
import { SPLIT_PART } from "../../src/interactions/splitting/split.ts";
import type { SplitRequest } from "../../src/interactions/splitting/split-log.ts";
import { interactionsOfPart, itemsByUserOf, type SplitView, seenItemsOf } from "./split-view.ts";

export type CandidateKind = "sampled" | "official" | "full";

export interface CandidateRequest {
  readonly kind: CandidateKind;
  /** n of 1 + n. */
  readonly negatives: number;
  readonly ownNegatives: "remove" | "keep";
  readonly seed: number;
}

export interface ChosenCandidates {
  readonly candidates: EvaluationCandidates;
  /** Such as "1+99 candidates from ml-1m.test.negative"; "p+99" where users have several positives. */
  readonly description: string;
  /** Numbers about the official file. */
  readonly counts: Readonly<Record<string, number>>;
  /** Where the protocol can hardly tell rankers apart; null elsewhere. */
  readonly warning: string | null;
}

/** The default cut of hit rates, and the chance of a hit from which on they say little. */
const USUAL_CUT = 10;
const MOST_CHANCE = 0.5;
/** Test items a user from which on those of a published split are ranked in the whole catalogue. */
const MANY_POSITIVES = 2;

/** Official negatives exist for test alone; validation is then sampled as it is without them. */
export function chooseCandidates(
  view: SplitView,
  split: "validation" | "test",
  request: CandidateRequest,
  official: OfficialNegatives | null,
): ChosenCandidates {
  const evaluated = interactionsOfPart(view, SPLIT_PART[split]);
  if (request.kind === "full") {
    const candidates = fullCatalogueCandidates(split, evaluated);
    return { candidates, description: "full catalogue, seen items masked", counts: {}, warning: null };
  }
  if (request.kind === "official" && split === "test" && official !== null) {
    return fromOfficial(view, request, official);
  }
  const seen = seenItemsOf(view);
  const { negatives: count, seed } = request;
  const candidates = sampleCandidates({ split, evaluated, seen, count, seed });
  const name = `${positivesText(candidates)}+${count} sampled candidates (seed ${seed})`;
  return { candidates, description: name, counts: {}, warning: warningOf(candidates) };
}

/**
 * Where neither a kind nor a number of negatives is asked for: sampled candidates, or the whole catalogue where it has
 * too few items to draw, or where many positives among few others would easily be hit by guessing. `reason` is for
 * people; null where the split was asked for as one of many positives.
 */
export function openKind(
  view: SplitView,
  { split, negatives }: { readonly split: SplitRequest; readonly negatives: number },
): { readonly kind: "sampled" | "full"; readonly reason: string | null } {
  if (split.kind === "items") return { kind: "full", reason: null };
  if (split.kind === "users" && split.positives !== "newest") return { kind: "full", reason: null };
  if (mostSampled(view) < negatives) {
    const reason = `${view.numbers.items} items are too few to draw ${negatives} candidates from for every user, so the whole catalogue is ranked; --negatives draws fewer`;
    return { kind: "full", reason };
  }
  const perUser = split.kind === "given" ? positivesPerUser(interactionsOfPart(view, SPLIT_PART.test)) : 1;
  if (perUser < MANY_POSITIVES) return { kind: "sampled", reason: null };
  const reason = `users have ${perUser.toFixed(1)} items each in test: many among few others are easily hit by guessing, so the whole catalogue is ranked; --candidates sampled draws others`;
  return { kind: "full", reason };
}

/** The most sampled candidates that every user of validation and of test could be given. */
function mostSampled(view: SplitView): number {
  const { validation, test } = SPLIT_PART;
  const seen = seenItemsOf(view);
  return Math.min(...[validation, test].map((part) => mostCandidates(interactionsOfPart(view, part), seen)));
}

/** On average, of users who have any. */
function positivesPerUser({ userColumn, length }: Interactions): number {
  return length / Math.max(1, new Set(userColumn).size);
}

function fromOfficial(
  view: SplitView,
  { ownNegatives }: CandidateRequest,
  negatives: OfficialNegatives,
): ChosenCandidates {
  const file = withoutCompression(negatives.file);
  const evaluated = interactionsOfPart(view, SPLIT_PART.test);
  const linesUsed = checkPositives(negatives, view.numbers, itemsByUserOf(view, [SPLIT_PART.test]), file);
  const { candidates, ...counts } = candidatesFromNegatives({
    split: "test",
    evaluated,
    train: itemsByUserOf(view, [SPLIT_PART.train]),
    negatives: byFinalUser(negatives, view.numbers),
    ownNegatives,
  });
  const perCase = Math.round(negatives.items.length / Math.max(1, negatives.users.length));
  const own = ownNegatives === "keep" ? ", own positives kept" : "";
  return {
    candidates,
    description: `${positivesText(candidates)}+${perCase} candidates from ${file}${own}`,
    counts: { ...counts, linesLeftOut: negatives.lines - linesUsed },
    warning: warningOf(candidates),
  };
}

function warningOf(candidates: EvaluationCandidates): string | null {
  const chance = chanceHitRate(candidates, USUAL_CUT);
  if (chance <= MOST_CHANCE) return null;
  return (
    `a ranker that guesses has HR@${USUAL_CUT} ${chance.toFixed(2)} on ${candidates.split}, so hit rates can hardly ` +
    "tell rankers apart; look at NDCG and recall, or rank against more: --negatives, or --candidates full"
  );
}

/** What stands before the "+99": one positive for everybody, or as many as each user has. */
function positivesText(candidates: EvaluationCandidates): "1" | "p" {
  return hasSeveralPositives(candidates) ? "p" : "1";
}

/**
 * How many lines belong to users of the test file. Throws where they are of another split, which
 * would rank the wrong items.
 */
function checkPositives(
  { users, positives }: OfficialNegatives,
  numbers: Renumbering,
  tested: ReturnType<typeof itemsByUserOf>,
  file: string,
): number {
  let linesUsed = 0;
  for (let index = 0; index < users.length; index++) {
    const user = numbers.userIndex[users[index]!]!;
    if (user === GONE) continue;
    const items = tested.itemsSorted.subarray(tested.offsets[user]!, tested.offsets[user + 1]!);
    if (items.length === 0) continue;
    linesUsed++;
    if (!items.includes(numbers.itemIndex[positives[index]!]!)) {
      throw new DataError(
        `${file}: case ${index + 1} names a test item that user index ${user} does not have in the test file; the files belong to different splits`,
      );
    }
  }
  return linesUsed;
}

/** Cases of one user follow each other here, whatever their order in the file. */
function byFinalUser({ users, offsets, items }: OfficialNegatives, numbers: Renumbering): GivenNegatives {
  const counts = new Uint32Array(numbers.users + 1);
  const userOf = (index: number): number => numbers.userIndex[users[index]!]!;
  for (let index = 0; index < users.length; index++) {
    if (userOf(index) !== GONE) counts[userOf(index) + 1]! += offsets[index + 1]! - offsets[index]!;
  }
  for (let user = 0; user < numbers.users; user++) counts[user + 1]! += counts[user]!;
  const next = counts.slice(0, numbers.users);
  const grouped = new Uint32Array(counts[numbers.users]!);
  for (let index = 0; index < users.length; index++) {
    const user = userOf(index);
    if (user === GONE) continue;
    for (let k = offsets[index]!; k < offsets[index + 1]!; k++) grouped[next[user]!++] = numbers.itemIndex[items[k]!]!;
  }
  return { offsets: counts, items: grouped };
}
