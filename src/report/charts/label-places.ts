/** Where the words of a chart stand so that none covers another or leaves the chart: the one rule for every label. */

const LETTER_PIXELS = 7.5; // at 12 px, of DejaVu Sans: the widest typeface that the page may come to
const GAP_PIXELS = 6;
/** From one label's line to the next one's, at 12 px. */
export const LINE_PIXELS = 14;

/** Width in CSS pixels, estimated: no browser is there to measure it. */
export function textPixels(text: string): number {
  return LETTER_PIXELS * text.length;
}

export interface TopPlace {
  /** Middle of the label. */
  readonly center: number;
  /** 0 is the line nearest to the plot; the next ones stand above it. */
  readonly row: number;
}

/**
 * Labels above a plot of `width`, each as near to its `x` as the chart's ends allow, on the lowest line where it is
 * free of those before it.
 */
export function placesOnTop(
  labels: readonly { readonly x: number; readonly text: string }[],
  width: number,
): readonly TopPlace[] {
  const taken: { row: number; left: number; right: number }[] = [];
  return labels.map(({ x, text }) => {
    const half = textPixels(text) / 2;
    const center = Math.max(half, Math.min(width - half, x));
    const [left, right] = [center - half - GAP_PIXELS, center + half + GAP_PIXELS];
    let row = 0;
    while (taken.some((other) => other.row === row && left < other.right && other.left < right)) row++;
    taken.push({ row, left: center - half, right: center + half });
    return { center, row };
  });
}

/**
 * Heights of labels in one column, a line apart at least and between `top` and `bottom`, in the order of the heights
 * they are wanted at and near to them. Where there are more than fit, they stand closer, evenly.
 */
export function placesInColumn(
  wanted: readonly number[],
  { top, bottom }: { readonly top: number; readonly bottom: number },
): readonly number[] {
  const apart = Math.min(LINE_PIXELS, (bottom - top) / Math.max(1, wanted.length - 1));
  const order = wanted.map((_, index) => index).sort((a, b) => wanted[a]! - wanted[b]! || a - b);
  // Neighbours that would touch become one group, spread about the mean of what its members want.
  const groups: { members: number[]; middle: number }[] = [];
  for (const index of order) {
    let group = { members: [index], middle: wanted[index]! };
    for (;;) {
      const before = groups.at(-1);
      const half = (apart * (group.members.length - 1)) / 2;
      group.middle = Math.max(top + half, Math.min(bottom - half, group.middle));
      if (before === undefined) break;
      const end = before.middle + (apart * (before.members.length - 1)) / 2;
      if (group.middle - half - end >= apart - 1e-9) break;
      groups.pop();
      const members = [...before.members, ...group.members];
      group = { members, middle: members.reduce((sum, k) => sum + wanted[k]!, 0) / members.length };
    }
    groups.push(group);
  }
  const places = new Array<number>(wanted.length).fill(0);
  for (const { members, middle } of groups) {
    for (const [k, index] of members.entries()) places[index] = middle + apart * (k - (members.length - 1) / 2);
  }
  return places;
}
