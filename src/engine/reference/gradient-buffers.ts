/**
 * Where a batch's gradient gathers, in dense tables as the optimizers expect. A batch touches few rows of a large
 * table, so the rows it touched are remembered and only those are cleared. Tower and head gather in float64: they
 * sum over the whole batch.
 */
import type { DenseLayer } from "../../ranker/forward.ts";
import {
  type FloatArray,
  headWidth,
  type ParameterInfo,
  parametersOf,
  type RankerSpec,
  sizeOf,
} from "../../ranker/ranker-spec.ts";

export interface GradientBuffers<A extends FloatArray> {
  /** Of the tables and id biases, in the parameters' storage. */
  readonly tables: ReadonlyMap<string, A>;
  readonly tower: readonly DenseLayer[];
  /** [head width] */
  readonly headWeight: Float64Array;
  /** [1] */
  readonly headBias: Float64Array;
  /** Every row written to must be touched first. */
  touch(user: number, item: number): void;
  readonly touched: Readonly<Record<"users" | "items", Pick<TouchedIds, "ids">>>;
  /** Every parameter's gradient, in the order of `parametersOf`. Lent: the arrays hold until the next batch. */
  finish(): ReadonlyMap<string, A>;
  /** Zero everywhere, ready for a batch. */
  clear(): void;
}

export function createGradientBuffers<A extends FloatArray>(
  spec: RankerSpec,
  allocate: (length: number) => A,
): GradientBuffers<A> {
  const all = new Map<string, A>();
  const tables = new Map<string, A>();
  for (const info of parametersOf(spec)) {
    const gradient = allocate(sizeOf(info.shape));
    all.set(info.name, gradient);
    if (isPerId(info)) tables.set(info.name, gradient);
  }
  const tower = towerBuffers(spec);
  const headWeight = new Float64Array(headWidth(spec));
  const headBias = new Float64Array(1);
  const summed = new Map<string, Float64Array>([
    ["head.weight", headWeight],
    ["head.bias", headBias],
  ]);
  for (const [layer, { weight, bias }] of tower.entries()) {
    summed.set(`tower.${layer}.weight`, weight);
    summed.set(`tower.${layer}.bias`, bias);
  }
  const users = createTouchedIds(spec.users);
  const items = createTouchedIds(spec.items);

  return {
    tables,
    tower,
    headWeight,
    headBias,
    touched: { users, items },
    touch(user, item) {
      users.add(user);
      items.add(item);
    },
    finish() {
      for (const [name, sums] of summed) all.get(name)?.set(sums);
      return all;
    },
    clear() {
      for (const [name, table] of tables) {
        const touched = name.startsWith("user") ? users : items;
        touched.clearRows(table);
      }
      users.forget();
      items.forget();
      for (const sums of summed.values()) sums.fill(0);
    },
  };
}

function isPerId({ name }: ParameterInfo): boolean {
  return name.startsWith("user") || name.startsWith("item");
}

function towerBuffers({ embedding, tower }: RankerSpec): readonly DenseLayer[] {
  return tower.map((outputs, layer) => ({
    weight: new Float64Array(outputs * (tower[layer - 1] ?? 2 * embedding)),
    bias: new Float64Array(outputs),
  }));
}

/** A set of ids in [0, extent), each listed once. */
export interface TouchedIds {
  add(id: number): void;
  /** In the order they were added. Lent until `forget`. */
  ids(): Uint32Array;
  /** Zeroes the touched rows of a table with `extent` rows. */
  clearRows(table: FloatArray): void;
  forget(): void;
}

export function createTouchedIds(extent: number): TouchedIds {
  const isTouched = new Uint8Array(extent);
  const ids = new Uint32Array(extent);
  let count = 0;
  return {
    add(id) {
      if (isTouched[id] === 1) return;
      isTouched[id] = 1;
      ids[count++] = id;
    },
    ids: () => ids.subarray(0, count),
    clearRows(table) {
      const width = table.length / extent;
      for (let k = 0; k < count; k++) table.fill(0, ids[k]! * width, (ids[k]! + 1) * width);
    },
    forget() {
      for (let k = 0; k < count; k++) isTouched[ids[k]!] = 0;
      count = 0;
    },
  };
}
