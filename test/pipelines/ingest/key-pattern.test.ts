/** Patterns of keys mean what patterns of files mean. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, describe, expect, it } from "@jest/globals";
import { filesMatching } from "../../../pipelines/ingest/list-files.ts";
import { keyPattern } from "../../../pipelines/ingest/remote/key-pattern.ts";

const NAMES = [
  ...["a.csv", "b.csv", "b.csv.gz", "c (1).csv", "_SUCCESS", ".hidden.csv"],
  ...["dt=1/x.csv", "dt=1/y.parquet", "dt=2/deep/x.csv", "dt=2/_x.csv", "[a].csv", "a+b.csv"],
];

describe("a pattern of keys", () => {
  const folder = mkdtempSync(path.join(tmpdir(), "pattern-"));
  for (const name of NAMES) {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    writeFileSync(path.join(folder, name), "");
  }
  afterAll(() => rmSync(folder, { recursive: true }));

  it.each([
    "*.csv",
    "*",
    "?.csv",
    "**/*.csv",
    "dt=*/*.csv",
    "dt=*/**",
    "[a]*.csv",
    "a+?.csv",
    "_*",
    "c (*).csv",
    "**/x.*",
  ])("%s matches the files that a pattern of files does", async (pattern) => {
    const files = await filesMatching(`${folder}/${pattern}`);
    const prefix = `logs/${path.relative(folder, files.directory)}`.replace(/\/?$/, "/");
    const found = keyPattern(`logs/${pattern}`)!;
    const keys = NAMES.map((name) => `logs/${name}`).filter((key) => key.startsWith(found.folder));
    const matching = keys.filter((key) => found.matches(key.slice(found.folder.length)));
    expect(matching.sort()).toEqual(files.names.map((name) => `${prefix}${name}`).sort());
    expect(matching.length).toBeGreaterThan(0);
    expect(matching.every((key) => key.startsWith(found.beginning))).toBe(true);
  });

  it("is one with a star or a question mark alone", () => {
    expect(keyPattern("logs/[a].csv")).toBeNull();
    expect(keyPattern("")).toBeNull();
    expect(keyPattern("*.csv")).toMatchObject({ beginning: "", folder: "" });
    expect(keyPattern("a/b*/c")).toMatchObject({ beginning: "a/b", folder: "a/" });
  });
});
