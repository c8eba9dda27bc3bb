/**
 * Sides small enough to check by other means and odd enough to find mistakes, for rankers of engine-cases: `spec` has
 * their numbers of entities.
 */
import type { RankerSpec } from "../../../src/ranker/ranker-spec.ts";
import type { Side, Sides } from "../../../src/ranker/side.ts";

export interface SideCase {
  readonly name: string;
  sidesOf(entities: Pick<RankerSpec, "users" | "items">): Sides;
}

type Entries = readonly (readonly [row: number, weight: number])[];

/** Of `ids` rows that are ids and `features` behind them. */
export function sideOfEntries(entries: readonly Entries[], { ids, features }: { ids: number; features: number }): Side {
  const offsets = Uint32Array.from({ length: entries.length + 1 }, (_, e) => entries.slice(0, e).flat().length);
  return {
    entities: entries.length,
    rows: ids + features,
    ids,
    offsets,
    rowIndices: Uint32Array.from(entries.flat(), ([row]) => row),
    weights: Float32Array.from(entries.flat(), ([, weight]) => weight),
  };
}

/** Each entity by its number. */
function sideOf(
  entities: number,
  { ids = entities, features }: { readonly ids?: number; readonly features: number },
  entriesOf: (entity: number) => Entries,
): Side {
  return sideOfEntries(
    Array.from({ length: entities }, (_, entity) => entriesOf(entity)),
    { ids, features },
  );
}

export const identity = (entities: number): Side => sideOf(entities, { features: 0 }, (entity) => [[entity, 1]]);

/** The id and one of three values, of which the last is nobody's. */
const oneHot = (entities: number): Side =>
  sideOf(entities, { features: 3 }, (entity) => [
    [entity, 1],
    [entities + (entity % 2), 1],
  ]);

/** The id, a list of values with weights 1/n, and a number that may be below 0. */
const multiHot = (entities: number): Side =>
  sideOf(entities, { features: 5 }, (entity) => {
    const values = [0, 1, 2, 3].filter((value) => (entity + value) % (2 + (entity % 3)) === 0);
    return [
      [entity, 1],
      ...values.map((value) => [entities + value, 1 / values.length] as const),
      [entities + 4, 0.5 * (entity - 2)],
    ];
  });

/** Every second entity has features alone, and the last nothing at all where there are others. */
const missingIds = (entities: number): Side =>
  sideOf(entities, { features: 2 }, (entity) => {
    if (entity > 0 && entity === entities - 1) return [];
    const features: Entries = [
      [entities, 1],
      [entities + 1, entity - 1.5],
    ];
    return entity % 2 === 0 ? features : [[entity, 1], ...features];
  });

export const sideCases: readonly SideCase[] = [
  { name: "identities", sidesOf: ({ users, items }) => ({ users: identity(users), items: identity(items) }) },
  { name: "one value each", sidesOf: ({ users, items }) => ({ users: oneHot(users), items: oneHot(items) }) },
  { name: "weighted values", sidesOf: ({ users, items }) => ({ users: multiHot(users), items: multiHot(items) }) },
  { name: "missing ids", sidesOf: ({ users, items }) => ({ users: missingIds(users), items: missingIds(items) }) },
  { name: "features of items alone", sidesOf: ({ items }) => ({ users: null, items: multiHot(items) }) },
  { name: "features of users alone", sidesOf: ({ users }) => ({ users: missingIds(users), items: null }) },
];

/** The spec of the tables: entities replaced by the rows of their sides. */
export function specOfRows(spec: RankerSpec, sides: Sides): RankerSpec {
  return { ...spec, users: sides.users?.rows ?? spec.users, items: sides.items?.rows ?? spec.items };
}
