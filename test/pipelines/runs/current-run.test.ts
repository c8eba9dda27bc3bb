import { mkdir, readFile, readlink, rm, symlink, writeFile } from "node:fs/promises";
import { beforeEach, describe, expect, it } from "@jest/globals";
import { currentRun, promotedRuns, promoteRun, rollBack } from "../../../pipelines/runs/current-run.ts";
import { sealedText } from "../../../src/files/sealed-text.ts";
import { silentContext } from "../../support/stages/silent-context.ts";
import { useTemporaryFolder } from "../../support/stages/temporary-folder.ts";

const temporary = useTemporaryFolder();
let count = 0;
let folder = "";

/** Runs a, b and c, finished. */
beforeEach(async () => {
  folder = temporary(`models-${count++}`);
  for (const run of ["a", "b", "c"]) {
    await mkdir(`${folder}/${run}`, { recursive: true });
    await writeFile(`${folder}/${run}/manifest.json`, sealedText(manifestOf(run)));
  }
});

const promote = (run: string) => promoteRun(folder, `${folder}/${run}`, silentContext);

describe("the current run", () => {
  it("is none before one was promoted", async () => {
    expect(await currentRun(folder)).toBeNull();
    expect(await promotedRuns(folder)).toEqual([]);
    await expect(rollBack(folder, silentContext)).rejects.toThrow("no run was promoted");
  });

  it("is the last that was promoted, by a link that is relative", async () => {
    await promote("a");
    await promote("b");
    expect(await currentRun(folder)).toBe(`${folder}/b`);
    expect(await readlink(`${folder}/current`)).toBe("b");
    expect(await promotedRuns(folder)).toEqual(["b", "a"]);
  });

  it("is promoted twice as once", async () => {
    await promote("a");
    await promote("b");
    await promote("b");
    expect(await promotedRuns(folder)).toEqual(["b", "a"]);
    await promote("a");
    expect(await promotedRuns(folder)).toEqual(["a", "b"]);
  });

  it("gives way to the one before it, and so on to the first", async () => {
    for (const run of ["a", "b", "c"]) await promote(run);
    expect(await rollBack(folder, silentContext)).toEqual({ from: "c", to: "b" });
    expect(await rollBack(folder, silentContext)).toEqual({ from: "b", to: "a" });
    expect(await currentRun(folder)).toBe(`${folder}/a`);
    await expect(rollBack(folder, silentContext)).rejects.toThrow("a is the first run that was promoted");
  });

  it("is not rolled back to a run that is gone", async () => {
    await promote("a");
    await promote("b");
    await rm(`${folder}/a`, { recursive: true });
    await expect(rollBack(folder, silentContext)).rejects.toThrow("is not a run");
    expect(await currentRun(folder)).toBe(`${folder}/b`);
  });
});

describe("a kill between the link and the list", () => {
  it("of a promotion: the list has the new name, the link does not lead there yet", async () => {
    for (const run of ["a", "b", "c"]) await promote(run);
    const list = await readFile(`${folder}/promoted.json`, "utf8");
    await rollBack(folder, silentContext);
    await writeFile(`${folder}/promoted.json`, list);
    expect(await promotedRuns(folder)).toEqual(["b", "a"]);
    await promote("c");
    expect(await promotedRuns(folder)).toEqual(["c", "b", "a"]);
  });

  it("of the promotion of an earlier run: those after it are not lost, wherever it stops", async () => {
    for (const run of ["a", "b", "c", "a"]) await promote(run);
    expect(await promotedRuns(folder)).toEqual(["a", "c", "b"]);
    await rm(`${folder}/current`);
    await symlink("c", `${folder}/current`);
    expect(await promotedRuns(folder)).toEqual(["c", "b", "a"]);
  });

  it("of a roll-back: what was gone back from is no longer among the promoted", async () => {
    for (const run of ["a", "b"]) await promote(run);
    const list = await readFile(`${folder}/promoted.json`, "utf8");
    await rollBack(folder, silentContext);
    await writeFile(`${folder}/promoted.json`, list);
    expect(await promotedRuns(folder)).toEqual(["a"]);
  });

  it("or a person who points the link by hand", async () => {
    await promote("a");
    await rm(`${folder}/current`);
    await symlink("c", `${folder}/current`);
    expect(await promotedRuns(folder)).toEqual(["c", "a"]);
  });
});

it("a folder in the place of the link is refused", async () => {
  await mkdir(`${folder}/current`);
  await expect(promote("a")).rejects.toThrow("is a folder, expected a link");
});

function manifestOf(run: string) {
  return {
    stage: "train",
    status: "done",
    reason: null,
    run,
    dataset: { name: "shop", contentHash: "c" },
    configHash: "0".repeat(64),
    recommendations: [],
    seed: 1,
    engine: { name: "reference", description: "" },
    packageVersion: "0",
    gitCommit: null,
    node: "",
    platform: "",
    startedAt: "2026-01-01T00:00:00.000Z",
    resumptions: 0,
    seconds: 0,
    peakMemoryBytes: 0,
    outcome: null,
    files: {},
  };
}
