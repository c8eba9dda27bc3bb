/** What the rows of a side mean: which feature they belong to, and which of its values each stands for. */

interface FeatureRows {
  readonly name: string;
  /** The first of `rows` rows, which stands for entities without a value, or with one that says nothing. */
  readonly firstRow: number;
  readonly rows: number;
}

/**
 * Rows: missing, then `other` where some value was too rare for a row of its own, then one for each of `values`. An
 * entity has one of them with weight 1; of a list, each of n values has weight 1/n.
 */
export interface ValuesFeature extends FeatureRows {
  readonly kind: "category" | "list";
  readonly hasOther: boolean;
  /** Ascending by their UTF-8 bytes. */
  readonly values: readonly string[];
  /** Of a list that is text in its file: what parts the values; null elsewhere. */
  readonly separator: string | null;
}

/** Rows: missing, with weight 1; the value, with weight (value - mean) / deviation. */
export interface NumberFeature extends FeatureRows {
  readonly kind: "number";
  /** Over entities with rows in train; the deviation is that of a population, and 1 where all values are one. */
  readonly mean: number;
  readonly deviation: number;
}

/** Rows: missing, then buckets in ascending order: bucket b holds values from edges[b - 1] to below edges[b]. */
export interface BucketsFeature extends FeatureRows {
  readonly kind: "buckets";
  /** Ascending: quantiles of entities with rows in train. */
  readonly edges: readonly number[];
}

export type FeatureSchema = ValuesFeature | NumberFeature | BucketsFeature;

export interface SideSchema {
  /** Rows 0 .. ids - 1 are those of the ids: row i is entity i's. */
  readonly ids: number;
  /** Of the side, ids included. */
  readonly rows: number;
  /** In the order of their rows, which follow each other without a gap. */
  readonly features: readonly FeatureSchema[];
}

/** What a row of the feature stands for, such as "Drama", "(missing)" or "1994 to below 1997"; `row` is of the side. */
export function rowMeaning(feature: FeatureSchema, row: number): string {
  const at = row - feature.firstRow;
  if (at < 0 || at >= feature.rows) {
    throw new RangeError(
      `row ${row} is none of feature "${feature.name}": ${feature.rows} rows from ${feature.firstRow}`,
    );
  }
  if (at === 0) return MISSING;
  switch (feature.kind) {
    case "category":
    case "list":
      return feature.hasOther ? (feature.values[at - 2] ?? OTHER) : feature.values[at - 1]!; // rows are one to a value
    case "number":
      return VALUE;
    case "buckets":
      return bucketText(feature.edges, at - 1);
    default:
      return feature satisfies never;
  }
}

const MISSING = "(missing)";
const OTHER = "(other)";
const VALUE = "(value)";

function bucketText(edges: readonly number[], bucket: number): string {
  const [from, to] = [edges[bucket - 1], edges[bucket]];
  if (from === undefined) return to === undefined ? "any" : `below ${to}`;
  return to === undefined ? `from ${from}` : `${from} to below ${to}`;
}
