/** Whether `--where` is what it should be: one true-or-false expression over the columns of a row, and nothing else. */
import { ConfigError, firstLineOf } from "../../errors.ts";
import { sqlText } from "../database/sql-text.ts";
import { withinTime } from "../database/time-limit.ts";
import type { WorkDatabase } from "../database/work-database.ts";
import { type TableSource, typedSelectList } from "../sources/table-source.ts";
import { refusedPart } from "./condition-syntax.ts";

const EXAMPLE = `expected one condition over the columns, such as "rating >= 4 AND timestamp > 978300000"`;
const MOST_CHARACTERS = 10_000;
const CHECK_SECONDS = 60; // milliseconds are usual; the columns of a wide JSON file take longest

/** Throws ConfigError unless the condition is one that may be evaluated; it is parsed, never run. */
export async function checkCondition(database: WorkDatabase, condition: string, source: TableSource): Promise<void> {
  const refuse = (found: string, expected = EXAMPLE): never => {
    throw new ConfigError(`${conditionName(condition)} ${found}; ${expected}`);
  };
  if (condition.length > MOST_CHARACTERS) {
    throw new ConfigError(`--where has ${condition.length} characters, expected at most ${MOST_CHARACTERS}`);
  }
  const expression = await parseExpression(database, condition);
  if (expression === null) return refuse("is not a single SQL expression");
  const names = source.columns.map(({ name }) => name);
  const refused = refusedPart(expression, names);
  const columns = source.typedColumns.map(({ name, type }) => `${name} ${type}`).join(", ");
  if (refused !== null) return refuse(`holds ${refused}`, `columns of ${source.file}: ${columns}`);
  const question = `DESCRIBE SELECT (\n${condition}\n) AS is_wanted FROM (SELECT ${typedSelectList(source)} FROM ${source.from})`;
  const rows = await withinTime(database, conditionName(condition), CHECK_SECONDS, () => database.rows(question)).catch(
    (error: unknown) => {
      if (error instanceof ConfigError) throw error;
      return refuse(`fails: ${firstLineOf(error)} (columns of ${source.file}: ${columns})`);
    },
  );
  const type = String(rows[0]?.column_type);
  if (type !== "BOOLEAN") refuse(`is of type ${type}, not true or false`);
}

/** As messages call it. */
export function conditionName(condition: string): string {
  return `--where: "${condition}"`;
}

/** Seconds that evaluating a condition over a file of so many bytes may take: many times what a disk needs. */
export function conditionSeconds(bytes: number): number {
  return 3600 + Math.round(bytes / 1e5);
}

/** Its tree; null for one that closes the bracket early, adds a clause or a second statement. */
async function parseExpression(database: WorkDatabase, condition: string): Promise<unknown> {
  const [row] = await database.rows(`SELECT json_serialize_sql(${sqlText(`SELECT (\n${condition}\n)`)}) AS tree`);
  const tree: unknown = JSON.parse(String(row?.tree));
  const statements = at(tree, "statements");
  const node = at(at(statements, "0"), "node");
  const selected = at(node, "select_list");
  const isOne =
    at(tree, "error") === false &&
    Array.isArray(statements) &&
    statements.length === 1 &&
    isPlainSelect(node) &&
    Array.isArray(selected) &&
    selected.length === 1;
  return isOne ? selected[0] : null;
}

/** A SELECT that holds its list alone: no FROM, WHERE, GROUP BY, ORDER BY, WITH or set operation. */
function isPlainSelect(node: unknown): boolean {
  const isEmpty = (key: string): boolean => {
    const value = at(node, key);
    return value === null || value === undefined || (Array.isArray(value) && value.length === 0);
  };
  const clauses = ["modifiers", "where_clause", "group_expressions", "group_sets", "having", "sample", "qualify"];
  const named = at(at(node, "cte_map"), "map");
  return (
    at(node, "type") === "SELECT_NODE" &&
    at(at(node, "from_table"), "type") === "EMPTY" &&
    clauses.every(isEmpty) &&
    (named === undefined || (Array.isArray(named) && named.length === 0))
  );
}

function at(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined;
}
