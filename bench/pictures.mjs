/**
 * Draws the SVG pictures of docs/images: the diagrams of docs/concepts and, of runs that are given, the charts of a
 * page. The runs of docs/concepts/lawn.md and docs/concepts/margins.md are named there, with the commands that train
 * them.
 *
 *   node bench/pictures.mjs                                     the diagrams
 *   node bench/pictures.mjs lawn LAWN-Adam=RUN Adam=RUN ...     the charts of a set too; a run is its folder
 *   node bench/pictures.mjs adaptivity Adam=RUN,RUN ...         medians over runs of several seeds
 *   node bench/pictures.mjs study models/studies/STUDY          the charts of docs/results/does-lawn-help.md
 */
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { colourStyle } from "../dist/src/report/page/page-style.js";
import { diagrams } from "./pictures/diagrams.mjs";
import { chartSets, runCharts } from "./pictures/run-charts.mjs";
import { studyCharts } from "./pictures/study-charts.mjs";

const folder = path.resolve(import.meta.dirname, "../docs/images");
const [set, ...named] = process.argv.slice(2);
const sets = [...chartSets, "study"];
if (set !== undefined && !sets.includes(set)) throw new Error(`"${set}", expected a set: ${sets.join(", ")}`);
const pictures = [...diagrams(colourStyle), ...chartsOf(set)];
for (const [file, svg] of pictures) {
  mkdirSync(path.join(folder, path.dirname(file)), { recursive: true });
  writeFileSync(path.join(folder, file), svg);
  console.log(`${file}: ${Buffer.byteLength(svg)} bytes`);
}

function chartsOf(chosen) {
  if (chosen === undefined) return [];
  return chosen === "study" ? studyCharts(named[0], colourStyle) : runCharts(chosen, named.map(runOf), colourStyle);
}

function runOf(argument) {
  const at = argument.indexOf("=");
  if (at < 1) throw new Error(`"${argument}", expected NAME=RUN, such as Adam=models/ml-100k/adam`);
  return [argument.slice(0, at), argument.slice(at + 1)];
}
