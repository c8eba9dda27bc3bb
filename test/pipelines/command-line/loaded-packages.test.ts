/** Starting a command costs what it needs: which packages are loaded before it begins, by the import lines. */
import { expect, it } from "@jest/globals";
import { packagesLoadedWith } from "../../support/stages/loaded-with.ts";

it("needs no package to start, and commander alone for the list of commands", () => {
  expect(packagesLoadedWith("pipelines/cli.ts")).toEqual([]);
  expect(packagesLoadedWith("pipelines/command-line/run-command-line.ts")).toEqual(["commander"]);
  expect(packagesLoadedWith("pipelines/stages.ts")).toEqual([]);
});

// DuckDB where raw logs are read; charts in reports; what a queue, a store or Parquet needs, where one is asked for.
it.each([
  ["data/data", ["cli-progress", "yauzl", "zod"]],
  ["sample/sample", ["zod"]],
  ["ingest/ingest", ["@duckdb/node-api", "apache-arrow", "tinyglobby", "zod"]],
  ["train/train", ["apache-arrow", "cli-progress", "pbf", "simple-statistics", "zod"]],
  ["evaluate/evaluate", ["apache-arrow", "cli-progress", "zod"]],
  ["compare/compare", ["apache-arrow", "cli-progress", "simple-statistics", "zod"]],
  ["export/export", ["apache-arrow", "cli-progress", "pbf", "zod"]],
  ["score/score", ["apache-arrow", "cli-progress", "fast-csv", "zod"]],
  ["report/report", ["@observablehq/plot", "apache-arrow", "linkedom", "simple-statistics", "zod"]],
  ["worker/worker", ["apache-arrow", "aws4fetch", "cli-progress", "fast-csv", "zod"]],
  ["worker/jobs", ["zod"]],
  ["doctor", ["zod"]],
  ["verify/verify", ["apache-arrow", "zod"]],
])("%s loads few packages", (stage, packages) => {
  expect(packagesLoadedWith(`pipelines/${stage}.ts`)).toEqual(packages);
});
