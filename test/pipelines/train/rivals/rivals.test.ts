/** Baselines beside a run: shown, recorded, compared user by user, kept for the next run on the same data. */
import { readdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { beforeAll, describe, expect, it } from "@jest/globals";
import { readBaselinesRecord } from "../../../../pipelines/runs/baselines-file.ts";
import { readManifest } from "../../../../pipelines/runs/stored-run.ts";
import { trainStage } from "../../../../pipelines/train/train.ts";
import { parseConfig } from "../../../../src/config/parse.ts";
import { checkerboardDataset } from "../../../support/data/checkerboard-dataset.ts";
import { writeDatasetFolder } from "../../../support/data/small-dataset.ts";
import { silentContext } from "../../../support/stages/silent-context.ts";
import { useTemporaryFolder } from "../../../support/stages/temporary-folder.ts";

const temporary = useTemporaryFolder();
const logged: string[] = [];

async function train(flags: Record<string, string | boolean>) {
  logged.length = 0;
  const roots = { "data-root": temporary("data"), "models-root": temporary("models"), engine: "reference" };
  const given = { ...roots, dataset: "board", model: "mf", dot: "4", epochs: "1", "batch-size": "4096", k: "3" };
  const all = { ...given, "validation-metric": "NDCG@3", ...flags };
  const config = parseConfig({ schema: trainStage.schema, layers: [], flags: all });
  return trainStage.run(config, { ...silentContext, log: (line) => void logged.push(line) });
}

describe("the baselines beside a run", () => {
  beforeAll(() => writeDatasetFolder(temporary("data/board"), checkerboardDataset(12, 24)));

  it("are recorded with intervals, leads and a verdict, and the last lines say it in words", async () => {
    const { json, text } = await train({ run: "first" });
    const record = (await readBaselinesRecord(temporary("models/board/first")))!;
    expect(record).toMatchObject({ asked: "fast", metric: "NDCG@3", leftOut: [] });
    expect(record.fitted.map(({ name }) => name)).toEqual(["popularity", "item-knn", "pure-svd", "ials", "ease"]);
    for (const { test, lead, validation } of record.fitted) {
      for (const estimates of [test, validation]) {
        const { value, low, high } = estimates!["NDCG@3"]!;
        expect(low).toBeLessThanOrEqual(value + 1e-6); // values of users are float32
        expect(high).toBeGreaterThanOrEqual(value - 1e-6);
      }
      const own = (json.metrics as Record<string, number>)["HR@3"]!;
      expect(lead!["HR@3"]!.value).toBeCloseTo(own - test!["HR@3"]!.value, 6);
    }
    // One step of training learns nothing; who likes a colour is plain to item-knn.
    expect(record.verdict).toMatchObject({ outcome: "worse" });
    expect(json.verdict).toEqual(record.verdict);
    expect(text.split("\n").at(-2)).toMatch(/^this run is worse than .*, the best of 5 baselines: test NDCG@3 -/);
    expect(text.split("\n").at(-1)).toMatch(/^try: the last epoch was the best.*an epoch is one step.*ship the base/);
    expect((await readManifest(temporary("models/board/first")))?.files).toHaveProperty(["baselines.json"]);
  });

  it("are shown before training, and kept for the next run; a damaged one is fitted anew", async () => {
    await train({ run: "second", seed: "2" });
    const shown = logged.slice(logged.indexOf("baselines, to be beaten:") + 1);
    expect(shown[0]).toMatch(/^ {2}popularity +validation NDCG@3 0\.\d{4} \(.* to .*\) +kept from before$/);
    expect(shown.slice(0, 5).every((line) => line.endsWith("kept from before"))).toBe(true);
    expect(shown[5]).toContain("begins");
    const [dataset] = await readdir(temporary("models/baselines")); // by the name in its description
    const folder = temporary(`models/baselines/${dataset}`);
    const name = (await readdir(folder)).find((file) => /^ease-[0-9a-f]/.test(file))!;
    const kept = await readFile(path.join(folder, name), "utf8");
    await writeFile(path.join(folder, name), kept.replace(/"fitSeconds":/, '"fitSeconds":1'));
    await train({ run: "third", seed: "3" });
    expect(logged.find((line) => line.includes(name))).toMatch(/^warning: .*seal.*fitted anew$/);
    expect(logged.filter((line) => line.endsWith("kept from before"))).toHaveLength(4);
    expect((await train({ run: "third", seed: "3" })).text).toContain("this run is worse than"); // told again
  });

  it("are none where none were asked for", async () => {
    const { text, json } = await train({ run: "alone", seed: "4", baselines: "none" });
    expect(await readBaselinesRecord(temporary("models/board/alone"))).toBeNull();
    expect(text).not.toContain("baseline");
    expect(json.verdict).toBeNull();
  });

  it("are fitted on validation too where the run is", async () => {
    await train({ run: "refitted", refit: true });
    const record = await readBaselinesRecord(temporary("models/board/refitted"));
    expect(record?.fitted[1]?.choice.fittedOn).toEqual(["train", "validation"]);
  });
});
