/**
 * Fold-in: the row of a person who is not among the ranker's users, from the items the person took. The row alone is
 * solved for, under the run's own loss (person-loss.ts) and what the ranker's users say of rows (row-prior.ts);
 * everything else stays as it was trained. The same items give the same bits.
 */
import type { Parameters, RankerSpec } from "../ranker/ranker-spec.ts";
import { withoutCosine } from "../ranker/unit-rows.ts";
import type { FoldableLoss } from "./person-samples.ts";
import { openPersonScores } from "./person-scores.ts";
import { rowDirection } from "./row-direction.ts";
import { rowLayout, tableOf } from "./row-layout.ts";
import { rowPrior, rowsOfUsers, spread } from "./row-prior.ts";
import { type SolvedRow, solveRow } from "./solve-row.ts";
import { type NegativeDraws, standInsFor } from "./stand-ins.ts";
import { negativesCurvature } from "./start-curvature.ts";

export interface FoldInOptions {
  /** How the ranker was trained. */
  readonly loss: FoldableLoss;
  readonly negatives: NegativeDraws;
  readonly seed: number;
  /** Tables whose rows LAWN held, each with the norm that a person's row is cut to where it is longer. */
  readonly heldNorms: ReadonlyMap<string, number>;
  /** Users and items that were trained. */
  readonly users: Uint32Array;
  readonly items: Uint32Array;
}

export interface Person {
  /** Distinct items that the person took, at least one of them of a weight above 0. */
  readonly items: Uint32Array;
  /** [items] what the loss of each is multiplied by, at least 0; those of 0 are known and not learnt from. */
  readonly weights: Float64Array;
}

export interface FoldIn {
  /** Writes the person's row into tables of users, such as userDot [users, dot], as user `user`. */
  solveInto(person: Person, tables: Parameters, user: number): Solution;
}

export interface Solution {
  readonly iterations: number;
  readonly value: number;
}

/** Users whose rows say what curvature a step meets, at most. It steers the solver, and decides no minimum. */
const CURVATURE_USERS = 64;
/** Items that are scored at once where the catalogue is long. */
const ITEMS_AT_ONCE = 8192;

/** Of a cosine the row's direction alone is solved for, among rows that all have the length of 1 / temperature. */
export function openFoldIn(
  ranker: { readonly spec: RankerSpec; readonly parameters: Parameters },
  { loss, negatives: draws, seed, heldNorms, users, items }: FoldInOptions,
): FoldIn {
  const { spec, parameters } = withoutCosine(ranker.spec, ranker.parameters);
  const layout = rowLayout(spec);
  const { width } = layout;
  const { cosineTemperature: temperature } = ranker.spec;
  const direction = temperature === null ? null : rowDirection(tableOf(layout, "userDot"), 1 / temperature);
  const prior = rowPrior(layout, parameters, users);
  const start = prior.mean.slice();
  direction?.rowOf(prior.mean, start);
  const correction = loss.name === "softmax" ? draws.itemLogQ : null;
  const scoresOf = openPersonScores(spec, parameters, { layout, correction });
  const standIns = standInsFor(draws, { items, seed });
  const negatives = scoresOf(standIns.items);
  const negativesAtStart = new Float64Array(negatives.length);
  negatives.score(start, negativesAtStart); // the same for everybody
  const rows = rowsOfUsers(layout, parameters, spread(users, Math.min(users.length, CURVATURE_USERS)));
  const curvature = negativesCurvature(loss.name, negatives, { shares: standIns.shares, rows, width });
  const problem = { loss, prior, direction, negativesCurvature: curvature };

  /** [items] of all that were trained. */
  function catalogueLogits(row: Float64Array): Float32Array {
    const logits = new Float32Array(items.length);
    for (let first = 0; first < items.length; first += ITEMS_AT_ONCE) {
      const scores = scoresOf(items.subarray(first, first + ITEMS_AT_ONCE));
      const out = new Float64Array(scores.length);
      scores.score(row, out);
      logits.set(out, first);
    }
    return logits;
  }

  function solve(person: Person): SolvedRow {
    const weights = person.weights.filter((weight) => weight > 0);
    const positives = scoresOf(person.items.filter((_, k) => person.weights[k]! > 0));
    const { shares, perPositive } = standIns.negativesOf(person.items);
    const own = { positives, weights, negativesPerPositive: perPositive };
    const first = solveRow(problem, { ...own, negatives, shares, start, negativesAtStart });
    if (standIns.isAll) return first;
    const nearest = standIns.nearestOf(person.items, catalogueLogits(first.row));
    const others = scoresOf(nearest.items);
    const atRow = new Float64Array(others.length);
    others.score(first.row, atRow);
    const second = { negatives: others, shares: nearest.shares, start: first.row, negativesAtStart: atRow };
    return solveRow(problem, { ...own, ...second });
  }

  return {
    solveInto(person, tables, user) {
      const { row, iterations, value } = solve(person);
      for (const { name, start: first, end } of layout.tables) {
        const part = row.subarray(first, end);
        cutToNormInPlace(part, heldNorms.get(name) ?? Number.POSITIVE_INFINITY);
        tables.get(name)!.set(part, user * (end - first)); // tables of this ranker
      }
      return { iterations, value };
    },
  };
}

/** At the end: the prior has drawn the row near that length, and on the way the problem stays convex. */
function cutToNormInPlace(part: Float64Array, norm: number): void {
  let squares = 0;
  for (const value of part) squares += value * value;
  const length = Math.sqrt(squares);
  if (length > norm) for (let i = 0; i < part.length; i++) part[i]! *= norm / length;
}
