/** Tells an object with keys, such as a JSON object, from everything else that `unknown` may hold. */

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
