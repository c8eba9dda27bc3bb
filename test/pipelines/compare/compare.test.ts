import { existsSync } from "node:fs";
import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { beforeAll, describe, expect, it } from "@jest/globals";
import { compareStage } from "../../../pipelines/compare/compare.ts";
import { evaluateStage } from "../../../pipelines/evaluate/evaluate.ts";
import type { StageContext } from "../../../pipelines/stage.ts";
import { verifyStage } from "../../../pipelines/verify/verify.ts";
import { readColumns } from "../../../src/arrow/read-columns.ts";
import { parseConfig } from "../../../src/config/parse.ts";
import { compareSchema } from "../../../src/config/schemas/compare-schema.ts";
import { evaluateSchema } from "../../../src/config/schemas/evaluate-schema.ts";
import { verifySchema } from "../../../src/config/schemas/verify-schema.ts";
import { groupItemsByUser } from "../../../src/dataset/interaction-dataset.ts";
import { sampleCandidates } from "../../../src/dataset/sample-candidates.ts";
import { sealedText } from "../../../src/files/sealed-text.ts";
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
  await writeDatasetFolder(temporary("data/checkerboard"), checkerboardDataset(40, 60));
  await writeFile(temporary("small.json"), JSON.stringify(smallStudy()));
});

function compare(flags: Readonly<Record<string, string | boolean>>, context: Partial<StageContext> = {}) {
  const places = { study: temporary("small.json"), "data-root": temporary("data"), engine: "reference" };
  const config = parseConfig({ schema: compareSchema, layers: [], flags: { ...places, ...flags } });
  return compareStage.run(config, { ...silentContext, ...context });
}

const readJson = async (file: string): Promise<unknown> => JSON.parse(await readFile(file, "utf8"));
const sealed = ({ seal: _, ...record }: Record<string, unknown>) => sealedText(record, 0);
async function verify(path: string): Promise<unknown> {
  const config = parseConfig({ schema: verifySchema, layers: [], flags: { path, "data-root": temporary("data") } });
  return (await verifyStage.run(config, silentContext)).json.problems;
}
const trialFiles = async (folder: string) =>
  (await readdir(`${folder}/trials`)).filter((name) => name.endsWith(".json"));

describe("the stage compare", () => {
  const folder = () => temporary("whole");

  it("tunes every arm alike, trains fresh seeds, and writes what it found", async () => {
    const result = await compare({ output: folder() });
    expect(result.json).toMatchObject({ stage: "compare", status: "done", study: folder() });
    expect(result.text).toContain("| 64 | lawn-adam |");

    const summary = studySummarySchema.parse(await readJson(`${folder()}/summary.json`));
    expect(summary.arms.map(({ arm, batchSize, tuning, seeds }) => [arm, batchSize, tuning.trials, seeds])).toEqual([
      ["adam", 64, 3, 2],
      ["lawn-adam", 64, 3, 2],
      ["adam", 512, 3, 2],
      ["lawn-adam", 512, 3, 2],
    ]);
    expect(summary.comparisons).toHaveLength(4); // one pair, two batch sizes, two metrics
    for (const { chosen, tuning } of summary.arms) {
      expect(chosen!.validation["NDCG@5"]).toBe(Math.max(...tuning.values.map((value) => value ?? 0)));
    }
  });

  it("ranks final trials among the whole catalogue as well, where the study reports that", async () => {
    const whole = checkerboardDataset(40, 60); // its candidates are all there are, so here are ten
    const seen = groupItemsByUser(whole.train, whole.validation, whole.test);
    const few = sampleCandidates({ split: "test", evaluated: whole.test, seen, count: 10, seed: 1 });
    await writeDatasetFolder(temporary("data/few"), { ...whole, candidatesTest: few });
    const study = smallStudy({
      subjects: [{ dataset: "few", model: "mf", settings: { ranker: { dot: 4, idBiases: false } } }],
      batchSizes: [{ size: 64, epochs: 1 }],
      space: { "optimizer.learningRate": { from: 1e-5, to: 1e-4 } }, // learns next to nothing
      metrics: ["HR@1", "full:HR@1"],
      comparisons: [],
    });
    await writeFile(temporary("full.json"), JSON.stringify({ ...study, name: "full" }));
    const output = temporary("full");
    await compare({ study: temporary("full.json"), output });
    const columns = await readColumns(`${output}/per-user.arrow`, ["HR@1", "full:HR@1"]);
    const [sampled, full] = [columns.float32("HR@1"), columns.float32("full:HR@1")];
    for (const [row, hit] of full.entries()) expect(hit).toBeLessThanOrEqual(sampled[row]!); // more to be ahead of
    expect(full.reduce((sum, hit) => sum + hit, 0)).toBeLessThan(sampled.reduce((sum, hit) => sum + hit, 0));
    const summary = studySummarySchema.parse(await readJson(`${output}/summary.json`));
    const record = trialRecordSchema.parse(await readJson(`${output}/trials/adam-b64-s11.json`));
    expect(summary.arms[0]!.test!["full:HR@1"]!.maximum).toBeGreaterThanOrEqual(record.test!.metrics["full:HR@1"]!);
  });

  it("stands baselines beside the arms, ranked as evaluate ranks them", async () => {
    const study = smallStudy({
      batchSizes: [{ size: 64, epochs: 1 }],
      metrics: ["HR@5", "full:HR@5"],
      baselines: ["popularity", "ease"],
      comparisons: [],
    });
    await writeFile(temporary("beside.json"), JSON.stringify({ ...study, name: "beside" }));
    const output = temporary("beside");
    const { text } = await compare({ study: temporary("beside.json"), output, "models-root": temporary("models") });
    const summary = studySummarySchema.parse(await readJson(`${output}/summary.json`));
    const found = summary.subjects[0]!.baselines;
    expect(found.map(({ name }) => name)).toEqual(["popularity", "ease"]);
    expect(text).toMatch(/\| - \| ease \| .* \| - \| - \| - \| regularization \d+ \|/);
    for (const { name, test } of found) {
      for (const [candidates, metric] of [
        ["sampled", "HR@5"],
        ["full", "full:HR@5"],
      ] as const) {
        const flags = { dataset: "checkerboard", baseline: name, candidates, k: "5", "data-root": temporary("data") };
        const places = { "models-root": temporary("models"), output: temporary(`evaluated/${name}-${candidates}`) };
        const engine = name === "ease" ? { engine: "reference" } : {}; // popularity counts, and takes none
        const layers = { schema: evaluateSchema, layers: [], flags: { ...flags, ...places, ...engine } };
        const { json } = await evaluateStage.run(parseConfig(layers), silentContext);
        expect(test[metric]!.mean).toBeCloseTo((json.metrics as Record<string, number>)["HR@5"]!, 6); // float32 a user
      }
    }
  });

  it("refuses a baseline that stands twice", () => {
    expect(() => smallStudy({ baselines: ["ease", "ease"] })).toThrow("ease stands there twice");
  });

  it("meets the test split with final trials alone", async () => {
    const names = await trialFiles(folder());
    expect(names).toHaveLength(4 * (3 + 2));
    for (const name of names) {
      const record = trialRecordSchema.parse(await readJson(`${folder()}/trials/${name}`));
      expect([name, record.test !== null, record.perUser !== null]).toEqual([
        name,
        record.phase === "final",
        record.phase === "final",
      ]);
      expect(existsSync(`${folder()}/trials/${record.id}.per-user.arrow`)).toBe(record.phase === "final");
    }
  });

  it("has the same negatives behind every arm and batch size", async () => {
    const bySeed = new Map<number, Set<string>>();
    for (const name of await trialFiles(folder())) {
      const { seed, fairness } = trialRecordSchema.parse(await readJson(`${folder()}/trials/${name}`));
      bySeed.set(seed, (bySeed.get(seed) ?? new Set()).add(fairness.negatives));
    }
    expect([...bySeed].map(([seed, hashes]) => [seed, hashes.size]).sort()).toEqual([
      [1, 1],
      [11, 1],
      [12, 1],
    ]);
  });

  it("has a row per trial, and a row per user of each final one that agrees with the mean", async () => {
    const trials = await readColumns(`${folder()}/trials.arrow`);
    const perUser = await readColumns(`${folder()}/per-user.arrow`);
    expect([trials.rows, perUser.rows]).toEqual([20, 8 * 40]);
    const sums = new Map<number, number>();
    const values = perUser.float32("NDCG@5");
    for (const [row, trial] of perUser.uint32("trial").entries())
      sums.set(trial, (sums.get(trial) ?? 0) + values[row]!);
    for (const [trial, sum] of sums) {
      expect(trials.strings("phase")[trial]).toBe("final");
      expect(sum / 40).toBeCloseTo(trials.float32("test NDCG@5")[trial]!, 6); // float32
    }
    const tested = trials.validity("test NDCG@5")!;
    expect([...trials.strings("phase")].map((phase) => (phase === "final" ? 1 : 0))).toEqual([...tested]);
  });

  it("vouches for every file in its manifest", async () => {
    const manifest = studyManifestSchema.parse(await readJson(`${folder()}/manifest.json`));
    expect(manifest).toMatchObject({ status: "done", trials: { planned: 20, finished: 20, diverged: 0 } });
    expect(Object.keys(manifest.files).sort()).toEqual(
      [
        ...["per-user.arrow", "study.json", "summary.json", "table.md", "table.tex", "trials.arrow"],
        ...(await readdir(`${folder()}/trials`)).map((name) => `trials/${name}`),
      ].sort(),
    );
  });

  it("runs no trial again, and the same study gives the same conclusions", async () => {
    const before = await readFile(`${folder()}/summary.json`, "utf8");
    const logged: string[] = [];
    await compare({ output: folder() }, { log: (line) => logged.push(line) });
    expect(logged[0]).toContain("20 trials, 20 of them done");
    const summary = studySummarySchema.parse(JSON.parse(before));
    expect(studySummarySchema.parse(await readJson(`${folder()}/summary.json`))).toEqual(summary);
  });

  it("takes lost trials up again with the same result", async () => {
    const file = `${folder()}/trials/lawn-adam-b64-s11.json`;
    const lost = trialRecordSchema.parse(await readJson(file));
    await rm(file);
    await compare({ output: folder() });
    const again = trialRecordSchema.parse(await readJson(file));
    expect([again.validation, again.test, again.perUser, again.fairness]).toEqual([
      lost.validation,
      lost.test,
      lost.perUser,
      lost.fairness,
    ]);
  });

  it("refuses an edited trial, sealed anew or not, before it writes anything, and verify sees it", async () => {
    const read = (name: string) => readFile(`${folder()}/${name}`, "utf8");
    const [name, perUser] = ["trials/adam-b64-s11.json", "trials/adam-b64-s11.per-user.arrow"];
    const [text, users] = [await read(name), await readFile(`${folder()}/${perUser}`)];
    const written = await Promise.all(["summary.json", "manifest.json", "table.md"].map(read));
    const record = JSON.parse(text);
    record.test.metrics["NDCG@5"] = 0.99;
    const refused = (file: string) => new RegExp(`${file.replaceAll(".", "\\.")}: changed`);
    for (const edited of [JSON.stringify(record), text.replace(/"NDCG@5":0?\.?\d+/, '"NDCG@5":0.99'), sealed(record)]) {
      await writeFile(`${folder()}/${name}`, edited);
      await expect(compare({ output: folder() })).rejects.toThrow(refused(name));
      expect(await verify(folder())).toContainEqual(expect.stringMatching(refused(name)));
    }
    await writeFile(`${folder()}/${name}`, text);
    const other = Buffer.from(users);
    other[other.length >> 1]! ^= 1;
    await writeFile(`${folder()}/${perUser}`, other);
    await expect(compare({ output: folder() })).rejects.toThrow(refused(perUser));
    await writeFile(`${folder()}/${perUser}`, users);
    expect(await Promise.all(["summary.json", "manifest.json", "table.md"].map(read))).toEqual(written);
    expect(await verify(folder())).toEqual([]);
  });

  it("goes on with more seeds, keeping those it has", async () => {
    const logged: string[] = [];
    await compare({ output: folder(), seeds: "3" }, { log: (line) => logged.push(line) });
    expect(logged[0]).toContain("24 trials, 20 of them done");
  });

  it("refuses trials of other settings, and says which", async () => {
    await expect(compare({ output: folder(), epochs: "5" })).rejects.toThrow(
      /adam-b64-t000\.json is a trial of another study[\s\S]*epochs: 3 there, 5 here/,
    );
    await compare({ output: folder(), epochs: "2", force: true });
    expect(studySummarySchema.parse(await readJson(`${folder()}/summary.json`)).arms[0]!.epochs).toBe(2);
  });
});

describe("the flags of compare", () => {
  it("narrow a study, and plan it without writing", async () => {
    const { text, json } = await compare({
      plan: true,
      output: temporary("unwritten"),
      arms: "adam",
      "batch-sizes": "512",
      trials: "7",
      seeds: "4",
    });
    expect(json).toMatchObject({ status: "planned", trials: 11 });
    expect(text).toContain("batch 512: 11 trials of 4 epochs");
    expect(existsSync(temporary("unwritten"))).toBe(false);
  });

  it.each([
    [{ arms: "adam,adamm" }, "--arms: the study has no adamm; it has adam, lawn-adam"],
    [{ "batch-sizes": "65" }, "--batch-sizes: the study has no 65; it has 64, 512"],
    [{ epochs: "1,2,3" }, "--epochs has 3 numbers, expected one, or one for each of the batch sizes 64, 512"],
    [{ study: "smok" }, '--study is "smok", which is no ready study (smoke?)'],
    [{ seeds: "0" }, "--seeds is 0, expected a whole number of at least 1"],
  ])("%j is refused", async (flags, message) => {
    await expect(async () => compare({ ...flags, output: temporary("refused") })).rejects.toThrow(message);
    expect(existsSync(temporary("refused"))).toBe(false);
  });
});

describe("an arm that diverges", () => {
  it("uses up its budget, is counted, and leaves the others their comparison", async () => {
    const study = smallStudy({
      batchSizes: [{ size: 64, epochs: 3 }],
      arms: [
        { name: "adam", optimizer: "adam" },
        { name: "wild", optimizer: "sgd", space: { "optimizer.learningRate": { from: 1e30, to: 1e31 } } },
      ],
      comparisons: [["wild", "adam"]],
    });
    await writeFile(temporary("wild.json"), JSON.stringify(study));
    await compare({ study: temporary("wild.json"), output: temporary("wild") });
    const summary = studySummarySchema.parse(await readJson(temporary("wild/summary.json")));
    expect(summary.arms[1]).toMatchObject({
      arm: "wild",
      tuning: { trials: 3, diverged: 3 },
      chosen: null,
      test: null,
    });
    expect(summary.arms[0]!.test).not.toBeNull();
    expect(summary.comparisons).toEqual([]);
    expect(summary.undecided).toContain("wild at batch 64: every tuning trial diverged.");
  });
});
