/** A line now and then while one long piece of work goes on that cannot say how far it is. */
import type { StageContext } from "../stage.ts";
import { clockText } from "./clock-text.ts";

const SECONDS_BETWEEN_LINES = 20;

/**
 * Such as "fitting ease, regularization 800: 1:20 so far", with "about 0:40 left" where it is known what it takes. The
 * first line comes after `secondsBetween`.
 */
export async function sayWhileWaiting<T>(
  work: () => Promise<T>,
  what: string,
  { log, elapsed }: Pick<StageContext, "log" | "elapsed">,
  how: { readonly secondsBetween?: number; readonly expectedSeconds?: number | null } = {},
): Promise<T> {
  const { secondsBetween = SECONDS_BETWEEN_LINES, expectedSeconds = null } = how;
  const began = elapsed();
  const timer = setInterval(() => {
    const seconds = (elapsed() - began) / 1000;
    const left = expectedSeconds === null ? Number.NaN : expectedSeconds - seconds;
    // What takes longer than expected is not said to be nearly done.
    log(`${what}: ${clockText(seconds)} so far${left > 0 ? `, about ${clockText(left)} left` : ""}`);
  }, secondsBetween * 1000);
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
}
