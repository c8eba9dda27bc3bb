/** Whether `--where` is what it should be: one true-or-false expression over the columns of the log. */
import { ConfigError, firstLineOf } from "../../errors.ts";
import { sqlText } from "../sources/sql-text.ts";
import { type TableSource, typedSelectList } from "../sources/table-source.ts";
import type { WorkDatabase } from "../sources/work-database.ts";

const EXAMPLE = `expected one condition over the columns, such as "rating >= 4 AND timestamp > 978300000"`;

export async function checkCondition(database: WorkDatabase, condition: string, source: TableSource): Promise<void> {
  const refuse = (found: string): never => {
    throw new ConfigError(`--where: "${condition}" ${found}; ${EXAMPLE}`);
  };
  if (!(await isOneExpression(database, condition))) refuse("is not a single SQL expression");
  const question = `DESCRIBE SELECT (\n${condition}\n) AS is_wanted FROM (SELECT ${typedSelectList(source)} FROM ${source.from})`;
  const rows = await database.rows(question).catch((error: unknown) => {
    const names = source.typedColumns.map(({ name, type }) => `${name} ${type}`).join(", ");
    return refuse(`fails: ${firstLineOf(error)} (columns of ${source.file}: ${names})`);
  });
  const type = String(rows[0]?.column_type);
  if (type !== "BOOLEAN") refuse(`is of type ${type}, not true or false`);
}

/** Parsed, not guessed: a condition that closes the bracket early, adds a clause or a second statement shows in the syntax tree. */
async function isOneExpression(database: WorkDatabase, condition: string): Promise<boolean> {
  const [row] = await database.rows(`SELECT json_serialize_sql(${sqlText(`SELECT (\n${condition}\n)`)}) AS tree`);
  const tree: unknown = JSON.parse(String(row?.tree));
  const node = at(at(at(tree, "statements"), "0"), "node");
  const statements = at(tree, "statements");
  const selected = at(node, "select_list");
  return (
    at(tree, "error") === false &&
    Array.isArray(statements) &&
    statements.length === 1 &&
    Array.isArray(selected) &&
    selected.length === 1 &&
    at(at(node, "from_table"), "type") === "EMPTY" &&
    at(node, "where_clause") === null
  );
}

function at(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined;
}
