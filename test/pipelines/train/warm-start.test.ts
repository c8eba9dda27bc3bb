/** A training that goes on from an earlier run, on the same day and on the next. */
import { cp, readFile, rm, writeFile } from "node:fs/promises";
import { beforeAll, describe, expect, it } from "@jest/globals";
import { currentRun, promoteRun } from "../../../pipelines/runs/current-run.ts";
import { loadRun } from "../../../pipelines/runs/stored-run.ts";
import { trainStage } from "../../../pipelines/train/train.ts";
import { readColumns } from "../../../src/arrow/read-columns.ts";
import { manifestSchema } from "../../../src/runs/manifest.ts";
import { ingestDay, newOfSecondDay, quickTraining, runStage } from "../../support/stages/shop-days.ts";
import { silentContext } from "../../support/stages/silent-context.ts";
import { useTemporaryFolder } from "../../support/stages/temporary-folder.ts";

const temporary = useTemporaryFolder();
const inRun = (run: string) => temporary(`models/shop/${run}`);
const train = (flags: Record<string, string | boolean>, context = {}) =>
  runStage(
    trainStage,
    { ...quickTraining, "data-root": temporary("data"), "models-root": temporary("models"), ...flags },
    context,
  );
const manifestOf = async (run: string) =>
  manifestSchema.parse(JSON.parse(await readFile(`${inRun(run)}/manifest.json`, "utf8")));
const idsOf = async (folder: string, kind: "user" | "item") =>
  (await readColumns(`${folder}/${kind}s.arrow`)).strings(`${kind}_id`);
/** So slow that what a run begins with is what it ends with, nearly. */
const still = { epochs: "1", "learning-rate": "1e-12" };
const lawn = { optimizer: "lawn-adam", "lawn-granularity": "row", "lawn-switch-norm": "0.05" };

beforeAll(async () => {
  await ingestDay(temporary, 1);
  await train({ ...lawn, run: "first", "save-optimizer": true, refit: true });
  await cp(temporary("data/shop"), temporary("data/shop-first"), { recursive: true });
  await ingestDay(temporary, 2);
});

describe("train --start-from on the next day", () => {
  it("begins with what the run learnt of an id, and with initial values for new ids", async () => {
    await train({ ...lawn, ...still, run: "still", "start-from": "first" });
    await train({ ...lawn, ...still, run: "cold" });
    const [before, after, cold] = [
      await loadRun(inRun("first"), "selected"),
      await loadRun(inRun("still")),
      await loadRun(inRun("cold")),
    ];
    for (const kind of ["user", "item"] as const) {
      const there = await idsOf(`${inRun("first")}/dataset`, kind);
      const here = await idsOf(temporary("data/shop"), kind);
      for (const [row, id] of here.entries()) {
        const from = there.includes(id) ? before : cold;
        const at = there.includes(id) ? there.indexOf(id) : row;
        const rowOf = (run: typeof before, index: number) =>
          Array.from(run.parameters.get(`${kind}Dot`)!.subarray(4 * index, 4 * index + 4));
        for (const [k, value] of rowOf(after, row).entries()) expect(value).toBeCloseTo(rowOf(from, at)[k]!, 6);
      }
    }
  });

  it("counts who is known, new and gone, and says it", async () => {
    const lines: string[] = [];
    await train({ ...lawn, run: "counted", "start-from": "first" }, { log: (line: string) => void lines.push(line) });
    const { start } = await manifestOf("counted");
    expect(start).toMatchObject({
      run: "first",
      optimizer: "fresh",
      targets: "switch",
      users: { known: 23, new: newOfSecondDay.users.length, gone: 1 },
      items: { known: 19, new: newOfSecondDay.items.length, gone: 1 },
    });
    expect(start!.checkpoint).toBe((await manifestOf("first")).files["selected.safetensors"]!.sha256);
    expect(lines.join("\n")).toMatch(
      /start: from .*first, which knows 23 of 25 users and 19 of 20 items; 2 users and 1/,
    );
  });

  it("goes on after an interruption to the same bits, moments, held norms and refit included", async () => {
    const flags = { ...lawn, "start-from": "first", "start-optimizer": "keep", "lawn-targets": "start", refit: true };
    await train({ ...flags, run: "whole" });
    const signals = [AbortSignal.abort(), abortedAfter(2), abortedAfter(4)];
    for (const signal of signals) {
      const { json } = await train(
        { ...flags, run: "parts", ...(signal === signals[0] ? {} : { resume: true }) },
        { signal },
      );
      expect(json.status).toBe("interrupted");
    }
    await train({ ...flags, run: "parts", resume: true });
    for (const file of ["checkpoint.safetensors", "selected.safetensors", "metrics.json"]) {
      expect(await readFile(`${inRun("parts")}/${file}`)).toEqual(await readFile(`${inRun("whole")}/${file}`));
    }
  });

  it("kept moments and held norms are other trainings than fresh ones", async () => {
    const results = new Set<string>();
    for (const [name, flags] of Object.entries({
      fresh: {},
      keep: { "start-optimizer": "keep" },
      held: { "lawn-targets": "start" },
    })) {
      // Out of reach: what is not held by the start is free.
      const rule = { ...lawn, "lawn-switch-norm": "9" };
      await train({ ...rule, run: `of-${name}`, "start-from": "first", ...flags });
      results.add((await manifestOf(`of-${name}`)).files["checkpoint.safetensors"]!.sha256);
    }
    expect(results.size).toBe(3);
  });

  it("held rows keep the norms that they had in the run", async () => {
    await train({ ...lawn, "lawn-switch-norm": "9", run: "held", "start-from": "first", "lawn-targets": "start" });
    const [before, after] = [await loadRun(inRun("first"), "selected"), await loadRun(inRun("held"))];
    const there = await idsOf(`${inRun("first")}/dataset`, "item");
    const here = await idsOf(temporary("data/shop"), "item");
    const normOf = (run: typeof before, row: number) =>
      Math.hypot(...run.parameters.get("itemDot")!.subarray(4 * row, 4 * row + 4));
    for (const [row, id] of here.entries()) {
      if (there.includes(id)) expect(normOf(after, row)).toBeCloseTo(normOf(before, there.indexOf(id)), 5);
    }
  });
});

describe("train --start-from", () => {
  it("refuses another shape, by the settings in which it differs", async () => {
    await expect(train({ ...lawn, "start-from": "first", dot: "5", "id-biases": false })).rejects.toThrow(
      /a ranker of another shape; .*differ in\nranker.dot: 4 there, 5 here\nranker.idBiases: true there, false here/,
    );
  });

  it("refuses moments of another optimizer, of other blocks, and those that were not kept", async () => {
    const keep = { "start-from": "first", "start-optimizer": "keep" };
    await expect(train({ ...keep, optimizer: "adam" })).rejects.toThrow(
      /optimizer.name: "lawn-adam" there, "adam" here/,
    );
    await expect(train({ ...lawn, ...keep, "lawn-granularity": "layer" })).rejects.toThrow(
      /lawn.granularity: "row" there, "layer" here/,
    );
    await train({ ...lawn, run: "without" });
    await expect(train({ ...lawn, ...keep, "start-from": "without" })).rejects.toThrow("has kept no moments");
  });

  it("refuses what has no meaning together", async () => {
    await expect(train({ "start-optimizer": "keep" })).rejects.toThrow("there is no run to start from");
    await expect(train({ ...lawn, "lawn-targets": "start" })).rejects.toThrow("there is no run to start from");
    await expect(train({ "start-from": "first", tune: "4" })).rejects.toThrow("a search changes the shape");
    const byStep = { optimizer: "lawn-adam", "lawn-free-epochs": "1", "start-from": "first" };
    await expect(train({ ...byStep, "lawn-targets": "start" })).rejects.toThrow("give --lawn-switch-norm");
    await expect(train({ ...byStep, "start-optimizer": "keep" })).rejects.toThrow("go on counting steps");
  });

  it("refuses a run that is not there, is not finished, or is the one to be trained", async () => {
    await expect(train({ "start-from": "nobody" })).rejects.toThrow(/--start-from: there is no run "nobody"/);
    await train({ ...lawn, run: "begun" }, { signal: AbortSignal.abort() });
    await expect(train({ ...lawn, "start-from": "begun" })).rejects.toThrow("was not finished");
    await expect(train({ ...lawn, run: "first", "start-from": "first", force: true })).rejects.toThrow(
      "is the run that is to be trained",
    );
  });

  it("refuses to resume with another run to start from", async () => {
    await train({ ...lawn, run: "changing", "start-from": "first" }, { signal: AbortSignal.abort() });
    await cp(inRun("first"), inRun("changed"), { recursive: true });
    await expect(train({ ...lawn, run: "changing", "start-from": "without", resume: true })).rejects.toThrow(
      /start.from: ".*first" there, ".*without" here\nstart: \w{12} there, \w{12} here/,
    );
  });
});

describe("train --start-from current", () => {
  const nightly = { ...lawn, "start-from": "current" };
  const models = { "models-root": "" };
  const byRule = { choices: [{ path: ["epochs"], value: 3, reason: "a rule's" }] };
  beforeAll(() => void Object.assign(models, { "models-root": temporary("nights") }));

  it("begins with initial values on the first night, and says so", async () => {
    const lines: string[] = [];
    const { json } = await train(
      { ...nightly, ...models },
      { ...byRule, log: (line: string) => void lines.push(line) },
    );
    expect(json.status).toBe("done");
    expect(lines.join("\n")).toContain("there is no current run of shop yet");
    await promoteRun(temporary("nights/shop"), String(json.run), silentContext);
  });

  it("trains nothing where the night is repeated after its promotion", async () => {
    const current = await currentRun(temporary("nights/shop"));
    const { json } = await train({ ...nightly, ...models });
    expect(json.run).toBe(current);
    const otherwise = await train({ ...nightly, ...models, epochs: "2" }, byRule);
    expect(otherwise.json.run).toBe(current);
    const named = await train({ ...nightly, ...models, run: "own" });
    expect(named.json.run).toBe(temporary("nights/shop/own"));
  });

  it("trains nothing where a night under a budget is repeated", async () => {
    const budget = { ...nightly, ...models, budget: "20s", dataset: "under" };
    await ingestDay(temporary, 1, { dataset: "under" });
    const { json } = await train(budget);
    await promoteRun(temporary("nights/under"), String(json.run), silentContext);
    expect((await train(budget)).json.run).toBe(json.run);
    await ingestDay(temporary, 2, { dataset: "under" });
  });

  it("trains another run on new data, and on the same with other settings, also where the rule chose them", async () => {
    const current = await currentRun(temporary("nights/shop"));
    const other = await train({ ...nightly, ...models, epochs: "2" });
    expect(other.json.run).not.toBe(current);
    const rows = await readFile(temporary("shop.csv"), "utf8");
    await writeFile(temporary("shop.csv"), `${rows}p02,thing-07,9999\n`);
    await ingestDay(temporary, 1);
    const next = await train({ ...nightly, ...models });
    expect(next.json.run).not.toBe(current);
    await rm(temporary("nights"), { recursive: true });
    await ingestDay(temporary, 2);
  });
});

/** Aborts after so many looks at it. */
function abortedAfter(looks: number): AbortSignal {
  const controller = new AbortController();
  let looked = 0;
  return new Proxy(controller.signal, {
    get(target, key) {
      if (key === "aborted") return ++looked > looks;
      const value = Reflect.get(target, key) as unknown;
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}
