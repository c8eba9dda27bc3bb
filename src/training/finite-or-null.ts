/** Figures for JSON, which has no NaN and no infinities. */

export function finiteOrNull(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
