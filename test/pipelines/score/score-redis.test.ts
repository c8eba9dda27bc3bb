/** Lists into Redis: what a shop reads, what it reads meanwhile, and what is left by failures. */
import { readdirSync, readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { Redis } from "ioredis";
import { listsOf } from "../../../pipelines/score/publish/redis-lists.ts";
import { describeRedis, useRedis } from "../../support/servers/redis-server.ts";
import { readRows, useScoreFolder } from "../../support/stages/score-folder.ts";

const { temporary, score } = useScoreFolder();

describeRedis("lists in Redis", () => {
  const server = useRedis(() => temporary("."));
  let redis: Redis;
  beforeAll(() => {
    redis = new Redis(server());
    redis.on("error", () => {});
  });
  afterAll(() => redis.disconnect());

  const publish = (flags: Record<string, string | boolean> = {}, context = {}, prefix = "recs:") =>
    score({ output: `${server()}?prefix=${prefix}`, work: temporary("work"), k: "5", ...flags }, context);

  /** The example of docs/score.md. */
  async function listOf(user: number): Promise<{ items: string[]; scores: number[] }> {
    const generation = await redis.get("recs:current");
    return JSON.parse((await redis.get(`recs:${generation}:${user}`)) ?? '{"items":[],"scores":[]}');
  }
  const lengthsOf = async (): Promise<Set<number>> => {
    const lists = await Promise.all(Array.from({ length: 30 }, (_, user) => listOf(1000 + user)));
    return new Set(lists.map(({ items }) => items.length));
  };

  it("are the rows of the file, a key for each user", async () => {
    const result = await publish();
    await score({ output: temporary("all.arrow"), k: "5" });
    const rows = await readRows(temporary("all.arrow"));
    for (let user = 1000; user < 1030; user++) {
      const own = rows.filter((row) => row.user === user);
      const list = await listOf(user);
      expect(list).toEqual({
        items: own.map(({ item }) => item),
        scores: list.scores,
        source: own[0]?.source,
      });
      expect(list.scores.map(Math.fround)).toEqual(own.map(({ score }) => score));
    }
    expect(await listOf(5)).toEqual({ items: [], scores: [] });
    expect(result).toMatchObject({ json: { published: { rows: rows.length }, output: `${server()} keys recs:*` } });
    expect(result.text).toContain(`written: ${server()} keys recs:* (`);
    const [manifest] = readdirSync(temporary("work")).filter((name) => name.endsWith(".manifest.json"));
    expect(JSON.parse(readFileSync(`${temporary("work")}/${manifest}`, "utf8"))).toMatchObject({
      output: { format: "redis", address: `${server()} keys recs:*` },
    });
  });

  it("change all at once under the eyes of readers, who can go on with the former ones for a while", async () => {
    await redis.set("recs:other", "of somebody else");
    await redis.set("recs2:0123456789abcdef:1", "of somebody else");
    await redis.set("recs:0123456789abcdef:1", "of a writer that was killed");
    const former = await redis.get("recs:current");
    const seen = new Set<string>();
    let isDone = false;
    const reading = (async () => {
      while (!isDone) {
        const generation = await redis.get("recs:current");
        const texts = await redis.mget(Array.from({ length: 30 }, (_, user) => `recs:${generation}:${1000 + user}`));
        for (const text of texts) seen.add(text === null ? "none" : `${JSON.parse(text).items.length}`);
      }
    })();
    await publish({ k: "3" });
    isDone = true;
    await reading;
    expect([...seen].every((length) => length === "5" || length === "3")).toBe(true);
    expect(await lengthsOf()).toEqual(new Set([3]));
    const current = await redis.get("recs:current");
    expect(await redis.ttl(`recs:${current}:1000`)).toBe(-1);
    for (const key of [`recs:${former}:1000`, "recs:0123456789abcdef:1"]) {
      expect(await redis.ttl(key)).toBeGreaterThan(3500);
    }
    expect(await redis.ttl("recs:other")).toBe(-1);
    expect(await redis.ttl("recs2:0123456789abcdef:1")).toBe(-1);
    expect(await redis.exists("recs:lock")).toBe(0);
  });

  it("that have not changed stay, and those of yesterday may come back", async () => {
    const before = await redis.get("recs:current");
    await publish({ k: "3" });
    expect(await redis.get("recs:current")).toBe(before);
    await publish({ k: "5" });
    expect(await lengthsOf()).toEqual(new Set([5]));
    expect(await redis.ttl(`recs:${await redis.get("recs:current")}:1000`)).toBe(-1);
  });

  it("of a server that dies in the middle are written on when it is back", async () => {
    const lines: string[] = [];
    await redis.client("PAUSE", 60_000, "WRITE");
    const running = publish({ k: "4" }, { log: (line: string) => void lines.push(line) });
    await waitFor(async () => /cmd=set\b/.test(await clients()));
    await server.kill();
    await server.start();
    await running;
    expect(lines.join("\n")).toContain(`${server()}: the connection to Redis is lost; waiting for it to come back`);
    expect(await lengthsOf()).toEqual(new Set([4]));
  }, 30_000);

  it("that are interrupted are the former ones, and the same command goes on without scoring", async () => {
    await redis.client("PAUSE", 60_000, "WRITE");
    const stop = new AbortController();
    const running = publish({ k: "2" }, { signal: stop.signal }).catch((error: Error) => error.name);
    await waitFor(async () => /cmd=set\b/.test(await clients()));
    stop.abort();
    expect(await running).toBe("AbortError");
    expect(shards()).toHaveLength(1);
    await redis.client("UNPAUSE");
    expect(await lengthsOf()).toEqual(new Set([4]));
    await publish({ k: "2" });
    expect(await lengthsOf()).toEqual(new Set([2]));
    expect(shards()).toEqual([]);
  }, 30_000);

  it("of a full server are the former ones, and take no room", async () => {
    await redis.config("SET", "maxmemory", "1");
    await expect(publish({ k: "6" })).rejects.toThrow(/Redis is at its memory limit \(maxmemory\) and takes no more/);
    await redis.config("SET", "maxmemory", "0");
    expect(await lengthsOf()).toEqual(new Set([2]));
    await publish({ k: "6" });
    expect(await lengthsOf()).toEqual(new Set([6]));
  });

  it("refuse addresses that say too little, and servers that do not answer", async () => {
    const refused = (output: string, flags = {}) =>
      expect(score({ output, work: temporary("work"), ...flags })).rejects;
    await refused(server()).toThrow(/which keys\? such as redis:\/\/host:6379\/0\?prefix=recs:/);
    await refused(`${server()}?prefix=a*b`).toThrow(/its prefix is not of letters/);
    await refused(`${server()}?prefix=a&keep=soon`).toThrow(/its keep is no number of seconds/);
    await refused(`${server()}?prefix=a`, { format: "jsonl" }).toThrow(/only files have it/);
    await refused("redis://:s3cret@127.0.0.1:1?prefix=a").toThrow(
      /^redis:\/\/127.0.0.1:1: no Redis answers there .*; start one, or give another --output$/,
    );
    await redis.config("SET", "requirepass", "s3cret");
    await refused(`${server()}?prefix=a`).toThrow(/Redis asks for another user or password; give them in --output/);
    await score({ output: `${server().replace("//", "//:s3cret@")}?prefix=with:password:`, work: temporary("work") });
    expect(await redis.get("with:password:current")).toMatch(/^[0-9a-f]{16}$/);
    for (const file of readdirSync(temporary("work"))) {
      if (file.endsWith(".json")) expect(readFileSync(`${temporary("work")}/${file}`, "utf8")).not.toContain("s3cret");
    }
    await redis.config("SET", "requirepass", "");
  }, 30_000);

  const clients = async (): Promise<string> => String(await redis.client("LIST"));
  const shards = (): string[] =>
    readdirSync(temporary("work"), { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".arrow"));
});

describe("the text of a list", () => {
  it("has the rows of one user, though they stand in two batches", async () => {
    async function* batches() {
      const sources = null;
      yield {
        userIds: ["a", "b"],
        itemIds: BigInt64Array.of(9007199254740993n, 1n),
        ranks: Uint32Array.of(1, 1),
        scores: Float32Array.of(0.1, -2),
        sources,
      };
      yield {
        userIds: ["b", 'c"'],
        itemIds: BigInt64Array.of(2n, 3n),
        ranks: Uint32Array.of(2, 1),
        scores: Float32Array.of(-3, 1e-7),
        sources,
      };
    }
    const lists: (readonly [string, string])[] = [];
    let rows = 0;
    for await (const some of listsOf(batches(), (count) => (rows += count))) lists.push(...some);
    expect(rows).toBe(4);
    expect(lists).toEqual([
      ["a", '{"items":[9007199254740993],"scores":[0.1]}'],
      ["b", '{"items":[1,2],"scores":[-2,-3]}'],
      ['c"', '{"items":[3],"scores":[1e-7]}'],
    ]);
  });
});

async function waitFor(isTrue: () => Promise<boolean>): Promise<void> {
  while (!(await isTrue())) await new Promise((resolve) => setTimeout(resolve, 20));
}
