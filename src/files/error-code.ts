/** The code of a file-system error. */

/**
 * Such as "ENOENT"; null for anything else. By shape, not by class: system errors may come
 * from another realm than ours.
 */
export function errorCode(error: unknown): string | null {
  if (typeof error !== "object" || error === null || !("code" in error)) return null;
  return typeof error.code === "string" ? error.code : null;
}
