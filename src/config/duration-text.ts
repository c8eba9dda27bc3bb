/** Lengths of time as people write them: 90s, 2m, 1h, 1h30m. */
import { z } from "zod";

export const durationWords = "a duration such as 60s, 2m, 1h or 1h30m";

const parts = /^(?:(\d+(?:\.\d+)?)h)?(?:(\d+(?:\.\d+)?)m)?(?:(\d+(?:\.\d+)?)s)?$/;

/** Text in any of these forms; parsed, it is in seconds, such as "5400s", so that equal lengths are equal. */
export const durationType = z
  .string()
  .refine((text) => (secondsOf(text) ?? 0) > 0, `expected ${durationWords}`)
  .transform((text) => `${secondsOf(text) ?? 0}s`);

/** Null for a text that is no duration. */
export function secondsOf(text: string): number | null {
  const found = parts.exec(text.trim());
  if (found === null || text.trim() === "") return null;
  const [, hours = "0", minutes = "0", seconds = "0"] = found;
  return 3600 * Number(hours) + 60 * Number(minutes) + Number(seconds);
}
