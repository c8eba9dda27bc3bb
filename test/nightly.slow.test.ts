/**
 * Three nights of a made-up shop by docs/examples/nightly.sh, from a real PostgreSQL to a real Redis: killed in every
 * step, while a reader looks for half lists; on the third night the gate keeps the new ranker out.
 */
import { spawn } from "node:child_process";
import { chmod, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { Redis } from "ioredis";
import { describePostgres, postgresPassword, usePostgres } from "./support/servers/postgres-server.ts";
import { describeRedis, useRedis } from "./support/servers/redis-server.ts";
import { compiledProgram, runProgram } from "./support/stages/compiled-program.ts";
import { useTemporaryFolder } from "./support/stages/temporary-folder.ts";

const script = path.resolve(import.meta.dirname, "../docs/examples/nightly.sh");
const both = describePostgres === describe && describeRedis === describe ? describe : describe.skip;

both("three nights of a shop", () => {
  const temporary = useTemporaryFolder();
  const postgres = usePostgres();
  const server = useRedis(() => temporary("."));
  let redis: Redis;
  let orders: readonly (readonly [customer: string, sku: string, time: string])[] = [];
  const said: string[] = [];
  const halves = new Set<string>();
  let isOver = false;
  let reader: Promise<void> = Promise.resolve();

  beforeAll(async () => {
    const program = await compiledProgram();
    await mkdir(temporary("bin"));
    await writeFile(temporary("bin/lawn-ranker"), `#!/bin/sh\nexec ${process.execPath} ${program} "$@"\n`);
    await chmod(temporary("bin/lawn-ranker"), 0o755);
    const size = ["--customers", "400", "--products", "120", "--orders", "6000"];
    await runProgram(program, ["sample", "orders.csv", ...size], temporary("."));
    const lines = (await readFile(temporary("orders.csv"), "utf8")).trim().split("\n").slice(1);
    orders = lines.map((line) => line.split(",")).map(([customer, sku, time]) => [customer!, sku!, time!] as const);
    await postgres().run("CREATE TABLE orders (id bigserial, customer text, sku text, bought_at timestamptz)");
    redis = new Redis(server());
  }, 120_000);
  afterAll(async () => {
    isOver = true;
    await reader;
    redis?.disconnect();
  });

  /** Customers whose number ends with 0 come on the third night alone. */
  const isLate = (customer: string): boolean => customer.endsWith("0");
  async function fill(share: number, withLate: boolean): Promise<readonly string[]> {
    const sorted = [...orders].sort(([, , a], [, , b]) => (a < b ? -1 : 1));
    const rows = sorted
      .slice(0, Math.floor(share * sorted.length))
      .filter(([customer]) => withLate || !isLate(customer));
    const columns = [0, 1, 2].map((column) => rows.map((row) => row[column]!));
    await postgres().run("TRUNCATE orders");
    await postgres().run(
      "INSERT INTO orders (customer, sku, bought_at) SELECT * FROM unnest($1::text[], $2::text[], $3::timestamp[])",
      columns,
    );
    return [...new Set(columns[0])];
  }

  /** The script in a process group of its own, killed as soon as it says `until`. */
  async function night(until: RegExp | null, flags: readonly string[] = []) {
    const child = spawn("bash", [script, "--epochs", "4", "--baselines", "none", ...flags], {
      detached: true,
      cwd: temporary("."),
      env: {
        ...process.env,
        PATH: `${temporary("bin")}:${process.env.PATH}`,
        FOLDER: temporary("shop"),
        ORDERS: `postgres://shop@127.0.0.1:${postgres().port}/postgres`,
        PGPASSWORD: postgresPassword,
        QUERY: "SELECT customer AS user_id, sku AS item_id, bought_at AS ts FROM orders ORDER BY id",
        LISTS: `${server()}?prefix=recs:`,
        K: "10",
      },
    });
    let text = "";
    const look = (some: Buffer): void => {
      text += String(some);
      if (until?.test(text)) process.kill(-child.pid!, "SIGKILL");
    };
    child.stdout.on("data", look);
    child.stderr.on("data", look);
    const status = await new Promise<number | null>((resolve) => child.on("close", (code) => resolve(code)));
    said.push(text);
    return { status, text };
  }

  async function listOf(customer: string): Promise<{ items: string[]; source: string } | null> {
    const generation = await redis.get("recs:current");
    const text = await redis.get(`recs:${generation}:${customer}`);
    return text === null ? null : JSON.parse(text);
  }

  it("the first: killed in every step, and then with lists for everybody", async () => {
    const customers = await fill(0.7, false);
    for (const until of [/reading postgres/, /train epoch 2/, /== gate/, /writing \d+ rows to redis/]) {
      expect(await night(until)).toMatchObject({ status: null });
    }
    const { status, text } = await night(null);
    expect([status, text]).toEqual([0, expect.stringContaining("rows to redis")]);
    expect(said[2]).toMatch(
      /the run is unfinished[\s\S]*: (goes on with train epoch|had not come to its first checkpoint)/,
    );
    for (const customer of customers)
      expect([customer, (await listOf(customer))?.items.length]).toEqual([customer, 10]);
    // From now on these people must find a whole list at any moment.
    reader = (async () => {
      while (!isOver) {
        const generation = await redis.get("recs:current");
        const texts = await redis.mget(customers.map((customer) => `recs:${generation}:${customer}`));
        for (const found of texts) {
          if (found === null || JSON.parse(found).items.length !== 10) halves.add(`${generation} ${found}`);
        }
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    })();
  }, 300_000);

  it("the second: begins with the first's ranker, is promoted, and trains nothing twice after a kill", async () => {
    const before = await redis.get("recs:current");
    await fill(0.85, false);
    const killed = await night(/== score/);
    expect(killed.status).toBeNull();
    expect(killed.text).toMatch(/train epoch 4\/4/);
    expect(killed.text).toMatch(/^promote: /m);
    const { status, text } = await night(null);
    expect([status, text]).toEqual([0, expect.stringContaining("was trained on this very data with these settings")]);
    expect(text).not.toMatch(/train epoch/);
    expect(await redis.get("recs:current")).not.toBe(before);
    const manifest = JSON.parse(await readFile(temporary("shop/models/shop/current/manifest.json"), "utf8"));
    expect(manifest.start).toMatchObject({ checkpoint: expect.stringMatching(/^[0-9a-f]{64}$/) });
  }, 300_000);

  it("the third: a ranker that is worse is kept out, and the old one serves tonight's people", async () => {
    const current = await readFile(temporary("shop/models/shop/current/manifest.json"), "utf8");
    const customers = await fill(1, true);
    const { status, text } = await night(null, ["--learning-rate", "5", "--epochs", "1"]);
    expect([status, text]).toEqual([0, expect.stringMatching(/^keep: /m)]);
    expect(await readFile(temporary("shop/models/shop/current/manifest.json"), "utf8")).toBe(current);
    const sources = new Map<boolean, Set<string>>();
    for (const customer of customers) {
      const list = await listOf(customer);
      expect([customer, list?.items.length]).toEqual([customer, 10]);
      const late = isLate(customer);
      sources.set(late, (sources.get(late) ?? new Set()).add(list!.source));
    }
    expect(sources.get(true)).toEqual(new Set(["popularity"]));
    expect(sources.get(false)).toContain("ranker");
  }, 300_000);

  it("no reader has found half a list, and no password stands anywhere", async () => {
    isOver = true;
    await reader;
    expect([...halves]).toEqual([]);
    expect(said.join("\n")).not.toMatch(/pl4nted|s3cret/);
    const entries = await readdir(temporary("shop"), { recursive: true, withFileTypes: true });
    const files = entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name));
    expect(files.length).toBeGreaterThan(10);
    for (const file of files) {
      expect([file, /pl4nted|s3cret/.test(await readFile(file, "latin1"))]).toEqual([file, false]);
    }
  });
});
