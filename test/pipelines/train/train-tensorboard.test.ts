/** `train --tensorboard`: a file for each attempt at a pass, whose numbers are those of training.jsonl. */
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { beforeAll, describe, expect, it } from "@jest/globals";
import type { StageContext } from "../../../pipelines/stage.ts";
import { trainStage } from "../../../pipelines/train/train.ts";
import { parseConfig } from "../../../src/config/parse.ts";
import { trainSchema } from "../../../src/config/schemas/train-schema.ts";
import { checkerboardDataset } from "../../support/data/checkerboard-dataset.ts";
import { writeDatasetFolder } from "../../support/data/small-dataset.ts";
import { readEvents } from "../../support/readers/read-events.ts";
import { silentContext } from "../../support/stages/silent-context.ts";
import { useTemporaryFolder } from "../../support/stages/temporary-folder.ts";

const temporary = useTemporaryFolder();
beforeAll(() => writeDatasetFolder(temporary("data/board"), checkerboardDataset(20, 24)));

const inRun = (...parts: string[]) => path.join(temporary("models"), "board", ...parts);
const train = (flags: Record<string, string | boolean>, context: Partial<StageContext> = {}) => {
  const given = {
    ...{ dataset: "board", "data-root": temporary("data"), "models-root": temporary("models"), engine: "reference" },
    ...{
      model: "mf",
      dot: "4",
      epochs: "3",
      "batch-size": "64",
      k: "3",
      "validation-metric": "NDCG@3",
      baselines: "none",
      "learning-rate": "0.05",
    },
    ...flags,
  };
  const config = parseConfig({ schema: trainSchema, layers: [], flags: given });
  return trainStage.run(config, { ...silentContext, now: () => 1_700_000_000_000, ...context });
};
const eventsOf = (...parts: string[]) =>
  readdirSync(inRun(...parts))
    .sort()
    .map((name) => ({ name, events: readEvents(readFileSync(inRun(...parts, name))) }));

describe("train --tensorboard", () => {
  it("writes a version, then an event an epoch with scalars and histograms", async () => {
    await train({ run: "watched", tensorboard: true, refit: true });
    const [file, ...others] = eventsOf("watched", "tensorboard", "train");
    expect(others).toEqual([]);
    expect(file?.name).toBe("events.out.tfevents.1700000000.lawn-ranker.0000");
    const [version, ...epochs] = file!.events;
    expect(version?.fileVersion).toBe("brain.Event:2");
    const lines = readFileSync(inRun("watched", "training.jsonl"), "utf8").trimEnd().split("\n");
    const records = lines.map((line) => JSON.parse(line)).filter(({ pass }) => pass === "train");
    expect(epochs.map(({ step }) => step)).toEqual(records.map(({ step }) => step));
    for (const [place, { values, wallTime }] of epochs.entries()) {
      expect(wallTime).toBe(1_700_000_000);
      const scalar = (tag: string) => values.find((value) => value.tag === tag)?.simpleValue;
      const { loss, learningRate, validation, diagnostics } = records[place];
      expect(scalar("training/loss")).toBe(Math.fround(loss));
      expect(scalar("training/learningRate")).toBe(Math.fround(learningRate));
      expect(scalar("validation/NDCG@3")).toBe(Math.fround(validation["NDCG@3"]));
      expect(scalar("diagnostics/norms/userDot")).toBe(Math.fround(diagnostics.norms.userDot));
      const histograms = values.filter(({ histogram }) => histogram !== undefined);
      expect(histograms.map(({ tag }) => tag).sort()).toEqual(["logits", "rowNorms/itemDot", "rowNorms/userDot"]);
      const [, , rows] = histograms.find(({ tag }) => tag === "rowNorms/userDot")!.histogram!;
      expect(rows).toBe(20); // one norm a user
    }
    expect(eventsOf("watched", "tensorboard", "refit")).toHaveLength(1);
  });

  it("begins another file when it resumes, which takes back what will be trained again", async () => {
    const interruption = new AbortController();
    const log = (line: string): void => {
      if (/epoch +2\b/.test(line)) interruption.abort();
    };
    const stopped = await train(
      { run: "resumed", tensorboard: true, epochs: "5" },
      { log, signal: interruption.signal },
    );
    expect(stopped.exitCode).toBe(130);
    await train({ run: "resumed", tensorboard: true, epochs: "5", resume: true });
    const [first, second, ...others] = eventsOf("resumed", "tensorboard", "train");
    expect(others).toEqual([]);
    expect(second?.name).toBe("events.out.tfevents.1700000000.lawn-ranker.0001");
    const [, restart, ...epochs] = second!.events;
    expect(restart).toMatchObject({ sessionStatus: 1 });
    // What TensorBoard shows: the first file up to the restart, then the second. No step is
    // missing and none is there twice.
    const shown = [...first!.events.slice(1).filter(({ step }) => step < restart!.step), ...epochs].map(
      ({ step }) => step,
    );
    const lines = readFileSync(inRun("resumed", "training.jsonl"), "utf8").trimEnd().split("\n");
    expect(shown).toEqual(lines.map((line) => JSON.parse(line).step));
  });

  it("does not change the run, and --force clears what it wrote", async () => {
    await train({ run: "plain" });
    await train({ run: "with", tensorboard: true });
    const bytes = (run: string) => readFileSync(inRun(run, "checkpoint.safetensors"));
    expect(bytes("with")).toEqual(bytes("plain"));
    await train({ run: "with", force: true });
    expect(readdirSync(inRun("with"))).not.toContain("tensorboard");
  });
});
