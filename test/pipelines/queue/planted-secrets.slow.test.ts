/** A secret planted in every address a stage takes: it stands in no output, no file, and nothing that `jobs` shows. */
import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { Redis } from "ioredis";
import { runCommandLine } from "../../../pipelines/command-line/run-command-line.ts";
import type { StageContext } from "../../../pipelines/stage.ts";
import { stages } from "../../../pipelines/stages.ts";
import { checkerboardDataset } from "../../support/data/checkerboard-dataset.ts";
import { writeDatasetFolder } from "../../support/data/small-dataset.ts";
import { describeRedis, useRedis } from "../../support/servers/redis-server.ts";
import { useScoreFolder } from "../../support/stages/score-folder.ts";
import { silentContext } from "../../support/stages/silent-context.ts";
import { smallStudy } from "../../support/stages/small-study.ts";

const SECRET = "pl4nted@s3cret"; // as it stands in an address: with an "@" that nobody encoded
const PARTS = /pl4nted|s3cret/;

const { temporary, roots } = useScoreFolder();

/** Everything that a call of the program says, on stdout and stderr. */
async function said(args: readonly string[], context: Partial<StageContext> = {}): Promise<string> {
  let output = "";
  const write = (text: string): void => {
    output += text;
  };
  const status = await runCommandLine(args, stages, {
    version: "0",
    stdout: write,
    stderr: write,
    context: () => ({ ...silentContext, ...context, log: (line) => write(`${line}\n`) }),
  });
  return `${output}status ${status}`;
}

const scoreFlags = () => {
  const output = ["--output", temporary("out.csv"), "--shards", "1"];
  return [
    "--dataset",
    "board",
    "--run",
    "once",
    "--data-root",
    roots["data-root"],
    "--models-root",
    roots["models-root"],
  ].concat(output, ["--engine", "reference", "--unknown", "popular"]);
};

async function filesBelow(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name));
}

describe("an address that is none", () => {
  const addresses = [
    `redis://:${SECRET}@host:99999`,
    `redis://:${SECRET}@host:0`,
    `redis://user:${SECRET}@`,
    `redis://:${SECRET}/more@host`,
    `redis://:${SECRET}?x@host:70000`,
    `redis://host:70000?password=${SECRET}`,
    `rediss://:${SECRET}@[::1`,
    `redis:/:${SECRET}@host`,
    `user:${SECRET}@host:6379`,
    `host:6379?password=${SECRET}`,
    `http://:${SECRET}@host`,
    `redis://:${SECRET.replace("@", "%zz")}@127.0.0.1:1`,
  ];

  it.each(addresses)("%s is refused by every stage that takes one, without its secret", async (queue) => {
    const calls = [
      ["worker", "--queue", queue],
      ["jobs", "--queue", queue, "--json"],
      ["score", ...scoreFlags(), "--queue", queue, "--debug"],
      ["compare", "--study", "smoke", "--queue", queue],
      ["jobs", queue], // without the flag
      ["jobs", `--que=${queue}`],
    ];
    for (const call of calls) {
      const text = await said(call);
      expect(text).toMatch(/status 2$/);
      expect(text).not.toMatch(PARTS);
      expect(text).not.toMatch(/unexpected/);
    }
  });

  it("says what is wrong with it", async () => {
    const problem = (queue: string) => said(["jobs", "--queue", queue]);
    expect(await problem("redis://:x@host:99999")).toContain("its port is 99999, which is none from 1 to 65535");
    expect(await problem("redis://:x@:6379")).toMatch(/its parts cannot be told apart|names no host/);
    expect(await problem("redis://:a/b@host")).toContain("in a password, / ? # @ % are %2F %3F %23 %40 %25");
    expect(await problem("http://host")).toContain("does not begin with redis:// or rediss://");
  });

  it("of a store or a mirror is refused without it too", async () => {
    for (const store of [`s3://AKID:${SECRET}@bucket/a`, `s3://AKID:${SECRET}/x@bucket`, `s3://bucket?key=${SECRET}`]) {
      expect(await said(["score", ...scoreFlags(), "--queue", "redis://127.0.0.1:1", "--store", store])).not.toMatch(
        PARTS,
      );
    }
    for (const mirror of [
      `https://u:${SECRET}@mirror/x`,
      `https://mirror/x?token=${SECRET}`,
      `ftp://u:${SECRET}@mirror`,
    ]) {
      const text = await said(["data", "--dataset", "ml-100k", "--data-root", temporary("data"), "--base-url", mirror]);
      expect(text).toMatch(/--base-url is .* expected an (http or https )?address without user, query or fragment/);
      expect(text).not.toMatch(PARTS);
    }
  });

  it.each([
    `postgres://user:${SECRET}@host:99999/db`,
    `postgres://user:${SECRET}/more@host/db`,
    `postgres://user:${SECRET.replace("@", "%zz")}@host/db`,
    `postgres://host/db?password=${SECRET}`,
    `postgres://user:${SECRET}@`,
    `postgres:/user:${SECRET}@host/db`,
    `mysql://user:${SECRET}@host/db`,
    `user:${SECRET}@host:5432`,
    `postgresql://user:${SECRET}@127.0.0.1:1/db`,
  ])("%s of a database is refused without it", async (raw) => {
    const roots = ["--dataset", "planted", "--data-root", temporary("planted")];
    const text = await said(["ingest", ...roots, "--raw", raw, "--table", "t", "--debug"]);
    expect(text).toMatch(/status [23]$/);
    expect(text).not.toMatch(PARTS);
    expect(text).not.toMatch(/unexpected/);
  });

  it.each([
    `postgres://user:${SECRET}@host/db`,
    `postgres://user:${SECRET}@host/db?table=a;b`,
    `postgres://user:${SECRET}/more@host/db?table=a`,
    `postgresql://user:${SECRET}@127.0.0.1:1/db?table=a`,
    `redis://:${SECRET}@host:6379`,
    `redis://:${SECRET}@host:6379?prefix=a b`,
    `redis://:${SECRET}?x@host:6379?prefix=a`,
    `redis://:${SECRET}@127.0.0.1:1?prefix=a`,
    `mysql://user:${SECRET}@host/db`,
  ])("%s of lists is refused without it", async (output) => {
    const flags = scoreFlags().map((word) => (word.endsWith("out.csv") ? output : word));
    const text = await said([
      "score",
      ...flags.filter((word, at) => flags[at - 1] !== "--shards" && word !== "--shards"),
      "--work",
      temporary("work"),
      "--debug",
    ]);
    expect(text).toMatch(/status 2$/);
    expect(text).not.toMatch(PARTS);
    expect(text).not.toMatch(/unexpected/);
    expect(
      (
        await filesBelow(temporary(".")).then((files) => Promise.all(files.map((file) => readFile(file, "latin1"))))
      ).some((content) => PARTS.test(content)),
    ).toBe(false);
  });

  it("in a config file is refused without it", async () => {
    await writeFile(temporary("config.json"), JSON.stringify({ queue: `redis://:${SECRET}@host:99999` }));
    const text = await said(["jobs", "--config", temporary("config.json")]);
    await rm(temporary("config.json"));
    expect(text).toContain("its port is 99999");
    expect(text).not.toMatch(PARTS);
  });
});

describe("an address at which something else answers", () => {
  const servers = { silent: createServer(), http: createServer() };
  const portOf = (name: keyof typeof servers): number => Object(servers[name].address()).port;
  beforeAll(async () => {
    servers.http.on("connection", (socket) => {
      socket.on("error", () => {});
      socket.on("data", () => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n"));
    });
    servers.silent.on("connection", (socket) => socket.on("error", () => {}));
    for (const server of Object.values(servers)) {
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    }
  });
  afterAll(() => {
    for (const server of Object.values(servers)) server.close();
  });

  it.each([
    ["redis", "http", "what answers there is no Redis, or one that expects TLS; try rediss://"],
    ["rediss", "http", "speaks no TLS, or nothing at all; try redis://"],
    ["rediss", "silent", "speaks no TLS, or nothing at all; try redis://"],
    ["redis", "silent", "what answers there is no Redis, or one that expects TLS"],
  ] as const)(
    "%s:// at a server that is %s",
    async (scheme, name, words) => {
      const text = await said(["jobs", "--queue", `${scheme}://:${SECRET}@127.0.0.1:${portOf(name)}`]);
      expect(text).toContain(`${scheme}://127.0.0.1:${portOf(name)}: `);
      expect(text).toContain(words);
      expect(text).not.toMatch(PARTS);
    },
    20_000,
  );
});

describeRedis("a Redis with a password", () => {
  const redis = useRedis(() => temporary("."));
  const address = (): string => redis().replace("redis://", `redis://:${SECRET}@`);
  const asUsed = (): Redis => new Redis(address());
  beforeAll(async () => {
    const client = new Redis(redis());
    await client.config("SET", "requirepass", SECRET);
    client.disconnect();
  });

  it.each(["password in front", "password in the query"])(
    "does the work of score and compare: %s",
    async (place) => {
      const queue = place.endsWith("query") ? `${redis()}?password=${encodeURIComponent(SECRET)}` : address();
      const name = ["--queue-name", place.replaceAll(" ", "-")];
      await writeDatasetFolder(temporary("data/checkerboard"), checkerboardDataset(40, 60));
      await writeFile(temporary("small.json"), JSON.stringify(smallStudy()));
      const stop = new AbortController();
      const worker = said(["worker", "--queue", queue, ...name, "--root", temporary(".")], { signal: stop.signal });
      const scored = await said(["score", ...scoreFlags(), "--queue", queue, ...name, "--json"]);
      const study = ["--study", temporary("small.json"), "--data-root", temporary("data"), "--engine", "reference"];
      const output = ["--output", temporary(`study-${place}`)];
      const compared = await said(["compare", ...study, ...output, "--queue", queue, ...name]);
      stop.abort();
      const texts = [scored, compared, await worker, await said(["jobs", "--queue", queue, ...name])];
      expect(texts.map((text) => text.match(/status \d+$/)?.[0])).toEqual(Array(4).fill("status 0"));
      for (const text of texts) expect(text).not.toMatch(PARTS);
      expect(scored).toContain(`lawn-ranker worker --queue ${redis()} does them`);
    },
    120_000,
  );

  it("leaves it in no file", async () => {
    const files = (await filesBelow(temporary("."))).filter((file) => !/appendonly|\.aof|\.rdb/.test(file));
    expect(files.length).toBeGreaterThan(20);
    for (const file of files) expect([file, PARTS.test(await readFile(file, "latin1"))]).toEqual([file, false]);
  });

  it("refuses another one in words", async () => {
    for (const url of [redis(), redis().replace("//", "//:wr0ng@"), redis().replace("//", `//wr0ng:${SECRET}@`)]) {
      const text = await said(["jobs", "--queue", url]);
      expect(text).toMatch(/127.0.0.1:\d+: Redis asks for another user or password; give them in --queue/);
      expect(text).not.toMatch(/wr0ng|pl4nted/);
    }
    const text = await said(["jobs", "--queue", `${address()}/99`]);
    expect(text).toContain("Redis has no database of this number");
  }, 60_000);

  it("at its memory limit says so, and takes jobs again when there is room", async () => {
    const client = asUsed();
    await client.config("SET", "maxmemory", "1");
    const call = ["score", ...scoreFlags().map((word) => (word.endsWith("out.csv") ? temporary("oom.csv") : word))];
    const text = await said([...call, "--queue", address(), "--queue-name", "oom"]);
    await client.config("SET", "maxmemory", "0");
    client.disconnect();
    expect(text).toMatch(/Redis is at its memory limit \(maxmemory\) and takes no more; raise it.*\nstatus 1$/);
    expect(text).not.toMatch(PARTS);
  });
});
