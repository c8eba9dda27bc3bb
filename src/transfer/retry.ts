/** Another attempt, each after twice the wait, at what met a transient error: a cut connection, a server in trouble. */
import { setTimeout as sleep } from "node:timers/promises";

export interface RetryPolicy {
  /** Times in all. */
  readonly attempts: number;
  readonly firstWaitSeconds: number;
}

/** A failure that another attempt may not meet. */
export class TransientError extends Error {
  override readonly name = "TransientError";
  /** Something arrived before it failed, which shows that the connection works: attempts are counted afresh. */
  readonly madeProgress: boolean;

  constructor(message: string, { madeProgress = false, ...options }: ErrorOptions & { madeProgress?: boolean } = {}) {
    super(message, options);
    this.madeProgress = madeProgress;
  }
}

export interface RetryContext extends RetryPolicy {
  log(line: string): void;
  readonly signal: AbortSignal;
  /** What to throw when no attempt is left; `problem` says what failed and how often. */
  giveUp(problem: string, cause: TransientError): Error;
}

/** `what` begins every message. Errors other than TransientError pass through at once. */
export async function withRetries<T>(
  what: string,
  task: () => Promise<T>,
  { attempts, firstWaitSeconds, log, signal, giveUp }: RetryContext,
): Promise<T> {
  for (let failures = 0; ; ) {
    signal.throwIfAborted();
    try {
      return await task();
    } catch (error) {
      if (!(error instanceof TransientError)) throw error;
      failures = error.madeProgress ? 1 : failures + 1;
      if (failures >= attempts) throw giveUp(`${what}: ${error.message}, ${failures} times in a row`, error);
      const waitSeconds = firstWaitSeconds * 2 ** (failures - 1);
      log(`${what}: ${error.message}; trying again in ${waitSeconds} s`);
      await sleep(waitSeconds * 1000, undefined, { signal });
    }
  }
}
