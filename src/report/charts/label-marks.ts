/** Labels as marks of a chart: names at the ends of lines instead of a legend, and of uprights above the plot. */
import type * as Plot from "@observablehq/plot";
import { LINE_PIXELS, placesInColumn, placesOnTop, textPixels } from "./label-places.ts";
import { colourOf, dashOf, type Hue } from "./series-style.ts";

export interface EndLabel {
  readonly text: string;
  /** Where the line ends, in the units of the axes; `y` may lie beyond the scale, and x null is the plot's end. */
  readonly x: number | null;
  readonly y: number;
  readonly hue: Hue;
  readonly isDashed?: boolean;
}

const KEY_PIXELS = 12; // of the stroke between a line's end and its name

/** Room to the right of the plot; null where the names are too long to stand there, so that a legend has to. */
export function endMargin(names: readonly string[], width: number): number | null {
  const margin = 8 + KEY_PIXELS + Math.max(0, ...names.map(textPixels));
  return margin <= 0.42 * width ? margin : null;
}

/** Each name beside its line's end, moved up or down until none covers another, with a stroke that leads to it. */
export function endLabels(labels: readonly EndLabel[]): Plot.RenderFunction {
  return (_index, scales, _values, { width, height, marginTop, marginRight, marginBottom }, { document }) => {
    const right = width - marginRight;
    const [top, bottom] = [marginTop, height - marginBottom];
    const heightOf = ({ y }: EndLabel) => Math.max(top, Math.min(bottom, Number(scales.y!(y))));
    const places = placesInColumn(labels.map(heightOf), { top, bottom });
    const group = elementOf(document, "g", { "font-size": 12, "text-anchor": "start" });
    for (const [k, label] of labels.entries()) {
      const from = label.x === null ? right : Number(scales.x!(label.x)) + 3;
      const to = right + KEY_PIXELS;
      const path = elementOf(document, "path", {
        d: `M${round(from)},${round(heightOf(label))}L${round(to)},${round(places[k]!)}`,
        fill: "none",
        stroke: colourOf(label.hue),
        "stroke-dasharray": dashOf(label),
      });
      const attributes = { x: round(to + 4), y: round(places[k]!), dy: "0.32em", fill: "var(--ink)" };
      const text = elementOf(document, "text", attributes);
      text.textContent = label.text;
      group.append(path, text);
    }
    return group;
  };
}

/** Room above the plot for the labels of `count` uprights, which may have to stand one above another. */
export function topMargin(count: number): number {
  return 10 + LINE_PIXELS * Math.max(1, count);
}

export function topLabels(labels: readonly { readonly x: number; readonly text: string }[]): Plot.RenderFunction {
  return (_index, scales, _values, { width, marginTop }, { document }) => {
    const group = elementOf(document, "g", { "font-size": 12, "text-anchor": "middle", fill: "var(--soft)" });
    const places = placesOnTop(
      labels.map(({ x, text }) => ({ x: Number(scales.x!(x)), text })),
      width,
    );
    for (const [k, { center, row }] of places.entries()) {
      const text = elementOf(document, "text", { x: round(center), y: marginTop - 10 - LINE_PIXELS * row });
      text.textContent = labels[k]!.text;
      group.append(text);
    }
    return group;
  };
}

function elementOf(
  document: Plot.Context["document"],
  name: string,
  attributes: Readonly<Record<string, string | number>>,
) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value));
  return element;
}

/** To a hundredth of a pixel, so that the page has no tails of digits. */
function round(pixels: number): number {
  return Number(pixels.toFixed(2));
}
