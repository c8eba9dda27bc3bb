import type { ChildProcess } from "node:child_process";
import { readdirSync } from "node:fs";
import { readdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { beforeAll, describe, expect, it } from "@jest/globals";
import { streamKey, threefry } from "../../../src/random.ts";
import { studyManifestSchema } from "../../../src/runs/study-manifest.ts";
import { studySummarySchema } from "../../../src/runs/study-summary.ts";
import { checkerboardDataset } from "../../support/data/checkerboard-dataset.ts";
import { writeDatasetFolder } from "../../support/data/small-dataset.ts";
import { compiledProgram, runProgram } from "../../support/stages/compiled-program.ts";
import { smallStudy } from "../../support/stages/small-study.ts";
import { useTemporaryFolder } from "../../support/stages/temporary-folder.ts";

const temporary = useTemporaryFolder();
let script = "";
beforeAll(async () => {
  script = await compiledProgram();
  await writeDatasetFolder(temporary("data/checkerboard"), checkerboardDataset(40, 60));
  const study = smallStudy({ batchSizes: [{ size: 64, epochs: 3 }], search: { trials: 4, seed: 1 } });
  await writeFile(temporary("small.json"), JSON.stringify(study));
}, 120_000);

const compare = (output: string, extra: readonly string[] = [], whenRunning?: Parameters<typeof runProgram>[3]) =>
  runProgram(
    script,
    ["compare", "--study", "small.json", "--output", output, "--engine", "reference", "--workers", "3", ...extra],
    temporary("."),
    whenRunning,
  );
const trials = (folder: string) => {
  try {
    return readdirSync(temporary(path.join(folder, "trials"))).filter((name) => name.endsWith(".json"));
  } catch {
    return [];
  }
};
/** As soon as there is one more than there was, and some time for the next to be under way. */
function killAfterATrial(folder: string, child: ChildProcess, milliseconds: number): void {
  const before = trials(folder).length;
  const timer = setInterval(() => {
    if (trials(folder).length === before) return;
    clearInterval(timer);
    setTimeout(() => child.kill("SIGKILL"), milliseconds);
  }, 20);
  child.on("close", () => clearInterval(timer));
}

const readJson = async (file: string): Promise<unknown> => JSON.parse(await readFile(temporary(file), "utf8"));

/** Without what a clock says. */
async function conclusions(folder: string) {
  const summary = studySummarySchema.parse(await readJson(`${folder}/summary.json`));
  const arms = summary.arms.map(({ cost: _cost, secondsToTarget: _seconds, ...arm }) => arm);
  return { ...summary, arms };
}

describe("a study in three processes", () => {
  it("comes to the same conclusions, killed again and again, as in one process that never was", async () => {
    const whole = await compare("whole", ["--workers", "1"]);
    expect([whole.status, whole.err]).toEqual([0, expect.stringContaining("1 side by side")]);

    const block = { first: 0, second: 0 };
    let [kills, kept] = [0, 0];
    for (let attempt = 0; attempt < 40; attempt++) {
      threefry(streamKey(5, "kills"), attempt, 0, block);
      const before = trials("killed");
      const { status, err } = await compare("killed", [], (child) => {
        if (attempt < 4) killAfterATrial("killed", child, block.first % 400);
      });
      expect(trials("killed")).toEqual(expect.arrayContaining(before)); // what was finished is kept
      kept = Math.max(kept, before.length);
      if (status === null) kills++;
      else {
        expect([status, err]).toEqual([0, expect.anything()]);
        break;
      }
    }
    expect(kills).toBeGreaterThanOrEqual(3);
    expect(kept).toBeGreaterThan(0);
    expect(await conclusions("killed")).toEqual(await conclusions("whole"));
    const manifest = studyManifestSchema.parse(await readJson("killed/manifest.json"));
    expect([manifest.status, manifest.resumptions]).toEqual(["done", kills]);
    const left = [...(await readdir(temporary("killed"))), ...(await readdir(temporary("killed/trials")))];
    expect(left.filter((name) => /lock|partial|\.work-/.test(name))).toEqual([]);
  }, 180_000);

  it("leaves no process behind when its leader is killed", async () => {
    await compare("orphans", [], (child) => killAfterATrial("orphans", child, 0));
    await sleep(1500); // their last step may still be under way
    const before = trials("orphans").length;
    await sleep(2000);
    expect(trials("orphans").length).toBe(before);
  }, 60_000);

  it("puts itself down on Ctrl-C and says how to go on", async () => {
    const stopped = await compare("stopped", [], (child) => {
      child.stderr?.on("data", (text: Buffer) => {
        if (text.toString().includes("trials  ")) child.kill("SIGINT");
      });
    });
    expect([stopped.status, stopped.out]).toEqual([
      130,
      expect.stringContaining("the same command goes on with the rest"),
    ]);
    expect(studyManifestSchema.parse(await readJson("stopped/manifest.json")).reason).toContain("interrupted after");
    expect((await compare("stopped")).status).toBe(0);
  }, 120_000);
});
