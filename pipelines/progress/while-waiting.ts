/** A line now and then while one long piece of work goes on that cannot say how far it is. */
import type { StageContext } from "../stage.ts";
import { clockText } from "./clock-text.ts";

const SECONDS_BETWEEN_LINES = 20;

/** Such as "fitting ease, regularization 800: 1:20 so far". The first line comes after `secondsBetween`. */
export async function sayWhileWaiting<T>(
  work: () => Promise<T>,
  what: string,
  { log, elapsed }: Pick<StageContext, "log" | "elapsed">,
  secondsBetween = SECONDS_BETWEEN_LINES,
): Promise<T> {
  const began = elapsed();
  const timer = setInterval(
    () => log(`${what}: ${clockText((elapsed() - began) / 1000)} so far`),
    secondsBetween * 1000,
  );
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
}
