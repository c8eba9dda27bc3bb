/** A session with a PostgreSQL server, whose troubles are told in words and whose TLS is what the address asks for. */
import { readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { Client } from "pg";
import { addressText } from "../config/address-text.ts";
import { type PostgresServer, postgresServerOf } from "../config/addresses/postgres-address.ts";
import { ConfigError, firstLineOf, messageOf } from "../errors.ts";
import { passwordFromFile } from "./password-file.ts";
import { type Asked, CONNECTING, explainTrouble } from "./server-trouble.ts";

export type SqlRow = Readonly<Record<string, unknown>>;

export interface PostgresSession {
  /** The address without secrets, to begin messages with. */
  readonly shown: string;
  readonly client: Client;
  /** One statement; `values` stand for $1, $2, ... `doing` says in errors what it is for. */
  rows(sql: string, values: readonly unknown[], doing: string): Promise<readonly SqlRow[]>;
  /** `task` with its troubles explained. */
  explained<T>(doing: string, task: () => Promise<T>): Promise<T>;
  /** Ends what is under way, too. Harmless when closed already. */
  close(): Promise<void>;
}

export interface PostgresWorld {
  readonly variables: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
  readonly log: (line: string) => void;
}

const GOODBYE_MILLISECONDS = 2000; // a server that is cut off never answers it

/**
 * `address` has passed its setting, which `setting` names in errors. Throws ConfigError where nobody answers there, or
 * the server refuses.
 */
export async function connectToPostgres(
  address: string,
  setting: string,
  world: PostgresWorld,
): Promise<PostgresSession> {
  const server = postgresServerOf(address, world.variables);
  const { host, user, database } = server;
  const asked: Asked = { shown: addressText(address), host, user, database, setting };
  const client = await connected(server, asked, world);
  let isClosed = false;
  const close = async (): Promise<void> => {
    if (isClosed) return;
    isClosed = true;
    world.signal.removeEventListener("abort", close);
    const goodbye = client.end().catch(() => {});
    await Promise.race([goodbye, sleep(GOODBYE_MILLISECONDS, undefined, { ref: false })]);
  };
  world.signal.addEventListener("abort", close);
  const explained = async <T>(doing: string, task: () => Promise<T>): Promise<T> => {
    try {
      return await task();
    } catch (error) {
      world.signal.throwIfAborted();
      throw explainTrouble(error, asked, doing);
    }
  };
  return {
    shown: asked.shown,
    client,
    explained,
    rows: (sql, values, doing) =>
      // Values make it a statement of its own: a second one in the text is refused.
      explained(doing, async () => (await client.query<SqlRow>({ text: sql, values: [...values] })).rows),
    close,
  };
}

async function connected(server: PostgresServer, asked: Asked, world: PostgresWorld): Promise<Client> {
  const { tls } = server;
  try {
    return await connectOnce(server, tls === "disable" ? false : await tlsOptions(server, asked), world);
  } catch (error) {
    // As libpq: "prefer" takes a server without TLS as it is.
    const mayGoWithout = tls === "prefer" && /does not support SSL/.test(messageOf(error));
    if (!mayGoWithout) throw explainTrouble(error, asked, CONNECTING);
  }
  return connectOnce(server, false, world).catch((error: unknown) => {
    throw explainTrouble(error, asked, CONNECTING);
  });
}

type TlsOptions = Exclude<NonNullable<ConstructorParameters<typeof Client>[0]>, string>["ssl"];

async function connectOnce(server: PostgresServer, ssl: TlsOptions, world: PostgresWorld): Promise<Client> {
  const { host, port, user, database, connectSeconds, applicationName, options } = server;
  world.signal.throwIfAborted();
  const client = new Client({
    host,
    port,
    user,
    database,
    password: async () => server.password ?? (await passwordFromFile(server, world.variables, world.log)) ?? "",
    ssl: host.startsWith("/") ? false : ssl, // a socket of this machine has no TLS
    connectionTimeoutMillis: connectSeconds * 1000,
    application_name: applicationName,
    keepAlive: true,
    client_encoding: "UTF8",
    ...(options === null ? {} : { options }),
  });
  client.on("error", () => {}); // what is under way is told of it
  try {
    await client.connect();
    return client;
  } catch (error) {
    void client.end().catch(() => {}); // of a connection that never was, nobody hears the end
    throw error;
  }
}

/** As libpq: "require" takes any certificate unless an authority is named, "verify-ca" any name of a trusted one. */
async function tlsOptions(server: PostgresServer, asked: Asked): Promise<Exclude<TlsOptions, boolean | undefined>> {
  const { tls, rootCertificate, certificate, key } = server;
  const pem = async (file: string | null): Promise<string | null> =>
    file === null
      ? null
      : readFile(file, "utf8").catch((error: unknown) => {
          throw new ConfigError(`${asked.shown}: a file of its certificates cannot be read (${firstLineOf(error)})`);
        });
  const [ca, cert, ownKey] = [await pem(rootCertificate), await pem(certificate), await pem(key)];
  const isVerified = tls === "verify-ca" || tls === "verify-full" || (tls === "require" && ca !== null);
  return {
    ...(ca === null ? {} : { ca }),
    ...(cert === null ? {} : { cert }),
    ...(ownKey === null ? {} : { key: ownKey }),
    rejectUnauthorized: isVerified,
    ...(isVerified && tls !== "verify-full" ? { checkServerIdentity: () => undefined } : {}),
  };
}
