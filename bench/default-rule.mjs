/**
 * What the rule for defaults does on many logs: `train` with no settings, beside its baselines. A JSON line a log.
 * Made-up logs are written and ingested first; any other name is a dataset that stands under data/ already.
 *
 *   node bench/default-rule.mjs [--logs taste300,shop20k,...] [--data data] [--models models/default-rule] [--grid]
 *
 * With --grid the norm's factor, the rate and the width are varied around the rule as well: a line for each trial.
 */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { logs, writeLog } from "./default-rule/made-up-logs.mjs";

const { values } = parseArgs({
  options: {
    logs: { type: "string", default: Object.keys(logs).join(",") },
    data: { type: "string", default: "data" },
    models: { type: "string", default: "models/default-rule" },
    grid: { type: "boolean", default: false },
  },
});
const metric = "NDCG@10";

for (const name of values.logs.split(",")) {
  if (name in logs && !existsSync(path.join(values.data, name, "dataset.json"))) await makeDataset(name);
  const { interactions, users, items } = JSON.parse(readFileSync(path.join(values.data, name, "dataset.json"), "utf8"));
  const log = { log: name, rows: interactions.train, users, items };
  const started = performance.now();
  const rule = train(name, "rule", []);
  const seconds = (performance.now() - started) / 1000;
  const { fitted, verdict } = JSON.parse(readFileSync(path.join(rule.directory, "baselines.json"), "utf8"));
  const baselines = Object.fromEntries(fitted.map((baseline) => [baseline.name, baseline.validation[metric]]));
  print({ ...log, trial: "rule", validation: rule.validation, seconds, baselines, verdict: verdict.text });
  if (!values.grid) continue;
  for (const trial of gridOf(log)) {
    const { label, flags } = trial;
    print({ ...log, trial: label, validation: train(name, "trial", [...flags, "--baselines", "none"]).validation });
  }
}

function gridOf({ rows, users, items }) {
  const widths = [64, 128];
  return widths.flatMap((width) =>
    [0.006, 0.01].flatMap((rate) =>
      [0.15, 0.2, 0.25, 0.3].map((factor) => {
        const norm = Math.max(1, Math.sqrt(factor * Math.log(items) * Math.cbrt(rows / users))).toPrecision(2);
        const flags = ["--dot", `${width}`, "--learning-rate", `${rate}`, "--lawn-switch-norm", norm];
        return { label: `width ${width}, rate ${rate}, factor ${factor}`, flags };
      }),
    ),
  );
}

function train(dataset, run, flags) {
  const where = ["--data-root", values.data, "--models-root", values.models];
  cli(["train", "--dataset", dataset, ...where, "--run", run, "--force", "--quiet", ...flags]);
  const directory = path.join(values.models, dataset, run);
  const lines = readFileSync(path.join(directory, "training.jsonl"), "utf8").trim().split("\n");
  return { directory, validation: Math.max(...lines.map((line) => JSON.parse(line).validation[metric])) };
}

async function makeDataset(name) {
  const folder = path.join(values.data, "made-up");
  mkdirSync(folder, { recursive: true });
  const file = path.join(folder, `${name}.csv`);
  await writeLog(name, file);
  cli(["ingest", "--dataset", name, "--raw", file, "--data-root", values.data, "--quiet"]);
}

function cli(args) {
  execFileSync("node", ["dist/pipelines/cli.js", ...args], { stdio: ["ignore", "ignore", "inherit"] });
}

function print(line) {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}
