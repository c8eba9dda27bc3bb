/** --refit all: the ranker that is shipped has learnt from the whole log, and no figure is of it. */
import { readFile, rm } from "node:fs/promises";
import { beforeAll, describe, expect, it } from "@jest/globals";
import { evaluateStage } from "../../../pipelines/evaluate/evaluate.ts";
import { exportStage } from "../../../pipelines/export/export.ts";
import { readMetrics } from "../../../pipelines/runs/metrics-file.ts";
import { loadRun } from "../../../pipelines/runs/stored-run.ts";
import { scoreStage } from "../../../pipelines/score/score.ts";
import { trainStage } from "../../../pipelines/train/train.ts";
import { readColumns } from "../../../src/arrow/read-columns.ts";
import { manifestSchema } from "../../../src/runs/manifest.ts";
import { ingestDay, quickTraining, runStage } from "../../support/stages/shop-days.ts";
import { useTemporaryFolder } from "../../support/stages/temporary-folder.ts";

const temporary = useTemporaryFolder();
const inRun = (run: string) => temporary(`models/shop/${run}`);
const roots = () => ({ "data-root": temporary("data"), "models-root": temporary("models") });
const train = (flags: Record<string, string | boolean>, context = {}) =>
  runStage(trainStage, { ...quickTraining, ...roots(), ...flags }, context);
const manifestOf = async (run: string) =>
  manifestSchema.parse(JSON.parse(await readFile(`${inRun(run)}/manifest.json`, "utf8")));
const bytesOf = (run: string, file: string) => readFile(`${inRun(run)}/${file}`);

beforeAll(async () => {
  await ingestDay(temporary, 1);
  await train({ run: "plain" });
  await train({ run: "both", refit: true });
  await train({ run: "all", refit: "all" });
});

describe("a run refitted on all", () => {
  it("reports test of the ranker before it, which is the one of a run without a refit", async () => {
    expect(await readMetrics(inRun("all"))).toEqual(await readMetrics(inRun("plain")));
    expect(await bytesOf("all", "per-user-test.arrow")).toEqual(await bytesOf("plain", "per-user-test.arrow"));
    const [selected, plain] = [await loadRun(inRun("all"), "selected"), await loadRun(inRun("plain"))];
    expect(selected.parameters).toEqual(plain.parameters);
  });

  it("ships another, trained on more: as many epochs, of all rows", async () => {
    const [all, both] = [await loadRun(inRun("all")), await loadRun(inRun("both"))];
    expect(all.parameters).not.toEqual(both.parameters);
    const rows = async (name: string) => (await readColumns(temporary(`data/shop/${name}.arrow`), ["user"])).rows;
    const total = (await rows("train")) + (await rows("validation")) + (await rows("test"));
    const log = (await readFile(`${inRun("all")}/training.jsonl`, "utf8")).trim().split("\n");
    const last = JSON.parse(log.at(-1)!) as { pass: string; epoch: number; step: number };
    // Four negatives for each row, batches of 32.
    const steps = Math.ceil((5 * total) / 32);
    expect(last).toMatchObject({ pass: "refit", step: steps * last.epoch });
  });

  it("says in its manifest which ranker is which", async () => {
    const { epoch } = (await manifestOf("all")).outcome!;
    expect(await manifestOf("all")).toMatchObject({
      outcome: { refit: "all" },
      rankers: {
        selected: { file: "selected.safetensors", trainedOn: ["train"], epoch },
        tested: { file: "selected.safetensors", trainedOn: ["train"], epoch },
        shipped: { file: "checkpoint.safetensors", trainedOn: ["train", "validation", "test"], epoch },
      },
    });
    expect((await manifestOf("both")).rankers).toMatchObject({
      tested: { file: "checkpoint.safetensors", trainedOn: ["train", "validation"] },
    });
    expect((await manifestOf("plain")).rankers).toBeUndefined();
  });

  it("is evaluated by the ranker before it, which is said", async () => {
    const lines: string[] = [];
    const flags = { ...roots(), dataset: "shop", k: "3", engine: "reference", "beyond-accuracy": false };
    const log = (line: string) => void lines.push(line);
    const { json } = await runStage(evaluateStage, { ...flags, run: "all" }, { log });
    expect(json.metrics).toEqual((await readMetrics(inRun("plain")))!.metrics);
    expect(lines.join("\n")).toMatch(/was trained on test too .* nothing can be measured of it/);
    const record = await readFile(`${inRun("all")}/evaluations/test-sampled/metrics.manifest.json`, "utf8");
    expect(Object.keys((JSON.parse(record) as { inputs: object }).inputs)).toEqual(["../../selected.safetensors"]);
  });

  it("is what is scored and exported, and its model card claims nothing of it", async () => {
    const flags = { ...roots(), dataset: "shop", engine: "reference" };
    await runStage(scoreStage, { ...flags, run: "all", k: "5", output: temporary("all.csv") });
    const manifest = JSON.parse(await readFile(temporary("all.csv.manifest.json"), "utf8")) as { checkpoint: string };
    expect(manifest.checkpoint).toBe((await manifestOf("all")).files["checkpoint.safetensors"]!.sha256);
    await runStage(exportStage, { ...roots(), dataset: "shop", run: "all", format: "npy", output: temporary("out") });
    expect(await readFile(temporary("out/model-card.md"), "utf8")).toMatch(/nothing was measured of them/);
  });

  it("comes to the same bits after an interruption in either pass", async () => {
    const interrupted = { signal: AbortSignal.abort() };
    expect((await train({ run: "parts", refit: "all" }, interrupted)).json.status).toBe("interrupted");
    // Goes on through the first pass and the test, and is stopped where the second begins.
    const second = new AbortController();
    const log = (line: string) => void (line.startsWith("refit: train") && second.abort());
    const between = await train({ run: "parts", refit: "all", resume: true }, { signal: second.signal, log });
    expect(between.json.status).toBe("interrupted");
    await rm(`${inRun("parts")}/metrics.json`, { force: true }); // as if the kill had come before it was flushed
    await train({ run: "parts", refit: "all", resume: true });
    for (const file of ["checkpoint.safetensors", "selected.safetensors", "metrics.json", "per-user-test.arrow"]) {
      expect(await bytesOf("parts", file)).toEqual(await bytesOf("all", file));
    }
  });
});

describe("a warm start of it", () => {
  it("goes on from what has not seen the test, and its refit from what has seen all", async () => {
    const still = { epochs: "1", "learning-rate": "1e-12" };
    await train({ ...still, run: "next", "start-from": "all", refit: "all" });
    const near = async (run: string, ranker: "selected" | "shipped") => {
      const [own, start] = [await loadRun(inRun(run), ranker), await loadRun(inRun("all"), ranker)];
      for (const [k, value] of own.parameters.get("userDot")!.entries())
        expect(value).toBeCloseTo(start.parameters.get("userDot")![k]!, 6);
    };
    await near("next", "selected");
    await near("next", "shipped");
    // One that is to be tested after its refit must not begin with what has seen test.
    await train({ ...still, run: "tested", "start-from": "all", refit: true });
    const tested = await loadRun(inRun("tested"));
    const start = await loadRun(inRun("all"), "selected");
    expect(tested.parameters.get("userDot")![0]).toBeCloseTo(start.parameters.get("userDot")![0]!, 6);
  });
});
