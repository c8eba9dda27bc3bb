/**
 * Where the rows of a side stand in another's tables, such as yesterday's: ids by their vocabularies, values of
 * features by what they say. What a row means goes with it, whatever number it has.
 */
import { NO_ROW } from "./carry-rows.ts";
import type { BucketsFeature, FeatureSchema, SideSchema, ValuesFeature } from "./feature-schema.ts";

/**
 * [rows of `here`] The row there, or NO_ROW. `ids` says of each entity here which one it is there; a side that is null
 * has entities for rows. Values are matched within features of the same name and kind, a list's with a category's too;
 * buckets by where their middle lies; the row of a number as it is, whatever mean and deviation its weights go by.
 */
export function matchFeatureRows(here: SideSchema | null, there: SideSchema | null, ids: Uint32Array): Uint32Array {
  const isRow = (id: number): boolean => id !== NO_ROW && (there === null || id < there.ids);
  if (here === null) return ids.map((id) => (isRow(id) ? id : NO_ROW));
  const sources = new Uint32Array(here.rows).fill(NO_ROW);
  for (let id = 0; id < here.ids; id++) if (isRow(ids[id]!)) sources[id] = ids[id]!;
  for (const feature of here.features) {
    const other = there?.features.find((known) => known.name === feature.name && isComparable(known, feature));
    if (other === undefined) continue;
    sources[feature.firstRow] = other.firstRow; // missing
    for (let at = 1; at < feature.rows; at++) {
      const source = rowOf(feature, at, other);
      if (source !== null) sources[feature.firstRow + at] = other.firstRow + source;
    }
  }
  return sources;
}

function isValues(feature: FeatureSchema): feature is ValuesFeature {
  return feature.kind === "category" || feature.kind === "list";
}

function isComparable(a: FeatureSchema, b: FeatureSchema): boolean {
  return a.kind === b.kind || (isValues(a) && isValues(b));
}

/** The row of `other` that says what row `at` of `feature` says; counted from the feature's first. */
function rowOf(feature: FeatureSchema, at: number, other: FeatureSchema): number | null {
  if (isValues(feature) && isValues(other)) return rowOfValue(feature, at, other);
  if (feature.kind === "buckets" && other.kind === "buckets") return 1 + bucketAt(other, middleOf(feature, at - 1));
  return at; // of numbers: their one value
}

function rowOfValue(feature: ValuesFeature, at: number, other: ValuesFeature): number | null {
  const [first, firstThere] = [feature, other].map(({ hasOther }) => (hasOther ? 2 : 1)) as [number, number];
  if (at < first) return other.hasOther ? 1 : null;
  const found = placesOf(other).get(feature.values[at - first]!);
  return found === undefined ? null : firstThere + found;
}

const places = new WeakMap<ValuesFeature, ReadonlyMap<string, number>>();

/** Found once for a vocabulary, which may be long. */
function placesOf(feature: ValuesFeature): ReadonlyMap<string, number> {
  const known = places.get(feature) ?? new Map(feature.values.map((value, place) => [value, place]));
  places.set(feature, known);
  return known;
}

/** Below the first edge, halfway between two, or above the last. */
function middleOf({ edges }: BucketsFeature, bucket: number): number {
  const [from = Number.NEGATIVE_INFINITY, to = Number.POSITIVE_INFINITY] = [edges[bucket - 1], edges[bucket]];
  if (from === Number.NEGATIVE_INFINITY) return from;
  return to === Number.POSITIVE_INFINITY ? to : from + (to - from) / 2;
}

function bucketAt({ edges }: BucketsFeature, value: number): number {
  const above = edges.findIndex((edge) => value < edge);
  return above === -1 ? edges.length : above;
}
