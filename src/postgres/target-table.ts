/** The table that is to be replaced: whether it is there, and whether a new one can take its place unnoticed. */
import { createHash } from "node:crypto";
import { ConfigError } from "../errors.ts";
import type { PostgresSession } from "./connect.ts";
import { quoted } from "./log-rows.ts";

export interface TableShape {
  /** Null for the first schema of the search path. */
  readonly schema: string | null;
  readonly table: string;
  readonly columns: readonly TableColumn[];
  /** Names of the columns of its primary key. */
  readonly key: readonly string[];
  /** What the server says of the table. */
  readonly comment: string;
}

export interface TableColumn {
  readonly name: string;
  readonly type: "bigint" | "text" | "integer" | "real";
}

export interface Target {
  /** Quoted, with its schema. */
  readonly name: string;
  readonly isThere: boolean;
  /** What the new table is called until it takes the place. */
  readonly freshName: string;
  /** As SQL has it, such as a group that the user is in; null for the user. */
  readonly owner: string | null;
  readonly grants: readonly { readonly what: string; readonly to: string }[];
}

/** Throws ConfigError where there is none of that name. */
export async function schemaOf(session: PostgresSession, { schema }: TableShape): Promise<string> {
  const [place] = await session.rows(
    `SELECT CASE WHEN $1::text IS NULL THEN current_schema()::text
       ELSE (SELECT nspname::text FROM pg_namespace WHERE nspname = $1) END AS schema`,
    [schema],
    "looking for the schema",
  );
  if (typeof place?.schema === "string") return place.schema;
  const what = schema === null ? "there is no schema to write to" : `there is no schema "${schema}"`;
  throw new ConfigError(`${session.shown}: ${what}; give another, table=schema.name`);
}

/** Throws ConfigError for a table that a new one would not be the same as. */
export async function findTarget(session: PostgresSession, shape: TableShape, schema: string): Promise<Target> {
  const doing = `looking at table ${shape.table}`;
  const refuse = (words: string): never => {
    throw new ConfigError(`${session.shown}: ${words}`);
  };
  const name = `${quoted(schema)}.${quoted(shape.table)}`;
  const freshName = `lawn_ranker_${createHash("sha256").update(name).digest("hex").slice(0, 16)}`;
  const [found] = await session.rows(FIND, [schema, shape.table], doing);
  if (found === undefined) return { name, isThere: false, freshName, owner: null, grants: [] };
  if (found.kind !== "r") refuse(`${name} is no plain table; give another with table=`);
  if (found.mine !== true) {
    refuse(`${name} belongs to ${String(found.owner)}, and only its owner can replace it; connect as that user`);
  }
  const columns = await session.rows(COLUMNS, [found.oid], doing);
  const has = columns.map((column) => `${String(column.name)} ${String(column.type)}`).join(", ");
  const wanted = shape.columns.map((column) => `${column.name} ${column.type}`).join(", ");
  if (has !== wanted) {
    refuse(`${name} has the columns ${has}, expected ${wanted}; give another with table=, or drop it`);
  }
  const [obstacle] = await session.rows(OBSTACLES, [found.oid], doing);
  if (obstacle !== undefined) {
    refuse(
      `${name} has ${String(obstacle.what)}, which a new table in its place would not have; remove it, or give another with table=`,
    );
  }
  const grants = await session.rows(GRANTS, [found.oid], doing);
  return {
    name,
    isThere: true,
    freshName,
    owner: found.own === true ? null : quoted(String(found.owner)),
    grants: grants.map(({ what, grantee }) => ({ what: String(what), to: String(grantee) })),
  };
}

const FIND = `
  SELECT c.oid::int8::text AS oid, c.relkind::text AS kind, pg_has_role(c.relowner, 'USAGE') AS mine,
    pg_get_userbyid(c.relowner)::text AS owner, pg_get_userbyid(c.relowner) = current_user AS own
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = $1 AND c.relname = $2`;

const COLUMNS = `
  SELECT attname::text AS name, format_type(atttypid, atttypmod) AS type FROM pg_attribute
  WHERE attrelid = $1::int8::oid AND attnum > 0 AND NOT attisdropped ORDER BY attnum`;

const OBSTACLES = `
  SELECT 'the trigger ' || tgname AS what FROM pg_trigger WHERE tgrelid = $1::int8::oid AND NOT tgisinternal
  UNION ALL SELECT 'row security' FROM pg_class WHERE oid = $1::int8::oid AND relrowsecurity
  UNION ALL SELECT 'the foreign key ' || conname FROM pg_constraint
    WHERE contype = 'f' AND $1::int8::oid IN (conrelid, confrelid)
  UNION ALL SELECT 'the view ' || r.ev_class::regclass::text FROM pg_rewrite r JOIN pg_depend d ON d.objid = r.oid
    WHERE d.classid = 'pg_rewrite'::regclass AND d.refobjid = $1::int8::oid AND r.ev_class <> $1::int8::oid
  UNION ALL SELECT 'grants on the column ' || attname FROM pg_attribute
    WHERE attrelid = $1::int8::oid AND attacl IS NOT NULL AND NOT attisdropped
  UNION ALL SELECT 'the rule ' || rulename FROM pg_rewrite WHERE ev_class = $1::int8::oid
  UNION ALL SELECT 'a place in the publication ' || pubname FROM pg_publication_rel r
    JOIN pg_publication p ON p.oid = r.prpubid WHERE r.prrelid = $1::int8::oid
  UNION ALL SELECT 'a parent or children' FROM pg_inherits WHERE $1::int8::oid IN (inhrelid, inhparent)
  LIMIT 1`;

/** Of others than the owner, each as GRANT wants it. */
const GRANTS = `
  SELECT a.privilege_type AS what,
    CASE WHEN a.grantee = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(a.grantee)) END
      || CASE WHEN a.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END AS grantee
  FROM pg_class c, aclexplode(c.relacl) a WHERE c.oid = $1::int8::oid AND a.grantee <> c.relowner ORDER BY 2, 1`;
