/**
 * Keys of Redis written as a generation of their own: <prefix><generation>:<id>. One key, <prefix>current, says which
 * generation is read; it is set when all of a new one are there and have been read back. Former ones go by themselves.
 */
import { createHash } from "node:crypto";
import { StorageError } from "../errors.ts";
import { type HeldLock, takeKeyLock } from "./key-lock.ts";
import type { Connection } from "./redis-connection.ts";

export interface Generation {
  /** Without the signs of patterns: * ? [ \ */
  readonly prefix: string;
  /** 16 hexadecimal digits. Equal names hold equal values, so that writing one again changes nothing. */
  readonly name: string;
  /** How long keys of other generations can still be read. */
  readonly keepSeconds: number;
}

export type KeyValues = readonly (readonly [id: string, value: string])[];

export interface WrittenKeys {
  readonly keys: number;
  /** Of "<id>\t<value>\n" for each key, as it was read back. */
  readonly bytes: number;
  readonly sha256: string;
}

/** `entries` is asked twice: for writing, and for comparing with what is there. */
export async function writeGeneration(
  { redis, explain }: Connection,
  generation: Generation,
  entries: () => AsyncIterable<KeyValues>,
  { shown, signal }: { readonly shown: string; readonly signal: AbortSignal },
): Promise<WrittenKeys> {
  const { prefix, name } = generation;
  const stop = (): void => redis.disconnect();
  signal.addEventListener("abort", stop);
  let lock: HeldLock | null = null;
  try {
    lock = await takeKeyLock(redis, `${prefix}lock`, { token: name, shown });
    const former = await redis.get(`${prefix}current`);
    await expireOthers(redis, generation, former);
    for await (const some of entries()) {
      await run(some.reduce((batch, [id, value]) => batch.set(keyOf(generation, id), value), redis.pipeline()));
    }
    const written = await readBack(redis, generation, entries(), shown);
    await lock.setWhileHeld(`${prefix}current`, name);
    await expireOthers(redis, generation, name);
    return written;
  } catch (error) {
    signal.throwIfAborted();
    // Nobody has read them, and a full server has no room for them.
    if (lock !== null && redis.status === "ready") await removeUnread(redis, generation).catch(() => {});
    throw explain(error);
  } finally {
    signal.removeEventListener("abort", stop);
    await lock?.release().catch(() => {});
  }
}

type Redis = Connection["redis"];
type Pipeline = ReturnType<Redis["pipeline"]>;

function keyOf({ prefix, name }: Generation, id: string): string {
  return `${prefix}${name}:${id}`;
}

/** The answers, in the order of the commands. */
async function run(batch: Pipeline): Promise<readonly unknown[]> {
  const answers = (await batch.exec()) ?? [];
  for (const [error] of answers) if (error !== null) throw error;
  return answers.map(([, answer]) => answer);
}

async function readBack(
  redis: Redis,
  generation: Generation,
  entries: AsyncIterable<KeyValues>,
  shown: string,
): Promise<WrittenKeys> {
  const digest = createHash("sha256");
  let [keys, bytes, wrong] = [0, 0, 0];
  for await (const some of entries) {
    if (some.length === 0) continue;
    const found = await redis.mget(some.map(([id]) => keyOf(generation, id)));
    for (const [index, [id, value]] of some.entries()) {
      if (found[index] !== value) wrong++;
      const line = Buffer.from(`${id}\t${value}\n`);
      digest.update(line);
      bytes += line.length;
    }
    keys += some.length;
  }
  if (wrong === 0) return { keys, bytes, sha256: digest.digest("hex") };
  throw new StorageError(
    `${shown}: ${wrong} of ${keys} lists are not there as they were written, so the former ones stay; the server may remove keys for lack of memory (maxmemory-policy), or was started anew without them; run the same command again`,
  );
}

/**
 * Keys of generations that are neither written now nor read: what came before, and what a killed writer left. Those
 * that go sooner already are left to go, or they would stay for as long as there are new ones.
 */
async function expireOthers(redis: Redis, generation: Generation, current: string | null): Promise<void> {
  const { prefix, name, keepSeconds } = generation;
  for await (const keys of keysOf(redis, prefix)) {
    const others = keys.filter((key) => ![name, current].includes(generationOf(key, prefix)));
    const left = await run(others.reduce((batch, key) => batch.ttl(key), redis.pipeline()));
    const staying = others.filter((_, index) => !isWithin(Number(left[index]), keepSeconds));
    await run(staying.reduce((batch, key) => batch.expire(key, keepSeconds), redis.pipeline()));
  }
}

/** `left` as TTL has it: below 0 for a key that stays. */
function isWithin(left: number, seconds: number): boolean {
  return left >= 0 && left <= seconds;
}

async function removeUnread(redis: Redis, generation: Generation): Promise<void> {
  const { prefix, name } = generation;
  if ((await redis.get(`${prefix}current`)) === name) return;
  for await (const keys of keysOf(redis, prefix)) {
    const own = keys.filter((key) => generationOf(key, prefix) === name);
    if (own.length > 0) await redis.unlink(...own);
  }
}

/** Keys of any generation, some at a time; one may come twice. */
async function* keysOf(redis: Redis, prefix: string): AsyncGenerator<readonly string[]> {
  for (let cursor = "0"; ; ) {
    const [next, keys] = await redis.scan(cursor, "MATCH", `${prefix}*`, "COUNT", 1000);
    yield keys.filter((key) => generationOf(key, prefix) !== null);
    if (next === "0") return;
    cursor = next;
  }
}

/** Null for a key that is of no generation. */
function generationOf(key: string, prefix: string): string | null {
  return /^([0-9a-f]{16}):/.exec(key.slice(prefix.length))?.[1] ?? null;
}
