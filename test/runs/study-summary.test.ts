import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "@jest/globals";
import { storedStudySchema } from "../../src/runs/stored-study.ts";
import { studyManifestSchema } from "../../src/runs/study-manifest.ts";
import { studySummarySchema } from "../../src/runs/study-summary.ts";

const fixture = (name: string): unknown =>
  JSON.parse(readFileSync(path.resolve(import.meta.dirname, "../fixtures/study-smoke", name), "utf8"));

describe("the files of a finished study", () => {
  it.each([
    ["summary.json", studySummarySchema],
    ["study.json", storedStudySchema],
    ["manifest.json", studyManifestSchema],
  ])("%s is what its schema says, and loses nothing by it", (name, schema) => {
    expect(schema.parse(fixture(name))).toEqual(fixture(name));
  });
});
