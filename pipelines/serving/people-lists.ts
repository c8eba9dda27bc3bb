/** Lists for people who are not in the log: their rows are folded into a run, and the catalogue is scored for them. */
import { openCatalogue } from "../../src/engine/reference/catalogue.ts";
import type { Person } from "../../src/fold-in/fold-in.ts";
import { bestItemsInto } from "../../src/ranker/best-items.ts";
import { sideOf } from "../../src/ranker/carry-rows.ts";
import { type Parameters, parametersOf, sizeOf } from "../../src/ranker/ranker-spec.ts";
import type { TopItems } from "../../src/ranker/scorer.ts";
import { type FoldableRun, openFoldInOfRun } from "../fold-in/fold-in-of-run.ts";

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
