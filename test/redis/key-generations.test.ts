/** Generations of keys: one switch, and none where what is there is not what was written, or the lock is another's. */
import { afterAll, beforeAll, beforeEach, expect, it } from "@jest/globals";
import { type KeyValues, writeGeneration } from "../../src/redis/key-generations.ts";
import { type Connection, connectToRedis } from "../../src/redis/redis-connection.ts";
import { describeRedis, useRedis } from "../support/servers/redis-server.ts";
import { useTemporaryFolder } from "../support/stages/temporary-folder.ts";

const temporary = useTemporaryFolder();

describeRedis("a generation of keys", () => {
  const server = useRedis(() => temporary("."));
  let connection: Connection;
  beforeAll(async () => {
    connection = await connectToRedis(server(), { setting: "--output", log: () => {}, patienceSeconds: 60 });
  });
  beforeEach(async () => {
    await connection.redis.flushall();
    await connection.redis.set("p:current", "0000000000000000");
    await connection.redis.set("p:0000000000000000:1", "former");
  });
  afterAll(() => connection.close());

  const { signal } = new AbortController();
  const generation = { prefix: "p:", name: "1111111111111111", keepSeconds: 10 };
  const write = (entries: () => AsyncIterable<KeyValues>) =>
    writeGeneration(connection, generation, entries, { shown: "here", signal });
  const state = async () => {
    const keys = (await connection.redis.keys("*")).sort();
    return Object.fromEntries(await Promise.all(keys.map(async (key) => [key, await connection.redis.get(key)])));
  };

  it("is read when all of it is there", async () => {
    const written = await write(async function* () {
      yield [["1", "new"]];
      yield [];
      yield [["2", "é"]];
    });
    // "1\tnew\n" and "2\té\n": 6 and 5 bytes.
    expect(written).toMatchObject({ keys: 2, bytes: 11 });
    expect(await state()).toEqual({
      "p:current": "1111111111111111",
      "p:0000000000000000:1": "former",
      "p:1111111111111111:1": "new",
      "p:1111111111111111:2": "é",
    });
    expect(await connection.redis.ttl("p:0000000000000000:1")).toBeGreaterThan(8);
    expect(await connection.redis.ttl("p:1111111111111111:1")).toBe(-1);
  });

  it("leaves former ones that go by themselves as long as they had, and no longer than is asked for", async () => {
    await connection.redis.set("p:2222222222222222:1", "older", "EX", 5);
    await connection.redis.set("p:3333333333333333:1", "killed", "EX", 500);
    await write(async function* () {
      yield [["1", "new"]];
    });
    expect(await connection.redis.ttl("p:2222222222222222:1")).toBeLessThanOrEqual(5);
    const left = await connection.redis.ttl("p:3333333333333333:1");
    expect(left).toBeGreaterThan(5);
    expect(left).toBeLessThanOrEqual(10);
  });

  it("is not, and goes, where a key is missing or another when it is read back", async () => {
    let isSecond = false;
    const outcome = write(async function* () {
      yield [["1", "new"]];
      if (isSecond) await connection.redis.set("p:1111111111111111:2", "changed");
      if (isSecond) await connection.redis.del("p:1111111111111111:3");
      isSecond = true;
      yield [
        ["2", "new"],
        ["3", "new"],
      ];
    });
    await expect(outcome).rejects.toThrow(/^here: 2 of 3 lists are not there as they were written, so the former ones/);
    expect(await state()).toEqual({ "p:current": "0000000000000000", "p:0000000000000000:1": "former" });
  });

  it("is not where somebody else has taken the lock meanwhile", async () => {
    const outcome = write(async function* () {
      yield [["1", "new"]];
      await connection.redis.set("p:lock", "2222222222222222");
    });
    await expect(outcome).rejects.toThrow("here: another process is writing there (key p:lock); run one at a time");
    expect(await state()).toMatchObject({ "p:current": "0000000000000000", "p:lock": "2222222222222222" });
  });

  it("waits for a lock whose holder is gone", async () => {
    await connection.redis.set("p:lock", "2222222222222222", "PX", 700);
    await write(async function* () {
      yield [["1", "new"]];
    });
    expect(await state()).toMatchObject({ "p:current": "1111111111111111" });
  });
});
