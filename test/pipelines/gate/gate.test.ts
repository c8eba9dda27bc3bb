/** The gate on better, equal and worse runs, of the same day and of yesterday, and what it moves. */
import { cp, mkdir, readdir, readFile, readlink, rm, writeFile } from "node:fs/promises";
import { beforeAll, describe, expect, it } from "@jest/globals";
import { loadDataset } from "../../../pipelines/dataset/stored-dataset.ts";
import { compareRuns } from "../../../pipelines/gate/compare-runs.ts";
import { gateStage } from "../../../pipelines/gate/gate.ts";
import { rowsOfRun } from "../../../pipelines/runs/dataset-of-run.ts";
import { readGateRecord } from "../../../pipelines/runs/gate-file.ts";
import { loadTestedRun } from "../../../pipelines/runs/stored-run.ts";
import { trainStage } from "../../../pipelines/train/train.ts";
import { verifyStage } from "../../../pipelines/verify/verify.ts";
import { someCases } from "../../../src/dataset/evaluation-candidates.ts";
import { openEngine } from "../../../src/engine/open-engine.ts";
import { NO_ROW } from "../../../src/ranker/carry-rows.ts";
import { ingestDay, newOfSecondDay, quickTraining, runStage } from "../../support/stages/shop-days.ts";
import { silentContext } from "../../support/stages/silent-context.ts";
import { useTemporaryFolder } from "../../support/stages/temporary-folder.ts";

const temporary = useTemporaryFolder();
const models = (name: string) => temporary(`models/shop/${name}`);
const roots = () => ({ "data-root": temporary("data"), "models-root": temporary("models") });
const asked = { engine: "reference", dataset: "shop" };
let now = Date.UTC(2026, 0, 1);
/** A day later each. */
const train = (run: string, flags: Record<string, string | boolean> = {}) =>
  runStage(trainStage, { ...quickTraining, ...roots(), run, ...flags }, { now: () => (now += 86_400_000) });
const gate = (run: string | null, flags: Record<string, string | boolean> = {}, context = {}) =>
  runStage(
    gateStage,
    { ...roots(), ...asked, ...measured(flags), ...(run === null ? {} : { run }), ...flags },
    context,
  );
const measured = ({ rollback }: { rollback?: unknown }) => (rollback === undefined ? { metric: "NDCG@3" } : {});

/** Taste is a matter of parity here, which a few dozen epochs learn and one does not. */
const good = { epochs: "40", "learning-rate": "0.05", patience: "none" };
const bad = { epochs: "1", "learning-rate": "0.000001" };

beforeAll(async () => {
  await ingestDay(temporary, 1);
  await train("yesterday", good);
  await ingestDay(temporary, 2);
  await train("good", good);
  await train("bad", bad);
  await cp(models("good"), models("equal"), { recursive: true });
});

describe("the gate", () => {
  it("promotes a better run", async () => {
    const { json, text, exitCode } = await gate("good", { against: "bad" });
    expect(exitCode).toBe(0);
    expect(json).toMatchObject({ verdict: "promote", compared: { standing: "better" } });
    expect(text).toMatch(
      /^promote: better: NDCG@3 0\.\d+ against 0\.\d+, \+0\.\d+ \(\+.* to \+.*\), p 0\.\d+, 25 users/,
    );
  });

  it("promotes an equal one, whose difference is 0 for everybody", async () => {
    const { json, exitCode } = await gate("equal", { against: "good" });
    expect(exitCode).toBe(0);
    expect(json).toMatchObject({
      verdict: "promote",
      compared: { difference: 0, ties: 25, wins: 0, losses: 0, permutationP: 1, standing: "level" },
    });
  });

  it("keeps a worse one out, with status 4", async () => {
    const { json, text, exitCode } = await gate("bad", { against: "good", promote: true });
    expect(exitCode).toBe(4);
    expect(json).toMatchObject({ verdict: "keep", promoted: false, compared: { standing: "worse" } });
    expect(text).toMatch(/^keep: worse, and by more than the margin of 0.002: /);
    await expect(readlink(models("current"))).rejects.toThrow("ENOENT");
  });

  it("ranks both on the same users, and counts what yesterday's does not know", async () => {
    const { json, text } = await gate("good", { against: "yesterday" });
    expect(json).toMatchObject({
      compared: {
        cases: 23, // 25 people less two newcomers
        users: { known: 23, new: newOfSecondDay.users.length, gone: 1 },
        items: { known: 19, new: newOfSecondDay.items.length, gone: 1 },
        newcomers: { cases: 2 },
      },
    });
    expect(text).toContain("yesterday does not know 2 users, who are left out, and 1 items, which it ranks last");
    expect(text).toMatch(/of the users it does not know, 2 are tested: NDCG@3 \d/);
  });

  it("refuses where none of those that yesterday's knows is tested", async () => {
    const dataset = await loadDataset(temporary("data/shop"));
    const [run, against] = [await loadTestedRun(models("good")), await loadTestedRun(models("yesterday"))];
    const { users } = (await rowsOfRun(against, dataset))!;
    const candidatesTest = someCases(dataset.candidatesTest, (user) => users[user] === NO_ROW);
    expect(candidatesTest.users).toHaveLength(2);
    const engine = await openEngine("reference");
    const { signal } = silentContext;
    const question = { split: "test", candidates: "sampled", metric: "NDCG@3", engine, signal } as const;
    await expect(compareRuns(run, against, { ...question, dataset: { ...dataset, candidatesTest } })).rejects.toThrow(
      /yesterday: knows no user of .*shop who has test items, so there is nobody to compare it for; --against none/,
    );
  });

  it("leaves its verdict with the run, sealed, and the same each time", async () => {
    await gate("good", { against: "bad" });
    const first = await readFile(models("good/gate.json"), "utf8");
    await gate("good", { against: "bad" });
    expect(await readFile(models("good/gate.json"), "utf8")).toBe(first);
    expect(await readGateRecord(models("good"))).toMatchObject({ verdict: "promote", against: { run: "bad" } });
    await cp(models("good"), models("edited"), { recursive: true });
    await writeFile(models("edited/gate.json"), first.replace("promote", "keep"));
    const { exitCode, text } = await runStage(verifyStage, { path: models("edited"), inputs: false });
    expect([exitCode, text]).toEqual([3, expect.stringContaining("gate.json")]);
    await rm(models("edited"), { recursive: true });
  });

  it("asks for evidence of no harm under --strict", async () => {
    expect((await gate("equal", { against: "good", strict: true })).exitCode).toBe(0);
    const { text, exitCode } = await gate("bad", { against: "good", strict: true });
    expect(exitCode).toBe(4);
    expect(text).toMatch(/^keep: not shown to be within the margin/);
  });

  it("refuses a run of data that was ingested anew since, and one that is not there", async () => {
    await expect(gate("yesterday", { against: "good" })).rejects.toThrow("was ingested anew since it was trained");
    await expect(gate("good", { against: "nobody" })).rejects.toThrow(/--against: there is no run "nobody"/);
    await expect(gate("good", { keep: "3" })).rejects.toThrow("runs are removed after a promotion");
    for (const ignored of [
      { against: "good" },
      { metric: "HR@10" },
      { margin: "0.1" },
      { split: "validation" },
    ] as const) {
      await expect(gate(null, { rollback: true, ...ignored })).rejects.toThrow("--rollback compares nothing");
    }
    await expect(gate("good", { rollback: true })).rejects.toThrow(
      "--rollback goes to the run that was current before",
    );
  });

  it("measures the ranker before a refit on all, of both", async () => {
    await train("whole", { ...good, refit: "all" });
    const lines: string[] = [];
    const log = (line: string) => void lines.push(line);
    const { json } = await gate("whole", { against: "good" }, { log });
    expect(json).toMatchObject({ compared: { difference: 0 } }); // the same training before its refit
    expect(lines.join("\n")).toContain("nothing can be measured of it");
    await rm(models("whole"), { recursive: true });
  });
});

describe("current", () => {
  beforeAll(() => rm(models("current"), { force: true }));

  it("is promoted without a comparison on the first night, which is said", async () => {
    const { text, exitCode } = await gate("good", { promote: true });
    expect(exitCode).toBe(0);
    expect(text).toMatch(/^promote: no run is current yet, so there is nothing to compare with\n.*current: good$/);
    expect(await readlink(models("current"))).toBe("good");
  });

  it("is promoted once where the night is repeated, with its first verdict", async () => {
    const before = await readFile(models("good/gate.json"), "utf8");
    const { text, exitCode } = await gate("good", { promote: true });
    expect(exitCode).toBe(0);
    expect(text).toContain("it is the run that it would be compared with");
    expect(await readFile(models("good/gate.json"), "utf8")).toBe(before);
  });

  it("moves on, stays where a worse run comes, and goes back", async () => {
    await gate("equal", { promote: true });
    expect((await gate("bad", { promote: true })).exitCode).toBe(4);
    expect(await readlink(models("current"))).toBe("equal");
    const { text } = await gate(null, { rollback: true });
    expect(text).toMatch(/current: good, in place of equal$/);
    expect(await readlink(models("current"))).toBe("good");
    await expect(gate(null, { rollback: true })).rejects.toThrow("good is the first run that was promoted");
    await expect(gate(null, { rollback: true, dataset: "nobody" })).rejects.toThrow(
      /nobody: no run was promoted, so there is nothing to roll back$/,
    );
  });

  it("needs no comparison where none is asked for", async () => {
    const { text } = await gate("bad", { against: "none", promote: true });
    expect(text).toMatch(/^promote: nothing was to be compared with/);
    await gate(null, { rollback: true });
  });
});

describe("gate --keep", () => {
  const runs = async () =>
    (await readdir(models("."), { withFileTypes: true }))
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name);

  it("removes what came through the gate and is past use, and nothing else", async () => {
    await rm(temporary("models"), { recursive: true });
    for (const run of ["night-1", "night-2", "own", "night-3", "night-4", "night-5"]) await train(run, bad);
    await promoteAs("night-1");
    await gateKeeps("night-2");
    await promoteAs("night-3");
    await promoteAs("night-4");
    const { json } = await promoteAs("night-5", { keep: "2" });
    // Kept: the last two promoted, and `own`, which no gate has seen. Night 2 was kept out before night 4.
    expect((await runs()).sort()).toEqual(["night-4", "night-5", "own"]);
    expect(json.removed).toHaveLength(3);
    expect(await readlink(models("current"))).toBe("night-5");
    expect((await gate(null, { rollback: true })).text).toContain("current: night-4");
  });

  it("clears what a kill in the middle of it left", async () => {
    // A folder under the name of a process that is gone.
    await mkdir(`${models("night-9")}.work-here-999999`);
    await train("night-6", bad);
    await promoteAs("night-6", { keep: "2" }, { isProcessAlive: (id: number) => id !== 999_999 });
    // Night 5, which was gone back from, came after night 4, which stays to go back to.
    expect((await runs()).sort()).toEqual(["night-4", "night-5", "night-6", "own"]);
  });

  const promoteAs = (run: string, flags: Record<string, string | boolean> = {}, context = {}) =>
    gate(run, { against: "none", promote: true, ...flags }, context);

  /** As if it had been worse. */
  async function gateKeeps(run: string): Promise<void> {
    await gate(run, { against: "none" });
  }
});
