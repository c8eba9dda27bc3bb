/**
 * Whether a command printed what its page shows. Words, counts and settings have to be the same; what another machine
 * or another day changes may differ: times, sizes in bytes, hashes and engines in anything, decimals by a little.
 */

/** Another instruction set rounds otherwise, and another epoch may be the best: figures move in their third digit. */
const MOST_DIFFERENCE = 0.02;

const VARYING: readonly (readonly [found: RegExp, shown: string])[] = [
  [/\b(?=[a-f]*\d)[0-9a-f]{7,64}\b/g, "HASH"],
  [/\d{4}-\d\d-\d\dT[\d:.]+Z/g, "MOMENT"],
  [/[\d.,]+(?= (?:s|ms|samples\/s|users\/s)\b| % of the time)/g, "SPEED"],
  [/\bleft \d+:\d\d/g, "left SPEED"],
  [/[\d.,]+(?= ?(?:bytes|kB|MB|MiB|KiB)\b)/g, "BYTES"],
  [/\b(?:AVX-512|AVX2\+FMA|AVX2|baseline|NEON)\b.*?(?=, float32)/g, "MACHINE"],
  [/\bepoch \d+/g, "epoch N"],
  [/\bSKU\d+|\bC-\d+/g, "ID"],
];

const DECIMAL = /[+-]?\d*\.\d+/g;

/** The first difference in words, or null where there is none. */
export function outputDifference(shown: readonly string[], found: readonly string[]): string | null {
  if (shown.length !== found.length) return `${shown.length} lines shown, ${found.length} printed`;
  for (const [index, line] of shown.entries()) {
    const [one, other] = [steady(line), steady(found[index]!)];
    const isSame = one.replaceAll(DECIMAL, "?") === other.replaceAll(DECIMAL, "?") && areClose(one, other);
    if (!isSame) return `shown:   ${line}\nprinted: ${found[index]}`;
  }
  return null;
}

/** Rows of text tables are as wide as their widest cell, so blanks count as one. */
function steady(line: string): string {
  return VARYING.reduce((text, [found, shown]) => text.replaceAll(found, shown), line).replaceAll(/[ -]{2,}/g, " ");
}

function areClose(one: string, other: string): boolean {
  const numbers = (text: string): number[] => [...text.matchAll(DECIMAL)].map(([decimal]) => Number(decimal));
  const others = numbers(other);
  return numbers(one).every((number, index) => Math.abs(number - others[index]!) <= MOST_DIFFERENCE);
}
