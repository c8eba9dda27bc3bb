/** A limit on how long SQL of a user's may run: what is running then is interrupted, and the user is told why. */
import { ConfigError } from "../../errors.ts";
import type { WorkDatabase } from "./work-database.ts";

export interface TimeLimit {
  /** What to throw for an error of the SQL: the limit, where that was the cause. */
  explain(error: unknown): unknown;
  /** To be called when the SQL is done, however it ended. */
  stop(): void;
}

/** `what` begins the message, such as `--where: "rating > 3"`. */
export function startTimeLimit(database: WorkDatabase, what: string, seconds: number): TimeLimit {
  let isOver = false;
  const timer = setTimeout(() => {
    isOver = true;
    database.interrupt();
  }, seconds * 1000);
  return {
    explain: (error) =>
      isOver ? new ConfigError(`${what} was not done after ${seconds} s and was stopped; give a simpler one`) : error,
    stop: () => clearTimeout(timer),
  };
}

/** Like the limit itself, for one statement or a few. */
export async function withinTime<T>(
  database: WorkDatabase,
  what: string,
  seconds: number,
  task: () => Promise<T>,
): Promise<T> {
  const limit = startTimeLimit(database, what, seconds);
  try {
    return await task();
  } catch (error) {
    throw limit.explain(error);
  } finally {
    limit.stop();
  }
}
