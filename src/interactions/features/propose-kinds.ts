/** What kind of feature a column is, told by its values where nobody says; and which columns are none. */
import { DEFAULT_BUCKETS, type FeatureKind } from "../../config/schemas/ingest/feature-requests.ts";
import { sqlText } from "../database/sql-text.ts";
import type { WorkDatabase } from "../database/work-database.ts";
import type { EntityTable, FoundFeature } from "./entity-table.ts";

export interface ChosenFeature {
  readonly name: string;
  /** Of the table. */
  readonly column: string;
  readonly kind: FeatureKind;
  readonly isProposed: boolean;
  /** Of lists that are text; null where the file holds lists, and of other kinds. */
  readonly separator: string | null;
  /** Of buckets. */
  readonly buckets: number;
}

export interface ChosenFeatures {
  readonly features: readonly ChosenFeature[];
  /** Columns that nobody named and that say too little, and why. */
  readonly leftOut: readonly { readonly name: string; readonly reason: string }[];
}

/** Whole numbers of so few values, each in so many rows on average, are codes: of ages, of countries. */
const MOST_CODES = 50;
const ROWS_OF_A_CODE = 5;
/** Share of values that must be numbers for a column of numbers: the others are misprints. */
const MOSTLY = 0.99;
/** Share of values that must hold a separator for a column of lists. */
const SOME = 0.02;
/** Share of rows: of more values, each has hardly a row to learn from. */
const NEARLY_AN_ID = 0.5;

const SEPARATORS = ["|", ";", ","];

export async function chooseKinds(database: WorkDatabase, { table, features }: EntityTable): Promise<ChosenFeatures> {
  const chosen: ChosenFeature[] = [];
  const leftOut: { name: string; reason: string }[] = [];
  for (const feature of features) {
    const facts = await lookAt(database, table, feature.column);
    if (feature.isGuess && facts.values === 0) leftOut.push({ name: feature.name, reason: "it is empty" });
    else if (feature.isGuess && facts.distinct === 1) leftOut.push({ name: feature.name, reason: "it has one value" });
    else {
      const { kind, separator } = await kindOf(database, table, { feature, facts });
      const { name, column, buckets } = feature;
      const isId = feature.isGuess && kind === "category" && facts.distinct > NEARLY_AN_ID * facts.values;
      if (isId) leftOut.push({ name, reason: `${facts.distinct} values in ${facts.values} rows say too little` });
      else {
        const isProposed = feature.kind === null;
        chosen.push({ name, column, kind, isProposed, separator, buckets: buckets ?? DEFAULT_BUCKETS });
      }
    }
  }
  return { features: chosen, leftOut };
}

interface ColumnFacts {
  readonly values: number;
  readonly distinct: number;
  readonly numbers: number;
  readonly areWhole: boolean;
}

async function lookAt(database: WorkDatabase, table: string, column: string): Promise<ColumnFacts> {
  const number = `TRY_CAST(${column} AS DOUBLE)`;
  const [row] = await database.rows(
    `SELECT count(${column}) AS values, count(DISTINCT ${column}) AS distinct_values,
       count(*) FILTER (WHERE isfinite(${number})) AS numbers,
       coalesce(bool_and(${number} = trunc(${number})), true) AS are_whole FROM ${table}`,
  );
  return {
    values: Number(row?.values ?? 0),
    distinct: Number(row?.distinct_values ?? 0),
    numbers: Number(row?.numbers ?? 0),
    areWhole: row?.are_whole === true,
  };
}

async function kindOf(
  database: WorkDatabase,
  table: string,
  { feature, facts }: { readonly feature: FoundFeature; readonly facts: ColumnFacts },
): Promise<{ readonly kind: FeatureKind; readonly separator: string | null }> {
  const { kind, separator, column, isNested } = feature;
  if (kind !== null && kind !== "list") return { kind, separator: null };
  if (isNested) return { kind: "list", separator: null };
  if (separator !== null) return { kind: "list", separator };
  if (kind === "list") return { kind, separator: (await separatorOf(database, table, column, 0)) ?? SEPARATORS[0]! };
  const areNumbers = facts.values > 0 && facts.numbers >= MOSTLY * facts.values;
  if (areNumbers) {
    const { areWhole, distinct, values } = facts;
    const areCodes = areWhole && distinct <= MOST_CODES && ROWS_OF_A_CODE * distinct <= values;
    return { kind: areCodes ? "category" : "number", separator: null };
  }
  const found = await separatorOf(database, table, column, SOME);
  return found === null ? { kind: "category", separator: null } : { kind: "list", separator: found };
}

/**
 * The separator that most values hold, in a share of more than `least`; null where none does, or where parting by it
 * leaves no fewer values than there were, as with "Name, First name".
 */
async function separatorOf(
  database: WorkDatabase,
  table: string,
  column: string,
  least: number,
): Promise<string | null> {
  let best: { separator: string; holding: number } | null = null;
  for (const separator of SEPARATORS) {
    const [row] = await database.rows(
      `SELECT count(*) FILTER (WHERE contains(${column}, ${sqlText(separator)})) AS holding, count(${column}) AS values,
         count(DISTINCT ${column}) AS whole,
         (SELECT count(DISTINCT trim(part)) FROM (SELECT unnest(string_split(${column}, ${sqlText(separator)})) AS part FROM ${table})) AS parts
       FROM ${table}`,
    );
    const [holding, values, whole, parts] = [row?.holding, row?.values, row?.whole, row?.parts].map(Number) as [
      number,
      number,
      number,
      number,
    ];
    const isList = holding > least * values && (least === 0 || parts < whole);
    if (isList && holding > (best?.holding ?? 0)) best = { separator, holding };
  }
  return best?.separator ?? null;
}
