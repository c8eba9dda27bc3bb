/** What every engine checks of sides: sparse matrices that whoever mixes follows without looking. */
import { EngineError } from "../errors.ts";
import type { RankerSpec } from "../ranker/ranker-spec.ts";
import type { Side, Sides } from "../ranker/side.ts";
import { checkIndices, checkLength, columnView } from "./own-columns.ts";

/**
 * As plain values of our own, each read once; columns are views of the caller's memory, which must stay as it is.
 * Throws EngineError naming the column, the index, what was found and what was expected.
 */
export function checkedSides(given: Sides, spec: RankerSpec): Sides {
  if (typeof given !== "object" || given === null) {
    throw new EngineError("sides are missing, expected users and items, each a sparse matrix, or null for ids alone");
  }
  const { users, items } = given;
  return { users: checkedSide("users", users, spec.users), items: checkedSide("items", items, spec.items) };
}

function checkedSide(name: "users" | "items", given: Side | null, tableRows: number): Side | null {
  if (given === null) return null;
  const where = `sides.${name}`;
  if (typeof given !== "object") {
    throw new EngineError(`${where} is missing, expected a sparse matrix, or null for ids alone`);
  }
  const { entities, rows, ids, offsets, rowIndices, weights } = given;
  const side: Side = {
    entities,
    rows,
    ids,
    offsets: columnView("Uint32Array", `${where}.offsets`, offsets),
    rowIndices: columnView("Uint32Array", `${where}.rowIndices`, rowIndices),
    weights: columnView("Float32Array", `${where}.weights`, weights),
  };
  if (rows !== tableRows) throw new EngineError(`${where} has ${rows} rows, expected the ranker's ${tableRows}`);
  if (!Number.isSafeInteger(entities) || entities < 1 || entities >= 2 ** 32) {
    throw new EngineError(`${where}.entities is ${String(entities)}, expected a whole number from 1 to below 2^32`);
  }
  if (!Number.isSafeInteger(ids) || ids < 0 || ids > Math.min(rows, entities)) {
    const most = Math.min(rows, entities);
    throw new EngineError(`${where}.ids is ${String(ids)}, expected a whole number from 0 to ${most}`);
  }
  checkEntries(where, side);
  return side;
}

function checkEntries(where: string, { entities, rows, ids, offsets, rowIndices, weights }: Side): void {
  checkLength(`${where}.offsets`, offsets, entities + 1);
  checkLength(`${where}.weights`, weights, rowIndices.length);
  if (offsets[0] !== 0 || offsets[entities] !== rowIndices.length) {
    throw new EngineError(
      `${where}.offsets goes from ${offsets[0]} to ${offsets[entities]}, expected 0 to its ${rowIndices.length} entries`,
    );
  }
  for (let entity = 0; entity < entities; entity++) {
    if (offsets[entity]! > offsets[entity + 1]!) {
      throw new EngineError(`${where}.offsets[${entity + 1}] goes down, expected ascending offsets`);
    }
  }
  checkIndices(`${where}.rowIndices`, rowIndices, rows);
  for (let entity = 0; entity < entities; entity++) {
    for (let k = offsets[entity]!; k < offsets[entity + 1]!; k++) {
      const row = rowIndices[k]!;
      if (k > offsets[entity]! && rowIndices[k - 1]! >= row) {
        throw new EngineError(
          `${where}.rowIndices[${k}] is ${row} after ${rowIndices[k - 1]}, expected the rows of entity ${entity} ascending, each once`,
        );
      }
      if (row < ids && row !== entity) {
        throw new EngineError(
          `${where}.rowIndices[${k}] is ${row}, the id of another, expected ${entity} or a feature's row from ${ids} on`,
        );
      }
    }
  }
  for (const [k, weight] of weights.entries()) {
    if (!Number.isFinite(weight)) {
      throw new EngineError(`${where}.weights[${k}] is ${weight}, expected a finite number`);
    }
  }
}
