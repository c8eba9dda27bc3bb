/** Passwords of PGPASSFILE, as libpq reads them: a line host:port:database:user:password, and * for any. */
import { readFile, stat } from "node:fs/promises";
import { homedir } from "node:os";
import path from "node:path";
import type { PostgresServer } from "../config/addresses/postgres-address.ts";

const OTHERS_MAY = 0o077;

/** Null where the file has none for the server, or is not there; one that others may read is passed over, and said. */
export async function passwordFromFile(
  server: Pick<PostgresServer, "host" | "port" | "database" | "user">,
  variables: Readonly<Record<string, string | undefined>>,
  log: (line: string) => void,
): Promise<string | null> {
  const file = variables.PGPASSFILE ?? path.join(variables.HOME ?? homedir(), ".pgpass");
  const facts = await stat(file).catch(() => null);
  if (facts === null || !facts.isFile()) return null;
  if ((facts.mode & OTHERS_MAY) !== 0) {
    log(`${file}: others may read it, so no password is taken from it; chmod 600 mends that`);
    return null;
  }
  // A socket's folder is called localhost there.
  const host = server.host.startsWith("/") ? "localhost" : server.host;
  return passwordIn(await readFile(file, "utf8"), [host, String(server.port), server.database, server.user]);
}

/** The first line that fits `fields` (host, port, database, user). */
export function passwordIn(text: string, fields: readonly string[]): string | null {
  for (const line of text.split(/\r?\n/)) {
    if (line.startsWith("#")) continue;
    // A field may hold ":" and "\" behind a "\".
    const parts = line.split(/(?<=(?<!\\)(?:\\\\)*):/);
    if (parts.length <= fields.length) continue;
    const values = parts.map((part) => part.replaceAll(/\\(.)/g, "$1"));
    const isFor = fields.every((field, index) => parts[index] === "*" || values[index] === field);
    if (isFor) return values[fields.length]!;
  }
  return null;
}
