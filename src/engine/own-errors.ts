/** Errors that leave an engine: ours as they are, anything else as an EngineError with its words. */
import { ConfigError, DataError, EngineError, firstLineOf } from "../errors.ts";

/** What to throw for `error`, met while `doing`. */
export function ownError(doing: string, error: unknown): Error {
  if (error instanceof EngineError || error instanceof ConfigError || error instanceof DataError) return error;
  return new EngineError(`${doing}: ${firstLineOf(error)}`, { cause: error });
}

export function withOwnErrors<T>(doing: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw ownError(doing, error);
  }
}
