/**
 * Draws the SVG pictures of docs/images: the diagrams of docs/concepts and, of runs that are given, the charts of what
 * LAWN does. The runs of docs/concepts/lawn.md are named there, with the commands that train them.
 *
 *   node bench/pictures.mjs                                the diagrams
 *   node bench/pictures.mjs LAWN-Adam=RUN Adam=RUN ...     the charts too; a run is its folder
 */
import { writeFileSync } from "node:fs";
import path from "node:path";
import { colourStyle } from "../dist/src/report/page/page-style.js";
import { diagrams } from "./pictures/diagrams.mjs";
import { runCharts } from "./pictures/run-charts.mjs";

const folder = path.resolve(import.meta.dirname, "../docs/images");
const runs = process.argv.slice(2).map((argument) => {
  const at = argument.indexOf("=");
  if (at < 1) throw new Error(`"${argument}", expected NAME=RUN, such as Adam=models/ml-100k/adam`);
  return [argument.slice(0, at), argument.slice(at + 1)];
});
const pictures = [...diagrams(colourStyle), ...(runs.length > 0 ? runCharts(runs, colourStyle) : [])];
for (const [file, svg] of pictures) {
  writeFileSync(path.join(folder, file), svg);
  console.log(`${file}: ${Buffer.byteLength(svg)} bytes`);
}
