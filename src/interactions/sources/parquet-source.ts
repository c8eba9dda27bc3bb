/** Parquet as a source of rows. */
import { DataError } from "../../errors.ts";
import { sqlPath, sqlPaths } from "../database/sql-text.ts";
import type { SqlValue, WorkDatabase } from "../database/work-database.ts";
import { mayBeRenamed, openRelation, orDataError, refuseSameNames, type TableSource } from "./table-source.ts";

export async function openParquetSource(
  database: WorkDatabase,
  { path, name }: { readonly path: string; readonly name: string },
): Promise<TableSource> {
  const source = await openRelation(database, `read_parquet(${sqlPath(path)})`, name, "parquet");
  if (mayBeRenamed(source.columns.map((column) => column.name))) {
    const nodes = await orDataError(name, () =>
      database.rows(`SELECT name, coalesce(num_children, 0) AS children FROM parquet_schema(${sqlPath(path)})`),
    );
    refuseSameNames(name, columnNames(nodes));
  }
  return source;
}

/** Files of one schema as one source named like the first. Throws DataError where their columns differ in anything. */
export async function openParquetParts(
  database: WorkDatabase,
  { paths, name }: { readonly paths: readonly string[]; readonly name: string },
): Promise<TableSource> {
  const list = sqlPaths(paths);
  const [odd] = await orDataError(name, () =>
    database.rows(`SELECT name FROM parquet_schema(${list})
      GROUP BY name, type, type_length, converted_type, logical_type::VARCHAR, scale, precision, num_children
      HAVING count(*) <> ${paths.length}`),
  );
  if (odd !== undefined) throw new DataError(`${name}: column "${odd.name}" is another one in a file beside it`);
  return openRelation(database, `read_parquet(${list}, union_by_name = true)`, name, "parquet");
}

/** Of the schema's nodes, root first and each before its children, those right below the root. */
function columnNames(nodes: readonly Readonly<Record<string, SqlValue>>[]): string[] {
  const names: string[] = [];
  let inside = 0;
  for (const { name, children } of nodes.slice(1)) {
    if (inside === 0) names.push(String(name));
    else inside--;
    inside += Number(children);
  }
  return names;
}
