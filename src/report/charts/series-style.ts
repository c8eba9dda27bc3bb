/**
 * How a line of a chart looks. Hues are those of Okabe & Ito 2008 ("Color Universal Design"), told apart by readers
 * with every common kind of colour blindness, darkened or lightened for contrast on each theme in page-style.ts; dashes
 * and markers repeat what the hue says.
 */

const HUES = ["blue", "vermilion", "green", "purple", "ochre", "sky", "grey"] as const;
export type Hue = (typeof HUES)[number];

export interface Series {
  readonly name: string;
  readonly hue: Hue;
  /** A second distinction beside the hue, such as "without LAWN". */
  readonly isDashed?: boolean;
}

/** A custom property that page-style.ts sets for each theme. */
export function colourOf(hue: Hue): string {
  return `var(--${hue})`;
}

/** The first hues in their order; beyond them the last, which stays telling by dash alone. */
export function hueAt(index: number): Hue {
  return HUES[Math.min(index, HUES.length - 1)]!;
}

/** Of Plot's stroke options. */
export function dashOf({ isDashed }: Pick<Series, "isDashed">): string {
  return isDashed === true ? "5 4" : "none";
}
