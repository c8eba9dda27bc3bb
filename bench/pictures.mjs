/**
 * Draws the SVG pictures of docs/images: the diagrams of docs/concepts and, of runs that are given, the charts of a
 * page. The runs of docs/concepts/lawn.md and docs/concepts/margins.md are named there, with the commands that train
 * them.
 *
 *   node bench/pictures.mjs                                     the diagrams
 *   node bench/pictures.mjs lawn LAWN-Adam=RUN Adam=RUN ...     the charts of a set too; a run is its folder
 */
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { colourStyle } from "../dist/src/report/page/page-style.js";
import { diagrams } from "./pictures/diagrams.mjs";
import { chartSets, runCharts } from "./pictures/run-charts.mjs";

const folder = path.resolve(import.meta.dirname, "../docs/images");
const [set, ...named] = process.argv.slice(2);
if (set !== undefined && !chartSets.includes(set)) throw new Error(`"${set}", expected a set: ${chartSets.join(", ")}`);
const runs = named.map((argument) => {
  const at = argument.indexOf("=");
  if (at < 1) throw new Error(`"${argument}", expected NAME=RUN, such as Adam=models/ml-100k/adam`);
  return [argument.slice(0, at), argument.slice(at + 1)];
});
const pictures = [...diagrams(colourStyle), ...(set === undefined ? [] : runCharts(set, runs, colourStyle))];
for (const [file, svg] of pictures) {
  mkdirSync(path.join(folder, path.dirname(file)), { recursive: true });
  writeFileSync(path.join(folder, file), svg);
  console.log(`${file}: ${Buffer.byteLength(svg)} bytes`);
}
