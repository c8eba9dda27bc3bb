/** Charts of what happens to norms and logits over the epochs of several runs, drawn as reports draw them. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { epochFigure } from "../../dist/src/report/charts/epoch-figure.js";
import { hueAt } from "../../dist/src/report/charts/series-style.js";
import { parseDiagnostics } from "../../dist/src/runs/diagnostics-record.js";
import { parseTrainingLog } from "../../dist/src/runs/training-log.js";
import { picture, text } from "./frame.mjs";

/** As wide as a phone, so that nothing is scaled down there. */
const CHART_PIXELS = 328;
const MARGIN = 16;

/** By set, that of a page, and file name; `of` takes an epoch's record and its diagnostics. */
const sets = {
  lawn: {
    "lawn-norms.svg": {
      title: "Median norm of the users' rows",
      isFromZero: true,
      of: (_, { rowNorms }) => rowNorms.userDot.p50,
    },
    "lawn-logits.svg": {
      title: "99th percentile of the logits' size",
      isFromZero: true,
      of: (_, { logitAbsP99 }) => logitAbsP99,
    },
    "lawn-slopes.svg": {
      title: "Median slope of the sigmoid, p(1 - p)",
      isFromZero: true,
      of: (_, { slopeP50 }) => slopeP50,
    },
    "lawn-validation.svg": {
      title: "NDCG@10 on validation",
      of: ({ validation }) => validation["NDCG@10"],
    },
  },
  margins: {
    "margins/wrong.svg": {
      title: "Share of the probe that is wrong",
      isFromZero: true,
      of: (_, { margins }) => margins.wrongShare,
    },
    "margins/scale.svg": {
      title: "Scale of the logits",
      isFromZero: true,
      of: (_, { margins }) => margins.scale,
    },
    "margins/margin-p10.svg": {
      title: "Normalised margin, 10th percentile",
      of: (_, { margins }) => margins.p10,
    },
    "margins/faded.svg": {
      title: "Share of samples that teach nothing",
      isFromZero: true,
      of: (_, { fadedShare }) => fadedShare,
    },
    "margins/angle.svg": {
      title: "Angle turned in an epoch, items",
      isLogarithmic: true,
      of: (_, { moved }) => moved?.angle.itemDot ?? null,
    },
    "margins/rate.svg": {
      title: "Effective rate, items",
      isLogarithmic: true,
      of: ({ learningRate }, { norms }) => learningRate / norms.itemDot,
    },
  },
  adaptivity: {
    "does-lawn-help/slopes.svg": {
      title: "Median slope of the sigmoid, p(1 - p)",
      isLogarithmic: true,
      of: (_, { slopeP50 }) => slopeP50,
    },
    "does-lawn-help/gradients.svg": {
      title: "Tangent gradient over loss, items",
      isLogarithmic: true,
      of: (_, { tangentGradientNormsOverLoss }) => tangentGradientNormsOverLoss.itemDot,
    },
    "does-lawn-help/angles.svg": {
      title: "Angle turned in an epoch, items",
      isLogarithmic: true,
      of: (_, { moved }) => moved?.angle.itemDot ?? null,
    },
  },
};
export const chartSets = Object.keys(sets);

/**
 * Pictures of a set by file name, of `runs` in their order: each a name for readers and the run's folder. Of several
 * folders, one a seed with commas between, a line is the median over them.
 */
export function runCharts(set, runs, style) {
  const logs = runs.map(([name, folders], index) => ({
    name,
    hue: hueAt(index),
    seeds: folders.split(",").map(recordsOf),
  }));
  const longest = Math.max(...logs.flatMap(({ seeds }) => seeds.map((records) => records.length)));
  const epochs = Array.from({ length: longest }, (_, index) => index + 1);
  const axis = { unit: "epoch", epochs, switchAfter: null, chosen: null };
  return Object.entries(sets[set]).map(([file, { of, ...chart }]) => {
    const lines = logs.map(({ name, hue, seeds }, index) => ({
      name,
      hue,
      isDashed: index > 0,
      values: epochs.map((_, epoch) => median(seeds.map((records) => valueAt(records[epoch], of)))),
    }));
    return [file, framed(chart.title, epochFigure({ ...chart, text: "", axis, lines }), style)];
  });
}

/** A figure of the report as a picture of its own. */
export function framed(title, figure, style) {
  const drawn = figure.draw(CHART_PIXELS).text;
  const [, height] = /<svg [^>]*height="(\d+)"/.exec(drawn);
  const body = [text(20, 30, title, "strong"), drawn.replace("<svg ", `<svg x="${MARGIN}" y="44" `)].join("\n");
  const words = /aria-label="([^"]*)"/.exec(drawn)[1];
  return picture({ height: Number(height) + 54, width: CHART_PIXELS + 2 * MARGIN, title, words, body, style });
}

function valueAt(record, of) {
  return record === undefined ? null : of(record, record.diagnostics);
}

/** Of an even number the mean of the middle two; null where one has no value. */
function median(values) {
  if (values.includes(null)) return null;
  const ascending = values.toSorted((a, b) => a - b);
  const [below, above] = [Math.floor((values.length - 1) / 2), Math.ceil((values.length - 1) / 2)];
  return (ascending[below] + ascending[above]) / 2;
}

function recordsOf(folder) {
  const file = path.join(folder, "training.jsonl");
  return parseTrainingLog(readFileSync(file, "utf8"), file)
    .filter(({ pass }) => pass === "train")
    .map((record) => ({ ...record, diagnostics: parseDiagnostics(record, file) }));
}
