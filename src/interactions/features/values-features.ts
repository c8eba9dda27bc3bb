/** Categories and lists of them: a row for each value that enough entities of train have, one for all the others. */
import { DataError } from "../../errors.ts";
import { sqlText } from "../database/sql-text.ts";
import type { WorkDatabase } from "../database/work-database.ts";
import type { AddedFeature, FeatureColumn } from "./added-feature.ts";

export async function addValues(
  database: WorkDatabase,
  { feature, table, firstRow, rules }: FeatureColumn,
  kind: "category" | "list",
): Promise<AddedFeature> {
  const { name, column, separator } = feature;
  const found = `${table}_${column}_found`;
  const list = listSql(column, separator);
  const each = kind === "category" ? column : `unnest(${list}[1:${rules.listLimit}])`;
  await database.run(
    `CREATE TABLE ${found} AS SELECT DISTINCT entity, is_trained, value
     FROM (SELECT entity, is_trained, ${each} AS value FROM ${table} WHERE ${column} IS NOT NULL)
     WHERE value IS NOT NULL`,
  );
  const counted = `SELECT value, count(*) FILTER (WHERE is_trained) AS entities FROM ${found} GROUP BY value`;
  const [noticed] = await database.rows(
    `SELECT count(*) FILTER (WHERE entities BETWEEN 1 AND ${rules.minCount - 1}) AS rare,
       count(*) FILTER (WHERE entities = 0) AS unknown, count(*) FILTER (WHERE entities > 0) AS met FROM (${counted})`,
  );
  if (Number(noticed?.met ?? 0) === 0) {
    throw new DataError(`feature "${name}": nobody and nothing in train has a value of it; leave the feature out`);
  }
  const hasOther = Number(noticed?.rare ?? 0) > 0;
  const firstValueRow = firstRow + (hasOther ? 2 : 1);
  const vocabulary = `${table}_${column}_values`;
  await database.run(
    `CREATE TABLE ${vocabulary} AS SELECT value, row_number() OVER (ORDER BY value) - 1 + ${firstValueRow} AS row
     FROM (${counted}) WHERE entities >= ${rules.minCount} ORDER BY value`,
  );
  const values = (await database.rows(`SELECT value FROM ${vocabulary} ORDER BY row`)).map(({ value }) =>
    String(value),
  );
  // What is rare or unknown shares a row, unless nothing in train is rare: that row would not be learnt.
  const known = `SELECT entity, ${hasOther ? `coalesce(row, ${firstRow + 1})` : "row"} AS row
    FROM ${found} LEFT JOIN ${vocabulary} USING (value) WHERE ${hasOther ? "true" : "row IS NOT NULL"}`;
  return {
    schema: { kind, name, firstRow, rows: values.length + (hasOther ? 2 : 1), hasOther, values, separator },
    entries: `SELECT entity, row, count(*)::DOUBLE / any_value(n) AS weight
      FROM (SELECT entity, row, count(*) OVER (PARTITION BY entity) AS n FROM (${known})) GROUP BY entity, row`,
    counts: {
      unreadable: 0,
      rareValues: Number(noticed?.rare ?? 0),
      unknownValues: Number(noticed?.unknown ?? 0),
      cutLists:
        kind === "category"
          ? 0
          : await database.count(`SELECT count(*) FROM ${table} WHERE len(${list}) > ${rules.listLimit}`),
    },
  };
}

/** SQL: the values of a list, without blanks round them; those of nothing are left out. */
function listSql(column: string, separator: string | null): string {
  const json = `from_json(${column}, '["VARCHAR"]')`;
  const isJson = `CASE WHEN ascii(${column}) = ascii('[') THEN json_valid(${column}) ELSE false END`;
  const parts =
    separator === null
      ? json
      : `CASE WHEN ${isJson} THEN ${json} ELSE string_split(${column}, ${sqlText(separator)}) END`;
  return `list_filter(list_transform(${parts}, lambda part: nfc_normalize(trim(part))), lambda part: part <> '')`;
}
