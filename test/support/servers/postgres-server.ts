/**
 * A PostgreSQL of the test's own, on a port and in a folder of its own; tests that need one are skipped out loud where
 * Debian's postgresql is not installed. As root it runs as user postgres, since it refuses root.
 */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import {
  appendFileSync,
  chmodSync,
  chownSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe } from "@jest/globals";
import { Client } from "pg";
import { freePort } from "./free-port.ts";

const binaries = newestBinaries();
const isRoot = process.getuid?.() === 0;
const user = isRoot ? postgresUser() : null;
const owner = user ?? {};
const isInstalled = binaries !== null && (user !== null || !isRoot);
if (!isInstalled)
  console.warn("skipped: PostgreSQL is not installed (apt-get install postgresql), so no database is tested");

export const describePostgres = isInstalled ? describe : describe.skip;

export const postgresUserName = "shop";
/** With signs that have to be encoded in an address. */
export const postgresPassword = "pl4nted:s3cret@/?#%";

export interface TestPostgres {
  readonly port: number;
  /** The folder of its socket, too. */
  readonly folder: string;
  /** Certificate of the server, of itself alone, for the name localhost. */
  readonly certificate: string;
  /** With user and password; `query` such as "table=recommendations". */
  url(query?: string): string;
  run(sql: string, values?: readonly unknown[]): Promise<readonly Record<string, unknown>[]>;
  /** Ends it at once, in the middle of whatever it does. */
  kill(): Promise<void>;
  start(): Promise<void>;
}

/** Gives the running server; call the result inside tests only. `settings` are those of postgresql.conf. */
export function usePostgres(settings: Readonly<Record<string, string>> = {}): () => TestPostgres {
  let server: TestPostgres | null = null;
  beforeAll(async () => {
    if (isInstalled) server = await startServer(settings);
  }, 60_000);
  afterAll(async () => {
    await server?.kill();
    if (server !== null) rmSync(server.folder, { recursive: true, force: true });
  });
  return () => server!; // beforeAll has made it
}

async function startServer(settings: Readonly<Record<string, string>>): Promise<TestPostgres> {
  const folder = mkdtempSync(path.join(tmpdir(), "postgres-"));
  const own = (file: string): void => {
    if (user !== null) chownSync(file, user.uid, user.gid);
  };
  own(folder);
  const at = (name: string): string => path.join(folder, name);
  writeFileSync(at("password"), postgresPassword);
  own(at("password"));
  const setUp = [
    ...["-D", at("data"), "-U", postgresUserName, "--pwfile", at("password"), "-A", "scram-sha-256"],
    ...["-E", "UTF8", "--locale=C", "--no-sync"],
  ];
  execFileSync(path.join(binaries!, "initdb"), setUp, { ...owner, stdio: "ignore", cwd: folder });
  const certificate = at("server.crt");
  const name = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"];
  const made = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-keyout", at("server.key")];
  execFileSync("openssl", [...made, "-out", certificate, ...name], { stdio: "ignore" });
  chmodSync(at("server.key"), 0o600);
  for (const file of ["server.crt", "server.key"]) own(at(file));
  const port = await freePort();
  const all = {
    port: String(port),
    listen_addresses: "127.0.0.1",
    unix_socket_directories: folder,
    fsync: "off",
    shared_buffers: "16MB",
    ssl: "on",
    ssl_cert_file: certificate,
    ssl_key_file: at("server.key"),
    ...settings,
  };
  const lines = Object.entries(all).map(([key, value]) => `${key} = '${value}'\n`);
  appendFileSync(at("data/postgresql.conf"), lines.join(""));
  let running: ChildProcess | null = null;
  const address = (query: string): string =>
    `postgres://${postgresUserName}:${encodeURIComponent(postgresPassword)}@127.0.0.1:${port}/postgres${query === "" ? "" : `?${query}`}`;
  const server: TestPostgres = {
    port,
    folder,
    certificate,
    url: (query = "") => address(query),
    async run(sql, values) {
      const client = new Client({ connectionString: address("sslmode=disable") });
      await client.connect();
      try {
        return (await client.query(sql, values === undefined ? undefined : [...values])).rows;
      } finally {
        await client.end();
      }
    },
    async kill() {
      if (running === null) return;
      const ended = new Promise((resolve) => running?.once("close", resolve));
      running.kill("SIGQUIT");
      await ended;
      running = null;
    },
    async start() {
      const started = spawn(path.join(binaries!, "postgres"), ["-D", at("data")], {
        ...owner,
        cwd: folder,
        stdio: ["ignore", "ignore", "pipe"],
      });
      running = started;
      let said = "";
      await new Promise<void>((resolve, reject) => {
        started.once("close", (status) => reject(new Error(`PostgreSQL ended with ${status}: ${said}`)));
        started.stderr.on("data", (text) => {
          said += text;
          if (said.includes("ready to accept connections")) resolve();
        });
      });
    },
  };
  await server.start();
  return server;
}

/** Where Debian puts them; null where they are not. */
function newestBinaries(): string | null {
  const root = "/usr/lib/postgresql";
  const versions = existsSync(root) ? readdirSync(root).sort((a, b) => Number(b) - Number(a)) : [];
  const folders = versions.map((version) => path.join(root, version, "bin"));
  return folders.find((folder) => existsSync(path.join(folder, "initdb"))) ?? null;
}

function postgresUser(): { readonly uid: number; readonly gid: number } | null {
  try {
    const number = (flag: string): number => Number(execFileSync("id", [flag, "postgres"], { stdio: "pipe" }));
    return { uid: number("-u"), gid: number("-g") };
  } catch {
    return null;
  }
}
