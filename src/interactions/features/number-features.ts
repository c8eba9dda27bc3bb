/** Numbers: standardised, or cut into buckets at the quantiles of train. */
import { DataError } from "../../errors.ts";
import type { WorkDatabase } from "../database/work-database.ts";
import type { AddedFeature, FeatureColumn } from "./added-feature.ts";

/** From here on a value drowns everything else, and float32 with it. */
const MOST_DEVIATIONS = 1e6;

/** Rows: missing, then the value with weight (value - mean) / deviation. */
export async function addNumber(database: WorkDatabase, column: FeatureColumn): Promise<AddedFeature> {
  const { firstRow, table, feature } = column;
  const { values, value, unreadable } = await readNumbers(database, column);
  const mean = sumOf(values) / values.length;
  const variance = sumOf(values.map((one) => (one - mean) ** 2)) / values.length;
  const deviation = variance > 0 ? Math.sqrt(variance) : 1;
  if (!Number.isFinite(mean) || !Number.isFinite(deviation)) {
    throw new DataError(`feature "${feature.name}": its values are too large to be standardised; use :buckets`);
  }
  const weight = `(${value} - ${double(mean)}) / ${double(deviation)}`;
  const [far] = await database.rows(
    `SELECT max(abs(${weight})) AS deviations, arg_max(${value}, abs(${weight})) AS example FROM ${table}`,
  );
  if (Number(far?.deviations ?? 0) > MOST_DEVIATIONS) {
    throw new DataError(
      `feature "${feature.name}": the value ${far?.example} is ${far?.deviations} deviations from the mean, at which no ranker learns; mend it, or use :buckets`,
    );
  }
  return {
    schema: { kind: "number", name: feature.name, firstRow, rows: 2, mean, deviation },
    entries: `SELECT entity, ${firstRow + 1} AS row, ${weight} AS weight FROM ${table} WHERE ${value} IS NOT NULL`,
    counts: { unreadable, rareValues: 0, unknownValues: 0, cutLists: 0 },
  };
}

/** Rows: missing, then the buckets in ascending order. */
export async function addBuckets(database: WorkDatabase, column: FeatureColumn): Promise<AddedFeature> {
  const { firstRow, table, feature } = column;
  const { values, value, unreadable } = await readNumbers(database, column);
  const edges = quantileEdges(values, feature.buckets);
  const bucket = edges.map((edge) => `CASE WHEN ${value} >= ${double(edge)} THEN 1 ELSE 0 END`);
  return {
    schema: { kind: "buckets", name: feature.name, firstRow, rows: 2 + edges.length, edges },
    entries: `SELECT entity, ${[firstRow + 1, ...bucket].join(" + ")} AS row, 1::DOUBLE AS weight
      FROM ${table} WHERE ${value} IS NOT NULL`,
    counts: { unreadable, rareValues: 0, unknownValues: 0, cutLists: 0 },
  };
}

/**
 * Where to cut so that each of `buckets` has as many values as any other, ties apart: of n sorted values, those at
 * ceil(k n / buckets), k = 1 .. buckets - 1, each once. Equal values stay together, so there may be fewer buckets; none
 * is empty in train.
 */
export function quantileEdges(values: Float64Array, buckets: number): readonly number[] {
  const sorted = values.toSorted();
  const cuts = Array.from({ length: buckets - 1 }, (_, k) => sorted[Math.ceil(((k + 1) * sorted.length) / buckets)]);
  return [...new Set(cuts)].filter((cut) => cut !== undefined && cut > sorted[0]!) as number[];
}

/** [values of entities in train], and the value as SQL: null where it is missing or no number. */
async function readNumbers(
  database: WorkDatabase,
  { feature, table, rules }: FeatureColumn,
): Promise<{ readonly values: Float64Array; readonly value: string; readonly unreadable: number }> {
  const { name, column } = feature;
  const text = rules.hasDecimalCommas ? String.raw`regexp_replace(${column}, '^([-+]?\d*),(\d+)$', '\1.\2')` : column;
  const read = `TRY_CAST(${text} AS DOUBLE)`;
  const value = `(CASE WHEN isfinite(${read}) THEN ${read} END)`;
  const found: number[] = [];
  const trained = `SELECT ${value} AS value FROM ${table} WHERE is_trained AND ${value} IS NOT NULL ORDER BY entity`;
  for await (const chunk of database.stream(trained)) {
    for (const one of chunk.getColumnValues(0)) found.push(Number(one));
  }
  if (found.length === 0) {
    throw new DataError(
      `feature "${name}": nobody and nothing in train has a number there; leave it out, or use :category`,
    );
  }
  const unreadable = await database.count(
    `SELECT count(*) FROM ${table} WHERE ${column} IS NOT NULL AND ${value} IS NULL`,
  );
  return { values: Float64Array.from(found), value, unreadable };
}

/** In the order of the entities, so that it is the same on every machine. */
function sumOf(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0);
}

/** SQL: the very same float. */
function double(value: number): string {
  return `'${value}'::DOUBLE`;
}
