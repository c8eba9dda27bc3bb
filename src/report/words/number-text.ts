/** Numbers as a page shows them: the same rule for the same kind everywhere, so that columns line up. */

/** What stands where there is no value. */
export const ABSENT = "–";

const MINUS = "\u2212"; // as wide as a digit, unlike the hyphen

/** A blank at which no line breaks: between a number and what it counts. */
export const NO_BREAK = "\u00a0";

/** Such as 0.4837; null gives a dash. */
export function fixedText(value: number | null, digits = 4): string {
  if (value === null || !Number.isFinite(value)) return ABSENT;
  const text = Math.abs(value).toFixed(digits);
  return value < 0 && Number(text) !== 0 ? `${MINUS}${text}` : text;
}

/** A difference: always with its sign. */
export function signedText(value: number | null, digits = 4): string {
  const text = fixedText(value, digits);
  return value !== null && value > 0 && Number(text) !== 0 ? `+${text}` : text;
}

/** Three significant digits; powers of ten for what would need more than five decimals: 1.17e−6. */
export function significantText(value: number | null, digits = 3): string {
  if (value === null || !Number.isFinite(value)) return ABSENT;
  if (value === 0) return "0";
  const size = Math.abs(value);
  const text = size >= 1e6 || size < 1e-4 ? size.toExponential(digits - 1) : shortDecimal(size, digits);
  return `${value < 0 ? MINUS : ""}${text.replace("e+", "e").replace("e-", `e${MINUS}`)}`;
}

/** For the ticks of an axis, as short as can be: 0.05, 250, 40k, 1.2M, 2e−4. */
export function axisText(value: number): string {
  const size = Math.abs(value);
  const short = (number: number): string => String(Number(number.toPrecision(3)));
  let text = short(size);
  if (size >= 1e6) text = `${short(size / 1e6)}M`;
  else if (size >= 1e4) text = `${short(size / 1e3)}k`;
  else if (size > 0 && size < 1e-3) text = Number(size.toPrecision(3)).toExponential().replace("e-", `e${MINUS}`);
  return value < 0 ? `${MINUS}${text}` : text;
}

/** Thousands set apart: 57,999. */
export function countText(value: number | null): string {
  if (value === null || !Number.isFinite(value)) return ABSENT;
  return Math.round(value)
    .toString()
    .replace(/\B(?=(\d{3})+$)/g, ",")
    .replace("-", MINUS);
}

/** p-values: never "0.0000". */
export function probabilityText(value: number | null): string {
  if (value === null || !Number.isFinite(value)) return ABSENT;
  return value < 0.0001 ? "<0.0001" : value.toFixed(4);
}

/** A p-value that may be smaller than could be told. */
export function boundText(value: number, isAtMost: boolean): string {
  const text = value.toFixed(4);
  return isAtMost && Number(text) > 0 ? `at most ${text}` : probabilityText(value);
}

export function intervalText(interval: { readonly low: number; readonly high: number } | null, digits = 4): string {
  return interval === null ? ABSENT : `${fixedText(interval.low, digits)} to ${fixedText(interval.high, digits)}`;
}

export function percentText(share: number | null, digits = 1): string {
  return share === null || !Number.isFinite(share) ? ABSENT : `${fixedText(100 * share, digits)}${NO_BREAK}%`;
}

export function bytesText(bytes: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit === 0 ? value : value.toFixed(value < 10 ? 1 : 0)} ${units[unit]}`;
}

/** Such as 4.7 s, 3 min 20 s, 2 h 05 min. */
export function durationText(seconds: number | null): string {
  if (seconds === null || !Number.isFinite(seconds)) return ABSENT;
  if (seconds < 60) return `${seconds.toFixed(seconds < 10 ? 1 : 0)} s`;
  const whole = Math.round(seconds);
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, "0")} s`;
  const minutes = Math.round(seconds / 60);
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, "0")} min`;
}

function shortDecimal(size: number, digits: number): string {
  if (size >= 10 ** digits) return countText(size);
  const decimals = Math.max(0, digits - 1 - Math.floor(Math.log10(size)));
  return size.toFixed(Math.min(decimals, 8));
}
