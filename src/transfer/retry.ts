/** Trying again what may pass, each time after twice the wait: cut connections, servers in trouble. */
import { setTimeout as sleep } from "node:timers/promises";
import { StorageError } from "../errors.ts";

export interface Patience {
  /** Times in all. */
  readonly attempts: number;
  readonly firstWaitSeconds: number;
}

/** A failure that another attempt may not meet. */
export class PassingFailure extends Error {
  override readonly name = "PassingFailure";
}

/** `what` begins every message. Throws StorageError when no attempt is left; other errors than PassingFailure pass through at once. */
export async function withPatience<T>(
  what: string,
  task: () => Promise<T>,
  { attempts, firstWaitSeconds, log, signal }: Patience & { log(line: string): void; readonly signal: AbortSignal },
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    signal.throwIfAborted();
    try {
      return await task();
    } catch (error) {
      if (!(error instanceof PassingFailure)) throw error;
      if (attempt >= attempts) {
        throw new StorageError(
          `${what}: ${error.message}, ${attempt} times in a row; the same command goes on where it stopped`,
          { cause: error },
        );
      }
      const waitSeconds = firstWaitSeconds * 2 ** (attempt - 1);
      log(`${what}: ${error.message}; trying again in ${waitSeconds} s`);
      await sleep(waitSeconds * 1000, undefined, { signal });
    }
  }
}
