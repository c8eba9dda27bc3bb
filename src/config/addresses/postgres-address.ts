/**
 * Addresses of PostgreSQL databases, as libpq reads them: postgres://user:password@host:5432/database?sslmode=require,
 * and what the PG* variables add.
 */
import { ConfigError } from "../../errors.ts";
import { addressText, PASSWORD_SIGNS } from "../address-text.ts";
import { isEncoded } from "./percent-encoding.ts";

export interface PostgresServer {
  /** A name, an IP address, or the folder of a socket. */
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly database: string;
  /** Null where neither address nor PGPASSWORD has one; PGPASSFILE may. */
  readonly password: string | null;
  readonly tls: TlsMode;
  /** Paths of PEM files. */
  readonly rootCertificate: string | null;
  readonly certificate: string | null;
  readonly key: string | null;
  readonly connectSeconds: number;
  readonly applicationName: string;
  /** Such as "-c search_path=shop". */
  readonly options: string | null;
}

/** As libpq's sslmode: https://www.postgresql.org/docs/current/libpq-ssl.html */
export const tlsModes = ["disable", "prefer", "require", "verify-ca", "verify-full"] as const;
export type TlsMode = (typeof tlsModes)[number];

type Variables = Readonly<Record<string, string | undefined>>;

const PARAMETERS = [
  ...["sslmode", "sslrootcert", "sslcert", "sslkey"],
  ...["host", "connect_timeout", "application_name", "options"],
] as const;
const DEFAULT_PORT = "5432";
const CONNECT_SECONDS = 20;

export function isPostgresAddress(text: string): boolean {
  return /^postgres(ql)?:\/\//i.test(text);
}

/** What is wrong with an address, without its secrets; null where nothing is. `known` names further parameters. */
export function postgresAddressProblem(text: string, known: readonly string[] = []): string | null {
  if (/^\w+:\/\/[^/?#]*@(?:[/?#]|$)/.test(text)) return "it names a user but no server; PGUSER may name the user";
  if (!URL.canParse(text) || addressText(text).endsWith("...") || !isEncoded(text)) {
    return `its parts cannot be told apart; ${PASSWORD_SIGNS}`;
  }
  const { searchParams, hash, pathname, port } = new URL(text);
  if (hash !== "") return "it has a fragment (#...); in a password, # is %23";
  if (pathname.indexOf("/", 1) >= 0) return "it names more than a database behind the server";
  if (port === "0") return "its port is 0";
  const names = [...PARAMETERS, ...known];
  const unknown = [...searchParams.keys()].find((name) => !names.includes(name));
  if (unknown !== undefined) {
    return `its parameter ${/^\w{1,40}$/.test(unknown) ? unknown : "..."} is none of ${names.join(", ")}`;
  }
  const twice = names.find((name) => searchParams.getAll(name).length > 1);
  if (twice !== undefined) return `it has ${twice} more than once`;
  const tls = searchParams.get("sslmode");
  if (tls !== null && !isTlsMode(tls)) return `its sslmode is none of ${tlsModes.join(", ")}`;
  const seconds = searchParams.get("connect_timeout");
  if (seconds !== null && !/^[1-9]\d{0,4}$/.test(seconds)) return "its connect_timeout is no number of seconds";
  return null;
}

/**
 * `address` has no problem. What it leaves open the PG* variables say, and else the usual defaults. Throws ConfigError
 * for a variable that makes no sense.
 */
export function postgresServerOf(address: string, variables: Variables): PostgresServer {
  const { hostname, port, username, password, pathname, searchParams } = new URL(address);
  const given = (text: string | null | undefined): string | null =>
    text === null || text === undefined || text === "" ? null : text;
  const option = (name: (typeof PARAMETERS)[number], variable: string): string | null =>
    given(searchParams.get(name)) ?? given(variables[variable]);
  const part = (text: string): string | null => given(decodeURIComponent(text));
  const user = part(username) ?? given(variables.PGUSER) ?? given(variables.USER) ?? "postgres";
  const tls = option("sslmode", "PGSSLMODE") ?? "prefer";
  if (!isTlsMode(tls)) throw new ConfigError(`PGSSLMODE is "${tls}", expected one of ${tlsModes.join(", ")}`);
  const portText = given(port) ?? given(variables.PGPORT) ?? DEFAULT_PORT;
  if (!/^[1-9]\d{0,4}$/.test(portText) || Number(portText) > 65_535) {
    throw new ConfigError(`PGPORT is "${portText}", expected a number from 1 to 65535`);
  }
  const seconds = Number(option("connect_timeout", "PGCONNECT_TIMEOUT") ?? CONNECT_SECONDS);
  return {
    host: part(hostname.replace(/^\[(.+)\]$/, "$1")) ?? option("host", "PGHOST") ?? "localhost",
    port: Number(portText),
    user,
    database: part(pathname.slice(1)) ?? given(variables.PGDATABASE) ?? user,
    password: part(password) ?? given(variables.PGPASSWORD),
    tls,
    rootCertificate: option("sslrootcert", "PGSSLROOTCERT"),
    certificate: option("sslcert", "PGSSLCERT"),
    key: option("sslkey", "PGSSLKEY"),
    connectSeconds: seconds > 0 ? seconds : CONNECT_SECONDS,
    applicationName: option("application_name", "PGAPPNAME") ?? "lawn-ranker",
    options: option("options", "PGOPTIONS"),
  };
}

function isTlsMode(text: string): text is TlsMode {
  return tlsModes.some((mode) => mode === text);
}
