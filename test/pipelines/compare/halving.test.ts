/** A study whose tuning trials are cut by successive halving: alike for all arms, recorded, and repeatable. */
import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { beforeAll, describe, expect, it } from "@jest/globals";
import { compareStage } from "../../../pipelines/compare/compare.ts";
import { parseConfig } from "../../../src/config/parse.ts";
import { compareSchema } from "../../../src/config/schemas/compare-schema.ts";
import { studyManifestSchema } from "../../../src/runs/study-manifest.ts";
import { studySummarySchema } from "../../../src/runs/study-summary.ts";
import { trialRecordSchema } from "../../../src/runs/trial-record.ts";
import { checkerboardDataset } from "../../support/data/checkerboard-dataset.ts";
import { writeDatasetFolder } from "../../support/data/small-dataset.ts";
import { silentContext } from "../../support/stages/silent-context.ts";
import { smallStudy } from "../../support/stages/small-study.ts";
import { useTemporaryFolder } from "../../support/stages/temporary-folder.ts";

const temporary = useTemporaryFolder();

beforeAll(async () => {
  await writeDatasetFolder(temporary("data/checkerboard"), checkerboardDataset(20, 24));
  const changes = { batchSizes: [{ size: 64, epochs: 6 }], seeds: { count: 1, first: 11 } };
  const search = { trials: 6, seed: 1 };
  const cut = smallStudy({ ...changes, search: { ...search, halving: {} } });
  await writeFile(temporary("cut.json"), JSON.stringify(cut));
  await writeFile(temporary("whole.json"), JSON.stringify(smallStudy({ ...changes, search })));
});

function compare(study: string, output: string, flags = {}) {
  const places = { "data-root": temporary("data"), engine: "reference", output: temporary(output) };
  const given = { study: temporary(`${study}.json`), ...places, ...flags };
  return compareStage.run(parseConfig({ schema: compareSchema, layers: [], flags: given }), silentContext);
}

const readJson = async (file: string): Promise<unknown> => JSON.parse(await readFile(temporary(file), "utf8"));
const trialOf = async (folder: string, id: string) =>
  trialRecordSchema.parse(await readJson(`${folder}/trials/${id}.json`));
const summaryOf = async (folder: string) => studySummarySchema.parse(await readJson(`${folder}/summary.json`));
const trialFiles = async (folder: string) => (await readdir(temporary(`${folder}/trials`))).sort();

describe("a study with halving", () => {
  it("says before what will be cut", async () => {
    const { text } = await compare("cut", "planned", { plan: true });
    // Two arms: 6 trials to epoch 2 (6 / 3), 2 of them to epoch 6, and a fresh seed: 18 in all.
    expect(text).toContain("batch 64: 18 trials of 6 epochs, cut at 2");
  });

  it("trains all of an arm to the rung, and the best third on to the end", async () => {
    await compare("cut", "cut");
    const files = await trialFiles("cut");
    for (const arm of ["adam", "lawn-adam"]) {
      const own = files.filter((name) => name.startsWith(`${arm}-b64-t`));
      expect(own.filter((name) => name.endsWith("-e2.json"))).toHaveLength(6);
      const values = await Promise.all(
        [0, 1, 2, 3, 4, 5].map(async (index) => {
          const { validation, epochsTrained } = await trialOf("cut", `${arm}-b64-t00${index}-e2`);
          expect(epochsTrained).toBe(2);
          return { index, value: validation!["NDCG@5"]! };
        }),
      );
      const best = values.sort((a, b) => b.value - a.value || a.index - b.index).slice(0, 2);
      const on = best.map(({ index }) => `${arm}-b64-t00${index}.json`).sort();
      expect(own.filter((name) => /t\d+\.json$/.test(name))).toEqual(on);
    }
    expect(files.filter((name) => name.includes("resume"))).toEqual([]);
    expect(await readJson("cut/study.json")).toMatchObject({ study: { search: { halving: { eta: 3 } } } });
    expect((await summaryOf("cut")).search).toEqual({ method: "sobol", trials: 6, seed: 1, halving: { eta: 3 } });
    const manifest = studyManifestSchema.parse(await readJson("cut/manifest.json"));
    expect(manifest.trials).toMatchObject({ planned: 18, finished: 18 });
    for (const name of files) expect(manifest.files).toHaveProperty([`trials/${name}`]);
  });

  it("trains whom it keeps to the same bits as a study without, and counts every trial of each arm", async () => {
    await compare("whole", "whole");
    for (const name of await trialFiles("cut")) {
      const id = name.replace(".json", "");
      if (!/-t\d+\.json$/.test(name)) continue;
      const { validation, epochs } = await trialOf("cut", id);
      const bits = (all: typeof epochs) => all.map(({ seconds: _, ...epoch }) => epoch);
      const whole = await trialOf("whole", id);
      expect([validation, bits(epochs)]).toEqual([whole.validation, bits(whole.epochs)]);
    }
    const arms = (await summaryOf("cut")).arms;
    expect(arms.map(({ tuning }) => [tuning.trials, tuning.values.length])).toEqual([
      [6, 6],
      [6, 6],
    ]);
  });

  it("trains a lost trial from its beginning, where nothing was kept of it, to the same record", async () => {
    const [name] = (await trialFiles("cut")).filter((file) => /-t\d+\.json$/.test(file));
    const id = name!.replace(".json", "");
    const { validation, epoch } = await trialOf("cut", id);
    await rm(temporary(`cut/trials/${name}`));
    await compare("cut", "cut");
    expect(await trialOf("cut", id)).toMatchObject({ validation, epoch, epochsTrained: 6 });
  });
});
