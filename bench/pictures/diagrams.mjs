/** The diagrams of docs/concepts by file name. */
import { logToDataset } from "./log-to-dataset.mjs";
import { negatives } from "./negatives.mjs";
import { sphere } from "./sphere.mjs";
import { splits } from "./splits.mjs";

export function diagrams(style) {
  return [
    ["log-to-dataset.svg", logToDataset(style)],
    ["negatives.svg", negatives(style)],
    ["lawn-step.svg", sphere(style)],
    ["splits.svg", splits(style)],
  ];
}
