/**
 * What a user's SQL condition may hold, read off its syntax tree: parts that look at one row, always answer alike, and
 * cost about as much as the row is long. Whatever is not named here is refused: sub-queries and windows, files and
 * settings, chance and clocks, and functions whose result can be far longer than what goes in (repeat, replace).
 */

/** As they are named in SQL; operators by the names that DuckDB's parser gives them. */
const FUNCTIONS: readonly string[] = [
  // Numbers.
  ..."abs bit_count ceil ceiling even exp floor fmod greatest isfinite isinf isnan least ln log log10 log2".split(" "),
  ..."mod pow power round sign sqrt trunc xor".split(" "),
  // Texts.
  ..."ascii bit_length char_length character_length chr concat concat_ws contains ends_with hash instr lcase".split(
    " ",
  ),
  ..."left len length lower ltrim md5 nfc_normalize ord position prefix regexp_extract regexp_full_match".split(" "),
  ..."regexp_matches reverse right rtrim sha256 split_part starts_with strip_accents strlen strpos substr".split(" "),
  ..."substring suffix translate trim ucase unicode upper".split(" "),
  // Times.
  ..."century date_diff date_part date_sub date_trunc datediff datepart datesub datetrunc day dayname".split(" "),
  ..."dayofmonth dayofweek dayofyear decade epoch epoch_ms epoch_ns epoch_us era hour isodow isoyear last_day".split(
    " ",
  ),
  ..."make_date make_time make_timestamp microsecond millennium millisecond minute month monthname quarter".split(" "),
  ..."second strftime strptime time_bucket timezone to_days to_hours to_microseconds to_milliseconds".split(" "),
  ..."to_minutes to_months to_quarters to_seconds to_timestamp to_weeks to_years try_strptime week weekday".split(" "),
  ..."weekofyear year yearweek".split(" "),
  // Lists and structures that a column holds, and what is missing.
  ..."array_contains array_extract array_length json_extract_string list_contains list_extract list_has".split(" "),
  ..."list_has_all list_has_any list_value nullif row string_split struct_extract".split(" "),
];
const OPERATORS = new Set("+ - * / // % ** ^ & | << >> ~ || @ ^@ ->> ~~ !~~ ~~* !~~* ~~~".split(" "));
/** Matching takes as many steps as the text is long, to the power of its wildcards, but for LIKE with % alone. */
const PATTERN_FUNCTIONS = new Set(
  "~~ !~~ ~~* !~~* ~~~ like_escape not_like_escape ilike_escape not_ilike_escape".split(" "),
);
const MOST_WILDCARDS = 2;

const TYPES = new Set([
  ..."BOOLEAN TINYINT SMALLINT INTEGER BIGINT HUGEINT UTINYINT USMALLINT UINTEGER UBIGINT UHUGEINT".split(" "),
  ..."FLOAT DOUBLE DECIMAL VARCHAR UUID DATE TIME INTERVAL TIMESTAMP TIMESTAMP_S TIMESTAMP_MS".split(" "),
  ...["TIMESTAMP_NS", "TIMESTAMP WITH TIME ZONE"],
]);

const SPECIAL_OPERATORS = new Set([
  ..."OPERATOR_NOT OPERATOR_IS_NULL OPERATOR_IS_NOT_NULL OPERATOR_COALESCE OPERATOR_TRY COMPARE_IN".split(" "),
  ..."COMPARE_NOT_IN ARRAY_EXTRACT STRUCT_EXTRACT".split(" "),
]);

const ALLOWED =
  "columns, values, AND, OR, NOT, comparisons, IN (values), BETWEEN, LIKE, IS NULL, CASE, casts, arithmetic, and " +
  `these functions: ${[...FUNCTIONS].sort().join(", ")}`;

/**
 * The first part of an expression's tree (of DuckDB's json_serialize_sql) that a condition may not hold, such as
 * `the function "random"`, and what it may hold; null where there is none. `columns` are those of the rows: what else
 * stands where a column may stand is a clock or a setting, such as current_date.
 */
export function refusedPart(tree: unknown, columns: readonly string[]): string | null {
  const known = new Set(columns.map((name) => name.toLowerCase()));
  return refusedIn(tree, known);
}

type Node = Readonly<Record<string, unknown>>;

function refusedIn(value: unknown, columns: ReadonlySet<string>): string | null {
  if (typeof value !== "object" || value === null) return null;
  if (!Array.isArray(value)) {
    const refused = "class" in value ? refusedExpression(value as Node, columns) : null;
    if (refused !== null) return refused;
  }
  for (const part of Object.values(value)) {
    const refused = refusedIn(part, columns);
    if (refused !== null) return refused;
  }
  return null;
}

/** Of the expression itself; its parts are looked at by the caller. */
function refusedExpression(node: Node, columns: ReadonlySet<string>): string | null {
  switch (node.class) {
    case "CONSTANT":
    case "COMPARISON":
    case "CONJUNCTION":
    case "BETWEEN":
    case "CASE":
      return null;
    case "COLUMN_REF": {
      const names = Array.isArray(node.column_names) ? node.column_names.map(String) : [];
      return columns.has((names[0] ?? "").toLowerCase()) ? null : `"${names.join(".")}", which is no column`;
    }
    case "CAST": {
      const type = String(at(node.cast_type, "id"));
      if (TYPES.has(type)) return null;
      return beyond(`a cast to ${String(at(at(node.cast_type, "type_info"), "name") ?? type)}`);
    }
    case "OPERATOR":
      return SPECIAL_OPERATORS.has(String(node.type)) ? null : beyond(`the operator ${words(node.type)}`);
    case "FUNCTION":
      return refusedFunction(node);
    case "SUBQUERY":
      return beyond("a sub-query");
    case "WINDOW":
      return beyond("a window");
    default:
      return beyond(`a ${words(node.class)}`);
  }
}

function refusedFunction(node: Node): string | null {
  const name = String(node.function_name);
  const kind = node.is_operator === true ? "operator" : "function";
  const isKnown = kind === "operator" ? OPERATORS.has(name) : FUNCTIONS.includes(name);
  if (!isKnown && !PATTERN_FUNCTIONS.has(name)) return beyond(`the ${kind} "${name}"`);
  const place = node.schema ?? "";
  if ((place !== "" && place !== "main") || (node.catalog ?? "") !== "") {
    return `"${String(place)}.${name}", a function behind a point; write ${name}(...)`;
  }
  const orders = at(node.order_bys, "orders");
  if (node.distinct === true || (node.filter ?? null) !== null || (Array.isArray(orders) && orders.length > 0)) {
    return beyond(`the function "${name}" as an aggregate`);
  }
  return PATTERN_FUNCTIONS.has(name) ? refusedPattern(name, node.children) : null;
}

/** DuckDB matches LIKE with % alone in one pass, everything else by trying every place for every wildcard. */
function refusedPattern(name: string, operands: unknown): string | null {
  const pattern: unknown = at(at(at(operands, "1"), "value"), "value");
  if (typeof pattern !== "string") return "a pattern that is not a plain text";
  const isOnePass = (name === "~~" || name === "!~~") && !pattern.includes("_");
  const wildcards = pattern.match(/[%*]+/g)?.length ?? 0;
  if (isOnePass || wildcards <= MOST_WILDCARDS) return null;
  return `"${pattern}", ${wildcards} wildcards beside _, in ILIKE or in GLOB; take ${MOST_WILDCARDS} at most, or regexp_matches`;
}

function beyond(what: string): string {
  return `${what}; a condition looks at one row at a time and may hold ${ALLOWED}`;
}

function words(name: unknown): string {
  return String(name).toLowerCase().replaceAll("_", " ");
}

function at(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined;
}
