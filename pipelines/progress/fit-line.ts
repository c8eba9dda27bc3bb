/** A line of progress as wide as there is room: the bar gives way first, then what matters least. */

export interface LinePart {
  /** As it stands in the line; the bar's place where it is null. */
  readonly text: string | null;
  /** When it gives way: 0 never, then those with the highest number first. */
  readonly spare: number;
}

const MOST_BAR = 40;
const LEAST_BAR = 10;
const GAP = "  ";

/** At most `columns` wide, unless what never gives way is wider. `bar` draws a bar of so many signs. */
export function fitLine(parts: readonly LinePart[], columns: number, bar: (size: number) => string): string {
  let shown = parts.filter(({ text }) => text !== "");
  const widthOf = (size: number): number => {
    const texts = shown.map(({ text }) => (text === null ? size : text.length));
    return texts.reduce((sum, width) => sum + width, 0) + GAP.length * Math.max(0, texts.length - 1);
  };
  const hasBar = (): boolean => shown.some(({ text }) => text === null);
  while (widthOf(LEAST_BAR) > columns) {
    const most = Math.max(...shown.map(({ spare }) => spare));
    if (!(most > 0)) break;
    shown = shown.filter(({ spare }) => spare < most);
  }
  const size = hasBar() ? Math.min(MOST_BAR, LEAST_BAR + columns - widthOf(LEAST_BAR)) : 0;
  return shown.map(({ text }) => text ?? bar(Math.max(1, size))).join(GAP);
}
