/**
 * The README's first example as a newcomer would type it: every command works, and the figures are those it gives.
 * `make readme-figures` (WRITE_README=1) writes them anew.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { compiledProgram, runProgram } from "./support/stages/compiled-program.ts";

const README = path.resolve(import.meta.dirname, "../README.md");
const MARKS = ["<!-- first figures -->\n", "<!-- /first figures -->"] as const;
const METRICS = ["HR@10", "NDCG@10"] as const;
const isWriting = process.env.WRITE_README === "1";

const folder = mkdtempSync(path.join(tmpdir(), "readme-"));
afterAll(() => rmSync(folder, { recursive: true }));
const readme = readFileSync(README, "utf8");

/** The words of each command of the example, in order; none has blanks inside of a word. */
const commands = readme
  .split("## Your own CSV in five commands")[1]!
  .split("\n## ")[0]!
  .replaceAll("\\\n", " ")
  .split("\n")
  .filter((line) => line.startsWith("lawn-ranker "))
  .map((line) =>
    line
      .replace(/ +#.*$/, "")
      .split(/ +/)
      .slice(1),
  );

async function call(words: readonly string[]): Promise<Record<string, unknown>> {
  const { status, out, err } = await runProgram(await compiledProgram(), [...words, "--json"], folder);
  if (status !== 0) throw new Error(`lawn-ranker ${words.join(" ")} ended with ${status}: ${err}`);
  return JSON.parse(out);
}

type Metrics = Readonly<Record<string, number>>;

const trained = { metrics: {} as Metrics };
beforeAll(async () => {
  for (const words of commands) {
    const json = await call(words);
    if (words[0] === "train") trained.metrics = json.metrics as Metrics; // of metrics.json
  }
}, 600_000);

describe("the README's first example", () => {
  it("is a log and five commands", () => {
    expect(commands.map(([name]) => name)).toEqual(["sample", "ingest", "train", "report", "score", "export"]);
  });

  it("recommends ten products to each customer", () => {
    const [header, ...rows] = readFileSync(path.join(folder, "shop-lists.csv"), "utf8").trimEnd().split("\n");
    expect(header).toBe("user_id,item_id,rank,score");
    expect(rows).toHaveLength(10 * 1000);
    expect(rows[0]).toMatch(/^C-10000,SKU\d{4},1,/);
  });

  it("prints the figures that it gives", async () => {
    const rows: [name: string, metrics: Metrics][] = [["what `train` chose", trained.metrics]];
    for (const baseline of ["item-knn", "popularity"]) {
      const { metrics } = await call(["evaluate", "--dataset", "shop", "--baseline", baseline, "--no-beyond-accuracy"]);
      rows.push([baseline, metrics as Metrics]);
    }
    const [before = "", rest = ""] = readme.split(MARKS[0]);
    const [printed = "", after = ""] = rest.split(MARKS[1]);
    if (isWriting) writeFileSync(README, `${before}${MARKS[0]}${tableOf(rows)}${MARKS[1]}${after}`);
    else expectSame(printed, tableOf(rows));
  }, 120_000);
});

function tableOf(rows: readonly (readonly [name: string, metrics: Metrics])[]): string {
  const figure = (value: number): string => value.toFixed(3).replace(/^0/, "");
  const lines = rows.map(([name, metrics]) => [name, ...METRICS.map((metric) => figure(metrics[metric]!))]);
  const width = Math.max(...lines.map(([name]) => name!.length));
  const line = ([name = "", ...cells]: readonly string[]): string =>
    `| ${name.padEnd(width)} | ${cells.map((cell, n) => cell.padEnd(METRICS[n]!.length)).join(" | ")} |\n`;
  const rule = line(["-".repeat(width), ...METRICS.map((metric) => "-".repeat(metric.length))]);
  return `\n${line(["test", ...METRICS])}${rule}${lines.map(line).join("")}\n`;
}

/** Word for word, figures within .015: another instruction set rounds otherwise, and another epoch may be chosen. */
function expectSame(printed: string, found: string): void {
  const figures = (text: string): number[] => [...text.matchAll(/\.\d{3}/g)].map(([figure]) => Number(figure));
  expect(printed.replaceAll(/\.\d{3}/g, "?")).toBe(found.replaceAll(/\.\d{3}/g, "?"));
  const [before, now] = [figures(printed), figures(found)];
  expect(Math.max(...before.map((figure, n) => Math.abs(figure - now[n]!)))).toBeLessThanOrEqual(0.015);
}
