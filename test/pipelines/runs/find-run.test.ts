/** Which run a name without a dataset means: one here, the only one of that name, or the newest of all. */
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { beforeEach, describe, expect, it } from "@jest/globals";
import { findRun } from "../../../pipelines/runs/find-run.ts";
import { sealedText } from "../../../src/files/sealed-text.ts";
import type { Manifest } from "../../../src/runs/manifest.ts";
import { silentContext } from "../../support/stages/silent-context.ts";
import { useTemporaryFolder } from "../../support/stages/temporary-folder.ts";

const temporary = useTemporaryFolder();
let modelsRoot = "";
let tests = 0;
let logged: string[] = [];
beforeEach(() => {
  modelsRoot = temporary(`${tests++}`);
  mkdirSync(modelsRoot, { recursive: true });
  logged = [];
});
const find = (run: string) =>
  findRun({ run, dataset: null, modelsRoot }, { ...silentContext, log: (line: string) => void logged.push(line) });

function writeRun(dataset: string, run: string, finishedAt: string): string {
  const folder = path.join(modelsRoot, dataset, run);
  mkdirSync(folder, { recursive: true });
  const manifest: Manifest = {
    ...{ stage: "train", status: "done", reason: null, run, dataset: { name: dataset, contentHash: "0" } },
    ...{
      configHash: "0".repeat(64),
      recommendations: [],
      choices: [],
      seed: 1,
      engine: { name: "native", description: "" },
    },
    ...{ packageVersion: "0", gitCommit: null, node: "", platform: "", startedAt: finishedAt, finishedAt },
    ...{ resumptions: 0, seconds: 1, peakMemoryBytes: 1, outcome: null, files: {} },
  };
  writeFileSync(path.join(folder, "manifest.json"), sealedText(manifest));
  return folder;
}

describe("a run by its name alone", () => {
  it("is the newest of all datasets where it is called latest, and said", async () => {
    writeRun("shop", "a", "2026-01-01T00:00:00.000Z");
    const newest = writeRun("board", "b", "2026-01-02T00:00:00.000Z");
    mkdirSync(path.join(modelsRoot, "studies/smoke"), { recursive: true });
    expect(await find("latest")).toBe(newest);
    expect(logged.at(-1)).toBe(`run: ${newest}, the latest`);
  });

  it("is the one that was promoted where it is called current, by its own name, and said", async () => {
    const run = writeRun("shop", "a", "2026-01-01T00:00:00.000Z");
    writeRun("shop", "b", "2026-01-02T00:00:00.000Z");
    await expect(find("current")).rejects.toThrow(/no run was promoted yet \(no link .*current\); promote one/);
    symlinkSync("a", path.join(modelsRoot, "shop", "current"));
    expect(await find("current")).toBe(run);
    expect(logged).toEqual([`run: ${run}, the current`]);
    const named = { run: "current", dataset: "shop", modelsRoot };
    expect(await findRun(named, silentContext)).toBe(run);
    expect(await findRun({ ...named, run: path.join(modelsRoot, "shop", "current") }, silentContext)).toBe(run);
    symlinkSync("x", path.join(modelsRoot, "other"));
    const other = { ...named, dataset: "nobody" };
    await expect(findRun(other, silentContext)).rejects.toThrow("no run was promoted yet");
    writeRun("more", "c", "2026-01-01T00:00:00.000Z");
    symlinkSync("c", path.join(modelsRoot, "more", "current"));
    await expect(find("current")).rejects.toThrow("the name of 2 runs");
  });

  it("is the only one of that name", async () => {
    const folder = writeRun("shop", "tuned", "2026-01-01T00:00:00.000Z");
    expect(await find("tuned")).toBe(folder);
    writeRun("board", "tuned", "2026-01-02T00:00:00.000Z");
    await expect(find("tuned")).rejects.toThrow(/the name of 2 runs: .*board.tuned, .*shop.tuned; give --dataset too/);
  });

  it("is the one in the folder where the command runs", async () => {
    writeRun("shop", "a", "2026-01-01T00:00:00.000Z");
    symlinkSync("a", path.join(modelsRoot, "shop/latest"));
    const before = process.cwd();
    process.chdir(path.join(modelsRoot, "shop"));
    try {
      expect(await find("latest")).toBe("a");
      expect(await find("a")).toBe("a");
    } finally {
      process.chdir(before);
    }
  });

  it("is named with where it was looked for, and what to give, where there is none", async () => {
    await expect(find("latest")).rejects.toThrow(/no run is finished in .*; train one, or give its folder/);
    await expect(find("tuned")).rejects.toThrow(
      /no run has that name, neither here nor in .*; give its folder, or the/,
    );
  });
});
