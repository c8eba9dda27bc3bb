/** The table of docs/defaults.md that says what the rule chooses by size of log: each of its rows, computed anew. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "@jest/globals";
import { defaultsFor, type LogSize } from "../../pipelines/train/defaults/default-rule.ts";

const page = readFileSync(path.resolve(import.meta.dirname, "../../docs/defaults.md"), "utf8");
const table = page.split("<!-- sizes -->")[1]!.split("<!-- /sizes -->")[0]!.trim();
const [heads, , ...rows] = table.split("\n").map((line) =>
  line
    .split("|")
    .slice(1, -1)
    .map((cell) => cell.trim()),
);

describe("the table of sizes", () => {
  it("has the columns that are computed here, and several rows", () => {
    expect(heads).toEqual(["rows", "users", "items", "batch", "width", "rate", "norm", "decay without LAWN"]);
    expect(rows.length).toBeGreaterThan(3);
  });

  it.each(rows.map((row) => [row.slice(0, 3).join(" x "), row] as const))("%s (rows x users x items)", (_, row) => {
    const [rowCount, users, items] = row.slice(0, 3).map(numberOf);
    expect(row.slice(3).map(numberOf)).toEqual(
      chosenFor({
        rows: rowCount!,
        users: users!,
        items: items!,
        validationRows: users!,
        drift: null,
        protocol: "sampled",
        holdsOutItems: false,
      }),
    );
  });
});

/** Batch, width, rate, norm, decay. */
function chosenFor(log: LogSize): (number | undefined)[] {
  const own = {
    model: "mf",
    loss: "bce",
    leavesLossOpen: true,
    leavesOptimizerOpen: true,
    negatives: null,
    negativesFrom: "uniform",
    batchSize: null,
    epochs: null,
    learningRate: null,
    width: null,
  } as const;
  const chosen = (optimizer: "lawn-adam" | "adam", name: string): number | undefined =>
    defaultsFor(log, { ...own, optimizer }).find((choice) => choice.path.at(-1) === name)?.value as number | undefined;
  return [
    ...["batchSize", "dot", "learningRate", "switchNorm"].map((name) => chosen("lawn-adam", name)),
    chosen("adam", "embeddingDecay"),
  ];
}

function numberOf(cell: string): number {
  return Number(cell.replaceAll(",", ""));
}
