/** Charts of a study's summary.json, drawn as its report draws them: differences from one arm, and best-of-n curves. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { epochFigure } from "../../dist/src/report/charts/epoch-figure.js";
import { intervalFigure } from "../../dist/src/report/charts/interval-figure.js";
import { hueAt } from "../../dist/src/report/charts/series-style.js";
import { studySummarySchema } from "../../dist/src/runs/study-summary.js";
import { framed } from "./run-charts.mjs";

const METRIC = "NDCG@10";
const HUES = { better: "blue", worse: "vermilion", equivalent: "sky", undecided: "grey" };
/** As many lines as a small chart can name. */
const CURVES = ["adam", "adam-again", "lawn-rows", "lawn-rows-again", "embedding-decay"];

/** Pictures by file name, of the study in `folder`, which has one subject and one batch size. */
export function studyCharts(folder, style) {
  const summary = studySummarySchema.parse(JSON.parse(readFileSync(path.join(folder, "summary.json"), "utf8")));
  const sizes = new Set(summary.arms.map(({ batchSize }) => batchSize));
  if (summary.subjects.length !== 1 || sizes.size !== 1) {
    throw new Error(`${folder} has several subjects or batch sizes, expected one of each`);
  }
  const charts = { "differences.svg": differences(summary), "best-of-n.svg": bestOfN(summary) };
  return Object.entries(charts).map(([file, figure]) => [
    `does-lawn-help/${file}`,
    framed(figure.title, figure, style),
  ]);
}

function differences({ comparisons }) {
  const rows = comparisons
    .filter(({ metric, batchSize, baselineBatchSize }) => metric === METRIC && batchSize === baselineBatchSize)
    .map(({ treatment, baseline, difference, interval, verdict }) => ({
      name: `${treatment} - ${baseline}`,
      value: difference,
      interval,
      hue: HUES[verdict],
    }));
  return intervalFigure({
    title: `Difference in test ${METRIC}`,
    text: "",
    rows,
    heads: ["comparison", "difference"],
    reference: 0,
  });
}

function bestOfN({ arms, search, metric }) {
  const epochs = Array.from({ length: search.trials }, (_, index) => index + 1);
  const families = [...new Set(CURVES.map((name) => name.replace("-again", "")))];
  const lines = CURVES.flatMap((name) => arms.filter(({ arm }) => arm === name)).map(({ arm, tuning }) => ({
    name: arm,
    hue: hueAt(families.indexOf(arm.replace("-again", ""))),
    isDashed: arm.endsWith("-again"),
    values: tuning.expectedBest,
  }));
  const axis = { unit: "trials", epochs, switchAfter: null, chosen: null };
  return epochFigure({ title: `Best validation ${metric} of n trials`, text: "", axis, lines });
}
