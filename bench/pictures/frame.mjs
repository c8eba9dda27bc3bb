/**
 * A picture of docs/images: an SVG file that stands alone, in the report's colours, readable on light and dark pages
 * and, for it is drawn no wider than this, on a phone.
 */

export const PICTURE_PIXELS = 480;

/** `body` is SVG; `title` and `words` are for readers who cannot see it; `style` is the report's colourStyle. */
export function picture({ height, title, words, body, style, width = PICTURE_PIXELS }) {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-labelledby="title words">
<title id="title">${escaped(title)}</title>
<desc id="words">${escaped(words)}</desc>
<style>${style}
svg { color: var(--soft); }
text { font-family: "Segoe UI", Roboto, "Helvetica Neue", Arial, system-ui, sans-serif; }
.words { font-size: 14px; fill: var(--ink); }
.small { font-size: 12.5px; fill: var(--soft); }
.strong { font-size: 14px; font-weight: 600; fill: var(--ink); }
.code { font: 12.5px ui-monospace, Menlo, Consolas, "Liberation Mono", monospace; fill: var(--ink); }
.middle { text-anchor: middle; }
.end { text-anchor: end; }
.line { fill: none; stroke: var(--soft); stroke-width: 1.4; }
.rule { fill: none; stroke: var(--line); stroke-width: 1.2; }
</style>
<rect x="0.5" y="0.5" width="${width - 1}" height="${height - 1}" rx="10" fill="var(--ground)" stroke="var(--line)"/>
${body}
</svg>
`;
}

export function text(x, y, words, classes = "words") {
  return `<text x="${x}" y="${y}" class="${classes}">${escaped(words)}</text>`;
}

/** A straight arrow; its head is drawn at the second point. */
export function arrow([x1, y1], [x2, y2], colour = "var(--soft)", width = 1.6) {
  const length = Math.hypot(x2 - x1, y2 - y1);
  const [dx, dy] = [(x2 - x1) / length, (y2 - y1) / length];
  const at = (back, aside) => `${round(x2 - back * dx - aside * dy)},${round(y2 - back * dy + aside * dx)}`;
  const shaft = `<path d="M${round(x1)},${round(y1)}L${at(6, 0)}" fill="none" stroke="${colour}" stroke-width="${width}"/>`;
  return `${shaft}<path d="M${round(x2)},${round(y2)}L${at(9, 4)}L${at(9, -4)}Z" fill="${colour}"/>`;
}

export function round(value) {
  return Number(value.toFixed(1));
}

function escaped(words) {
  return words.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}
