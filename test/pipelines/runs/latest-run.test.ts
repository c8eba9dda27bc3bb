/** The link to the newest finished run: who wins, what is mended, and what is said. */
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import { beforeEach, describe, expect, it } from "@jest/globals";
import { findRun } from "../../../pipelines/runs/find-run.ts";
import { latestRun, pointLatest } from "../../../pipelines/runs/latest-run.ts";
import { sealedText } from "../../../src/files/sealed-text.ts";
import type { Manifest } from "../../../src/runs/manifest.ts";
import { silentContext } from "../../support/stages/silent-context.ts";
import { useTemporaryFolder } from "../../support/stages/temporary-folder.ts";

const temporary = useTemporaryFolder();
let folder = "";
let tests = 0;
let logged: string[] = [];
const context = { ...silentContext, log: (line: string) => void logged.push(line) };
beforeEach(() => {
  folder = temporary(`${tests++}/board`);
  mkdirSync(folder, { recursive: true });
  logged = [];
});
const pointer = () => path.join(folder, "latest");
const find = (run: string | null = null) =>
  findRun({ run, dataset: "board", modelsRoot: path.dirname(folder) }, context);

/** `finishedAt` in minutes from now. */
function writeRun(run: string, finishedMinutes: number | null, change: Partial<Manifest> = {}): void {
  mkdirSync(path.join(folder, run), { recursive: true });
  const finished = new Date(Date.now() + (finishedMinutes ?? 0) * 60_000).toISOString();
  const manifest: Manifest = {
    ...{ stage: "train", status: "done", reason: null, run, dataset: { name: "board", contentHash: "0" } },
    ...{
      configHash: "0".repeat(64),
      recommendations: [],
      choices: [],
      seed: 1,
      engine: { name: "native", description: "" },
    },
    ...{ packageVersion: "0", gitCommit: null, node: "", platform: "", startedAt: "2026-01-01T00:00:00.000Z" },
    ...{ resumptions: 0, seconds: 1, peakMemoryBytes: 1, outcome: null, files: {} },
    ...(finishedMinutes === null ? {} : { finishedAt: finished }),
    ...change,
  };
  writeFileSync(path.join(folder, run, "manifest.json"), sealedText(manifest));
}

describe("latest", () => {
  it("is the run it points at, under its own name, and is said", async () => {
    writeRun("a", -2);
    writeRun("b", -1);
    symlinkSync("b", pointer());
    expect(await find()).toBe(path.join(folder, "b"));
    expect(logged).toEqual([`run: ${path.join(folder, "b")}, the latest`]);
    expect(await find("latest")).toBe(path.join(folder, "b"));
    expect(await findRun({ run: pointer(), dataset: null, modelsRoot: "elsewhere" }, context)).toBe(
      path.join(folder, "b"),
    );
  });

  it("pointed elsewhere by a person after the last training stays there", async () => {
    writeRun("a", -2);
    writeRun("b", -1);
    symlinkSync("a", pointer());
    expect(await find()).toBe(path.join(folder, "a"));
    expect(readlinkSync(pointer())).toBe("a");
    rmSync(pointer());
    symlinkSync(temporary("."), pointer());
    expect(await latestRun(folder, context)).toBe(temporary("."));
  });

  it("is mended where a training was cut off before it could move it", async () => {
    writeRun("a", -2);
    symlinkSync("a", pointer());
    writeRun("b", 1); // finished after the link was set
    writeRun("c", 2, { status: "failed" });
    expect(await find()).toBe(path.join(folder, "b"));
    expect(logged[0]).toContain(
      "points at a, but a run finished after it was set: the newest finished run, b, is taken",
    );
    expect(readlinkSync(pointer())).toBe("b");
    expect(readdirSync(folder).sort()).toEqual(["a", "b", "c", "latest"]);
  });

  it("is mended where it is missing, leads nowhere, or has become a file; a damaged run is passed over", async () => {
    writeRun("a", -2);
    writeRun("b", -1);
    mkdirSync(path.join(folder, "damaged"));
    writeFileSync(path.join(folder, "damaged", "manifest.json"), "{");
    expect(await find()).toBe(path.join(folder, "b"));
    expect(logged[0]).toContain("is missing: the newest finished run, b, is taken");
    rmSync(path.join(folder, "b"), { recursive: true });
    expect(await find()).toBe(path.join(folder, "a"));
    expect(logged.join("\n")).toContain("leads nowhere: the newest finished run, a, is taken");
    rmSync(pointer());
    writeFileSync(pointer(), "b");
    expect(await find()).toBe(path.join(folder, "a"));
    expect(lstatSync(pointer()).isSymbolicLink()).toBe(true);
  });

  it("of runs that do not say when they finished is the one begun last, and never overrules a link", async () => {
    writeRun("a", null, { startedAt: "2026-01-02T00:00:00.000Z" });
    writeRun("b", null);
    expect(await find()).toBe(path.join(folder, "a"));
    rmSync(pointer());
    symlinkSync("b", pointer());
    expect(await find()).toBe(path.join(folder, "b"));
  });

  it("is refused where a folder stands in its place", async () => {
    writeRun("a", -1);
    writeRun("latest", -2, { run: "old" });
    await expect(find()).rejects.toThrow(/is a folder, expected a link: .* of run old; rename it to old, which is/);
    writeRun("old", -2);
    await expect(find()).rejects.toThrow(/here of run old; remove it, and the newest finished run is/);
    await expect(pointLatest(folder, "a", context)).rejects.toThrow(/expected a link/);
    expect(existsSync(path.join(pointer(), "manifest.json"))).toBe(true);
    expect(await find("a")).toBe(path.join(folder, "a"));
  });

  it("of no finished run is no run", async () => {
    writeRun("a", null, { status: "running" });
    await expect(find()).rejects.toThrow(/dataset board has no finished run .*train one: lawn-ranker train/);
    await expect(find("b")).rejects.toThrow(/there is no run "b" \(no folder .*\); its runs are a$/);
  });
});
