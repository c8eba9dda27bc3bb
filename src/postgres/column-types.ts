/** What PostgreSQL's types are to SQL here, as its COPY writes their values in CSV. */
import type { PostgresSession } from "./connect.ts";

export interface ColumnType {
  /** SQL type that the values are read as; null for what is no value of a log, such as json, arrays and bytes. */
  readonly type: string | null;
  /** The type that conditions see, where it is another: exact numbers without a scale are read as text. */
  readonly typed: string | null;
  /** As the server calls it. */
  readonly stored: string;
}

interface Field {
  readonly dataTypeID: number;
  readonly dataTypeModifier: number;
}

const TYPES: Readonly<Record<string, string>> = {
  int2: "SMALLINT",
  int4: "INTEGER",
  int8: "BIGINT",
  oid: "UINTEGER",
  float4: "FLOAT",
  float8: "DOUBLE",
  bool: "BOOLEAN",
  uuid: "UUID",
  date: "DATE",
  timestamp: "TIMESTAMP",
  timestamptz: "TIMESTAMPTZ",
};

const MOST_DIGITS = 38; // of DECIMAL here; numeric has up to 131,072

/** In the order of `fields`. Domains are their base types; enumerations and texts of extensions are text. */
export async function columnTypes(session: PostgresSession, fields: readonly Field[]): Promise<readonly ColumnType[]> {
  const ids = [...new Set(fields.map(({ dataTypeID }) => dataTypeID))];
  const rows = await session.rows(
    "SELECT oid::int8::text AS id, typname AS name, typcategory AS category FROM pg_type WHERE oid = ANY($1::oid[])",
    [ids],
    "looking up the types of columns",
  );
  const known = new Map(rows.map(({ id, name, category }) => [String(id), [String(name), String(category)] as const]));
  return fields.map(({ dataTypeID, dataTypeModifier }) => {
    const [name, category] = known.get(String(dataTypeID)) ?? [`type ${dataTypeID}`, ""];
    return { stored: name, ...sqlType(name, category, dataTypeModifier) };
  });
}

/** `modifier` is the type's own, such as that of numeric(10, 2); -1 without one. */
function sqlType(name: string, category: string, modifier: number): Pick<ColumnType, "type" | "typed"> {
  if (name === "numeric") return numericType(modifier);
  const plain = TYPES[name];
  if (plain !== undefined) return { type: plain, typed: null };
  const isText = category === "S" || category === "E" || name === "char";
  return { type: isText ? "VARCHAR" : null, typed: null };
}

/** The modifier holds precision and scale: numeric_maybe_typmod_... in PostgreSQL's numeric.c. */
function numericType(modifier: number): Pick<ColumnType, "type" | "typed"> {
  const precision = (modifier - 4) >> 16;
  const scale = (((modifier - 4) & 0x7ff) ^ 1024) - 1024; // 11 bits with a sign
  const fits = modifier >= 4 && precision <= MOST_DIGITS && scale >= 0 && scale <= precision;
  return fits ? { type: `DECIMAL(${precision},${scale})`, typed: null } : { type: "VARCHAR", typed: "DOUBLE" };
}
