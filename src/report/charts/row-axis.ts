/** Rows with names: to the left of the plot where there is room for them, above their line where there is not. */
import * as Plot from "@observablehq/plot";
import { textPixels } from "./label-places.ts";

export interface RowAxis {
  readonly marginLeft: number;
  /** Of the whole chart, with its other margins. */
  readonly height: number;
  readonly y: Plot.ScaleOptions;
  readonly marks: readonly Plot.Markish[];
}

const AROUND_ROWS = 52; // margins above and below

export function rowAxis(
  names: readonly string[],
  options: { readonly width: number; readonly rowPixels: number },
): RowAxis {
  const { width, rowPixels } = options;
  const beside = 16 + Math.max(0, ...names.map(textPixels));
  const y = { label: null, domain: names, tickSize: 0, padding: 0.4 };
  if (beside <= 0.45 * width)
    return { marginLeft: beside, height: AROUND_ROWS + rowPixels * names.length, y, marks: [] };
  const above = Plot.text(names, {
    y: (name: string) => name,
    text: (name: string) => name,
    frameAnchor: "left",
    textAnchor: "start",
    dy: -15,
    lineWidth: (width - 24) / 12, // in ems
    textOverflow: "ellipsis",
    fill: "currentColor",
  });
  const height = AROUND_ROWS + (rowPixels + 16) * names.length;
  return { marginLeft: 8, height, y: { ...y, axis: null, padding: 0.6 }, marks: [above] };
}
