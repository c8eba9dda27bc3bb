import { readdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, it } from "@jest/globals";
import { doctorStage } from "../../pipelines/doctor.ts";
import type { StageContext } from "../../pipelines/stage.ts";
import { useTemporaryFolder } from "../support/stages/temporary-folder.ts";

const temporary = useTemporaryFolder();
const contextOf = (node: string): StageContext => ({
  now: () => 0,
  elapsed: () => 0,
  peakMemoryBytes: () => 0,
  freeMemoryBytes: () => Number.POSITIVE_INFINITY,
  log: () => {},
  report: () => {},
  terminal: null,
  processId: 1,
  place: "here",
  token: "this",
  isProcessAlive: () => true,
  signal: new AbortController().signal,
  recommendations: [],
  choices: [],
  givenAsFlags: [],
  environment: { packageVersion: "1.2.3", node, platform: "test", gitCommit: null, variables: { SECRET: "x" } },
});

describe("doctor", () => {
  it("says which engine would run and leaves nothing behind", async () => {
    const folders = { dataRoot: temporary("data"), modelsRoot: temporary("deep/er/models") };
    const { json, text, exitCode } = await doctorStage.run(folders, contextOf("v22.1.0"));
    expect([exitCode, json.isHealthy]).toEqual([0, true]);
    expect(text).toMatch(/engine \w+: .* - would run/);
    expect(JSON.stringify(json)).not.toContain("SECRET");
    expect(await readdir(temporary("."))).toEqual([]);
  });

  it("finds an old Node and a folder that cannot be written to", async () => {
    await writeFile(temporary("file"), "");
    const manifest = path.resolve(import.meta.dirname, "../../package.json");
    const { engines } = JSON.parse(await readFile(manifest, "utf8"));
    const folders = { dataRoot: temporary("file/data"), modelsRoot: temporary("models") };
    const { text, exitCode } = await doctorStage.run(folders, contextOf("v20.9.0"));
    expect(exitCode).toBe(1);
    expect(text).toContain(`v20.9.0 on test: too old, expected ${engines.node.slice(2)} or newer`);
    expect(text).toMatch(/file\/data: not writable: /);
  });
});
