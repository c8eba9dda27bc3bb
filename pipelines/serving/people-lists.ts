/** Lists for people who are not in the log: their rows are folded into a run, and the catalogue is scored for them. */
import { z } from "zod";
import { openCatalogue } from "../../src/engine/reference/catalogue.ts";
import { ConfigError, DataError } from "../../src/errors.ts";
import { type FoldIn, openFoldIn, type Person } from "../../src/fold-in/fold-in.ts";
import { bestItemsInto } from "../../src/ranker/best-items.ts";
import { sideOf } from "../../src/ranker/carry-rows.ts";
import { type Parameters, parametersOf, type RankerSpec, sizeOf } from "../../src/ranker/ranker-spec.ts";
import type { TopItems } from "../../src/ranker/scorer.ts";
import type { LoadedRun } from "../runs/stored-run.ts";
import { heldNormsOfRun } from "./held-norms-of-run.ts";

/** A run in some numbering of users and items. */
export interface FoldableRun {
  readonly run: Pick<LoadedRun, "config" | "directory">;
  readonly spec: RankerSpec;
  readonly parameters: Parameters;
  /** Users that the run was trained on, and items that it knows. */
  readonly users: Uint32Array;
  readonly items: Uint32Array;
}

/** What decides the loss of a person's row, of a run's config.json. */
const trainingFacts = z.looseObject({
  loss: z.string(),
  negatives: z.int().min(0),
  /** Absent of a run of before there was a choice. */
  negativesFrom: z.string().default("uniform"),
  seed: z.int().min(0),
});

/**
 * Throws ConfigError for a run whose loss, negatives or similarity have no fold-in, DataError where no user says what
 * rows are like.
 */
export function openFoldInOfRun({ run, users, items, ...ranker }: FoldableRun): FoldIn {
  const { loss, negatives, negativesFrom, seed } = trainingFacts.parse(run.config);
  if (loss !== "bce" && loss !== "bpr") {
    throw new ConfigError(`${run.directory}: trained with loss ${loss}, but fold-in knows bce and bpr alone`);
  }
  if (negativesFrom !== "uniform") {
    throw new ConfigError(
      `${run.directory}: trained with negatives from ${negativesFrom}, but fold-in knows uniform ones alone`,
    );
  }
  if (ranker.spec.cosineTemperature !== null) {
    throw new ConfigError(`${run.directory}: trained with similarity cosine, but fold-in knows inner products alone`);
  }
  if (users.length === 0) {
    throw new DataError(
      `${run.directory}: knows no user who has interactions in train, and fold-in wants one at least`,
    );
  }
  const heldNorms = heldNormsOfRun({ config: run.config, ...ranker, users });
  return openFoldIn(ranker, { loss, negativesPerPositive: negatives, seed, users, items, heldNorms });
}

export interface PeopleLists {
  /** The best items of a person; equal scores by ascending item, 2^32 - 1 where fewer are left. */
  topFor(person: Person, request: { readonly k: number; readonly masked: Uint32Array }): TopItems;
}

/** Scores in plain loops, as the reference engine does. The items' tables are read in place. */
export function openPeople(foldable: FoldableRun): PeopleLists {
  const foldIn = openFoldInOfRun(foldable);
  const spec = { ...foldable.spec, users: 1 };
  const tables = parametersOf(spec).map(({ name, shape }) => {
    const isOfPerson = sideOf(name) === "users";
    return [name, isOfPerson ? new Float32Array(sizeOf(shape)) : foldable.parameters.get(name)!] as const; // all there
  });
  const ofPerson: Parameters = new Map(tables);
  const scorePerson = openCatalogue(spec, ofPerson);
  const scores = new Float32Array(spec.items);
  return {
    topFor(person, { k, masked }) {
      foldIn.solveInto(person, ofPerson, 0);
      scorePerson(0, scores);
      const best = { items: new Uint32Array(k), scores: new Float32Array(k) };
      bestItemsInto(scores, masked, best.items, best.scores);
      return best;
    },
  };
}
