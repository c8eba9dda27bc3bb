/** A key that says who is writing: it goes by itself when its holder is gone. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Redis } from "ioredis";
import { StorageError } from "../errors.ts";

export interface HeldLock {
  /** Throws StorageError where the lock has gone to another meanwhile. */
  setWhileHeld(key: string, value: string): Promise<void>;
  /** Where nobody answers, the key goes by itself. */
  release(): Promise<void>;
}

const LOCK_MILLISECONDS = 30_000;
const RENEW_MILLISECONDS = 10_000;
const LOOK_MILLISECONDS = 500;
/** In Lua, which the server runs in one step: a lock that has gone to another is not this holder's to renew. */
const RENEW_OWN = `if redis.call("get", KEYS[1]) == ARGV[1] then return redis.call("pexpire", KEYS[1], ARGV[2]) end`;

/**
 * Waits for a holder that may be gone. Throws StorageError where one is there still. `token` tells holders apart: one
 * that was killed and begins anew with the same has its lock at once.
 */
export async function takeKeyLock(
  redis: Redis,
  key: string,
  { token, shown }: { readonly token: string; readonly shown: string },
): Promise<HeldLock> {
  const lost = (): StorageError =>
    new StorageError(`${shown}: another process is writing there (key ${key}); run one at a time`);
  const isTaken = async (): Promise<boolean> =>
    (await redis.set(key, token, "PX", LOCK_MILLISECONDS, "NX")) !== null || (await redis.get(key)) === token;
  for (let waited = 0; !(await isTaken()); waited += LOOK_MILLISECONDS) {
    if (waited > LOCK_MILLISECONDS) throw lost();
    await sleep(LOOK_MILLISECONDS);
  }
  const renewal = setInterval(() => {
    void redis.eval(RENEW_OWN, 1, key, token, LOCK_MILLISECONDS).catch(() => {});
  }, RENEW_MILLISECONDS);
  renewal.unref();
  /** In one step with the look at the lock: whatever touches it in between, such as a renewal, makes it look again. */
  const whileHeld = async (change: (steps: ReturnType<Redis["multi"]>) => unknown): Promise<boolean> => {
    for (;;) {
      await redis.watch(key);
      if ((await redis.get(key)) !== token) {
        await redis.unwatch();
        return false;
      }
      const steps = redis.multi();
      change(steps);
      if ((await steps.exec()) !== null) return true;
    }
  };
  return {
    async setWhileHeld(name, value) {
      if (!(await whileHeld((steps) => steps.set(name, value)))) throw lost();
    },
    async release() {
      clearInterval(renewal);
      if (redis.status === "ready") await whileHeld((steps) => steps.del(key));
    },
  };
}
