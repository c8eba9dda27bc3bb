/** Lists into a table of PostgreSQL: what stands in it, what readers see meanwhile, and what is left by failures. */
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { expect, it } from "@jest/globals";
import { Client } from "pg";
import { verifyStage } from "../../../pipelines/verify/verify.ts";
import { parseConfig } from "../../../src/config/parse.ts";
import { describePostgres, usePostgres } from "../../support/servers/postgres-server.ts";
import { readRows, useScoreFolder } from "../../support/stages/score-folder.ts";
import { silentContext } from "../../support/stages/silent-context.ts";

const { temporary, roots, score } = useScoreFolder();

describePostgres("lists in a table", () => {
  const postgres = usePostgres({ deadlock_timeout: "100ms" });
  const publish = (table: string, flags: Record<string, string | boolean> = {}, context = {}) =>
    score({ output: postgres().url(`table=${table}`), work: temporary("work"), k: "5", ...flags }, context);
  const rowsOf = async (table: string) => {
    const rows = await postgres().run(
      `SELECT user_id::int AS "user", item_id AS item, rank, score, source FROM ${table} ORDER BY user_id, rank`,
    );
    return rows.map((row) => ({ ...row, score: Math.fround(Number(row.score)) })); // was the shortest text
  };
  const freshTables = async () =>
    (await postgres().run("SELECT relname FROM pg_class WHERE relname LIKE 'lawn_ranker%' AND relkind = 'r'")).length;

  it("are the rows of the file, with its columns, and a key", async () => {
    const result = await publish("first");
    await score({ output: temporary("first.arrow"), k: "5" });
    const expected = await readRows(temporary("first.arrow"));
    expect(expected.length).toBeGreaterThan(100);
    expect(await rowsOf("first")).toEqual(expected);
    const types = await postgres().run(
      "SELECT column_name AS name, data_type AS type FROM information_schema.columns WHERE table_name = 'first' ORDER BY ordinal_position",
    );
    expect(types.map(({ name, type }) => `${name} ${type}`)).toEqual([
      "user_id bigint",
      "item_id text",
      "rank integer",
      "score real",
      "source text",
    ]);
    const [index] = await postgres().run("SELECT indexdef FROM pg_indexes WHERE tablename = 'first'");
    expect(index?.indexdef).toMatch(/^CREATE UNIQUE INDEX .* \(user_id, rank\)$/);
    const [comment] = await postgres().run("SELECT obj_description('first'::regclass) AS text");
    expect(comment?.text).toMatch(/^lawn-ranker 0: lists of .*once, plan [0-9a-f]{16}$/);
    expect(result).toMatchObject({ json: { published: { rows: expected.length }, counts: { users: 30 } } });
    expect(result.text).toContain(`written: postgres://127.0.0.1:${postgres().port}/postgres table first (`);
  });

  it("leave a manifest without secrets that verify knows, and no shards", async () => {
    const manifests = readdirSync(temporary("work")).filter((name) => name.endsWith(".manifest.json"));
    expect(manifests).toHaveLength(1);
    const file = `${temporary("work")}/${manifests[0]}`;
    const manifest = JSON.parse(readFileSync(file, "utf8"));
    expect(manifest.output).toMatchObject({ format: "postgres", address: expect.stringContaining("table first") });
    expect(JSON.stringify(manifest)).not.toMatch(/pl4nted|s3cret/);
    expect(
      readdirSync(temporary("work"), { recursive: true }).filter((name) => String(name).endsWith(".arrow")),
    ).toEqual([]);
    const flags = { ...roots, path: file, inputs: false };
    const config = parseConfig({ schema: verifyStage.schema, layers: [], flags });
    expect(await verifyStage.run(config, silentContext)).toMatchObject({ exitCode: 0 });
  });

  it("come from shards as well, wherever those were scored", async () => {
    await expect(publish("sharded", { merge: true, shards: "2" })).rejects.toThrow(/2 of 2 shards are not finished/);
    await publish("sharded", { shard: "1/2" });
    await publish("sharded", { shard: "0/2" });
    await publish("sharded", { merge: true, shards: "2" });
    expect(await rowsOf("sharded")).toEqual(await rowsOf("first"));
  });

  it("replace the former ones at once, under the eyes of readers, who keep their rights and indexes", async () => {
    await postgres().run(`CREATE ROLE web LOGIN; CREATE INDEX by_item ON first (item_id);
      GRANT SELECT ON first TO web; GRANT SELECT, UPDATE ON first TO PUBLIC`);
    const client = new Client({ connectionString: postgres().url("sslmode=disable") });
    await client.connect();
    const seen = new Set<string>();
    let isDone = false;
    const reading = (async () => {
      while (!isDone) {
        const { rows } = await client.query("SELECT count(*)::int AS n, max(rank) AS k FROM first");
        seen.add(`${rows[0].n} ${rows[0].k}`);
      }
    })();
    for (const k of ["3", "5", "3"]) await publish("first", { k });
    isDone = true;
    await reading;
    await client.end();
    const [after] = await postgres().run("SELECT count(*)::int AS n FROM first");
    expect([...seen].every((text) => /^(90 3|150 5)$/.test(text))).toBe(true);
    expect(after).toEqual({ n: 90 });
    const indexes = await postgres().run("SELECT indexdef FROM pg_indexes WHERE tablename = 'first' ORDER BY 1");
    expect(indexes.map(({ indexdef }) => String(indexdef).replace(/INDEX \S+ ON/, "INDEX ON"))).toEqual([
      "CREATE INDEX ON public.first USING btree (item_id)",
      "CREATE UNIQUE INDEX ON public.first USING btree (user_id, rank)",
    ]);
    const [rights] = await postgres().run("SELECT has_table_privilege('web', 'first', 'SELECT, UPDATE') AS may");
    expect(rights).toEqual({ may: true });
  });

  it("belong to the owner of the former ones, whoever writes them", async () => {
    await postgres().run(`CREATE TABLE owned (LIKE first INCLUDING ALL);
      ALTER TABLE owned OWNER TO web; GRANT SELECT ON owned TO shop WITH GRANT OPTION`);
    const acl = () =>
      postgres().run(
        "SELECT pg_get_userbyid(relowner)::text AS owner, relacl::text AS acl FROM pg_class WHERE relname = 'owned'",
      );
    const before = await acl();
    expect(before).toMatchObject([{ owner: "web", acl: expect.stringContaining("shop=r*/web") }]);
    await publish("owned");
    expect(await acl()).toEqual(before);
    expect((await rowsOf("owned")).length).toBeGreaterThan(0);
  });

  it("wait for a reader who holds the former table, and leave it as it was when that takes too long for somebody", async () => {
    const reader = new Client({ connectionString: postgres().url("sslmode=disable") });
    await reader.connect();
    await reader.query("BEGIN; SELECT 1 FROM first");
    const stop = new AbortController();
    const stopped = publish("first", { k: "4" }, { signal: stop.signal }).catch((error: Error) => error.name);
    await waitForLock();
    stop.abort();
    expect(await stopped).toBe("AbortError");
    expect(await postgres().run("SELECT max(rank) AS k FROM first")).toEqual([{ k: 3 }]);
    expect(await freshTables()).toBe(0);
    const running = publish("first", { k: "4" });
    await waitForLock();
    await expect(publish("first", { k: "2", work: temporary("other") })).rejects.toThrow(
      /another process is writing public\.first now; run one at a time/,
    );
    await reader.query("COMMIT");
    await running;
    await reader.end();
    expect(await postgres().run("SELECT max(rank) AS k FROM first")).toEqual([{ k: 4 }]);
  }, 30_000);

  it("of a server that dies in the middle are the former ones, and the same command goes on without scoring", async () => {
    const reader = new Client({ connectionString: postgres().url("sslmode=disable") });
    reader.on("error", () => {});
    await reader.connect();
    await reader.query("BEGIN; SELECT 1 FROM first");
    const failing = publish("first", { k: "2" }).catch((error: Error) => error);
    await waitForLock();
    await postgres().kill();
    const failure = await failing;
    expect(failure).toMatchObject({
      name: "StorageError",
      message: expect.stringMatching(/run the same command again$/),
    });
    await reader.end().catch(() => {});
    await postgres().start();
    expect(await postgres().run("SELECT max(rank) AS k FROM first")).toEqual([{ k: 4 }]);
    expect(await freshTables()).toBe(0);
    const lines: string[] = [];
    const scored = shardsIn();
    expect(scored).toHaveLength(1);
    await publish("first", { k: "2" }, { log: (line: string) => void lines.push(line) });
    expect(await postgres().run("SELECT max(rank) AS k FROM first")).toEqual([{ k: 2 }]);
    expect(shardsIn()).toEqual([]);
  }, 30_000);

  it("are not written over what is not theirs", async () => {
    await postgres().run(`CREATE TABLE others (user_id bigint, item_id bigint, rank integer, score real, source text);
      CREATE VIEW looks AS SELECT 1 AS x; CREATE TABLE seen (LIKE first); CREATE VIEW on_seen AS SELECT * FROM seen;
      CREATE TABLE foreign_one (LIKE first); ALTER TABLE foreign_one OWNER TO web;
      CREATE TABLE secured (LIKE first); ALTER TABLE secured ENABLE ROW LEVEL SECURITY;
      CREATE TABLE part_shown (LIKE first); GRANT SELECT (score) ON part_shown TO web;
      CREATE TABLE ruled (LIKE first); CREATE RULE stay AS ON DELETE TO ruled DO INSTEAD NOTHING;
      CREATE TABLE published (LIKE first); CREATE PUBLICATION shown FOR TABLE published`);
    const refused = (table: string) => expect(publish(table)).rejects;
    await refused("others").toThrow(
      /public"?\."?others"? has the columns user_id bigint, item_id bigint, .*, expected user_id bigint, item_id text,/,
    );
    await refused("looks").toThrow(/is no plain table/);
    await refused("seen").toThrow(/has the view on_seen, which a new table in its place would not have/);
    await refused("secured").toThrow(/has row security/);
    await refused("part_shown").toThrow(/has grants on the column score/);
    await refused("ruled").toThrow(/has the rule stay/);
    await refused("published").toThrow(/has a place in the publication shown/);
    await refused("nowhere.first").toThrow(/there is no schema "nowhere"; give another, table=schema.name/);
    const web = postgres().url("table=first").replace("shop:", "web:");
    await expect(score({ output: web, work: temporary("work") })).rejects.toThrow(/PostgreSQL refuses user "web"/);
    await postgres().run("ALTER ROLE web PASSWORD 'web'");
    const asWeb = `postgres://web:web@127.0.0.1:${postgres().port}/postgres`;
    const refusedWeb = (table: string) =>
      expect(score({ output: `${asWeb}?table=${table}`, work: temporary("work") })).rejects;
    await refusedWeb("first").toThrow(/belongs to shop, and only its owner can replace it; connect as that user/);
    await refusedWeb("fresh").toThrow(/user "web" may not do this \(permission denied for schema public\)/);
    expect(await freshTables()).toBe(0);
  });

  it("refuse addresses that say too little, and settings of files", async () => {
    const at = (query: string) => ({ output: postgres().url(query), work: temporary("work") });
    await expect(score(at(""))).rejects.toThrow(/--output is "postgres:\/\/127.*": which table\? such as postgres:/);
    await expect(score(at("table=a-b"))).rejects.toThrow(/its table is no name, or schema\.name/);
    await expect(score({ ...at("table=a"), format: "csv" })).rejects.toThrow(/--format is "csv": only files have it/);
    await expect(score({ ...at("table=a"), "csv-safe": true })).rejects.toThrow(/no spreadsheet takes a table/);
    await expect(score({ output: temporary("a.csv"), work: "x" })).rejects.toThrow(/only an output that is no file/);
    await expect(score({ output: "s3://bucket/lists.parquet" })).rejects.toThrow(/expected a file, postgres:/);
  });

  it("of a full disk are the former ones", async () => {
    const small = `${postgres().folder}/small`;
    if (!mounted(small)) return console.warn("skipped: no small file system can be mounted here, so no disk is full");
    try {
      execFileSync("chown", ["postgres", small]);
      await postgres().run(`CREATE TABLESPACE small LOCATION '${small}'`);
      const full = {
        output: postgres().url("table=full&options=-c%20default_tablespace%3Dsmall"),
        work: temporary("work"),
      };
      await score({ ...full, k: "1" });
      execFileSync("sh", ["-c", `dd if=/dev/zero of=${small}/rest bs=4096 2>/dev/null || true`]);
      await expect(score({ ...full, k: "20" })).rejects.toThrow(
        /the server's disk is full \(.*No space left on device.*\); free some space there, and run the same command again/,
      );
      expect(await postgres().run('SELECT max(rank) AS k FROM "full"')).toEqual([{ k: 1 }]);
      execFileSync("rm", [`${small}/rest`]);
      await score({ ...full, k: "20" });
      expect(await postgres().run('SELECT max(rank) AS k FROM "full"')).toEqual([{ k: 20 }]);
    } finally {
      await postgres().kill();
      execFileSync("umount", [small]);
    }
  }, 60_000);

  function shardsIn(): string[] {
    if (!existsSync(temporary("work"))) return [];
    const names = readdirSync(temporary("work"), { recursive: true, encoding: "utf8" });
    return names.filter((name) => name.endsWith(".arrow"));
  }

  async function waitForLock(): Promise<void> {
    for (;;) {
      const [row] = await postgres().run(
        "SELECT count(*)::int AS n FROM pg_stat_activity WHERE application_name = 'lawn-ranker' AND wait_event_type = 'Lock'",
      );
      if (Number(row?.n) > 0) return;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  /** A file system of 2 MB, where this process may make one. */
  function mounted(folder: string): boolean {
    try {
      execFileSync("mkdir", [folder]);
      execFileSync("mount", ["-t", "tmpfs", "-o", "size=2m", "tmpfs", folder], { stdio: "ignore" });
      return true;
    } catch {
      return false;
    }
  }
});
