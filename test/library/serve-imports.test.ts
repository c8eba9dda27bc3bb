/** What a server loads with `lawn-ranker/serve`: nothing that trains, cleans logs or parses command lines. */
import path from "node:path";
import { describe, expect, it } from "@jest/globals";
import { loadedWith, packagesLoadedWith } from "../support/stages/loaded-with.ts";

const root = path.resolve(import.meta.dirname, "../..");

describe("lawn-ranker/serve", () => {
  const loaded = [...loadedWith(path.join(root, "library/serve.ts"))].map((file) => path.relative(root, file));

  it("loads no training code", () => {
    const training =
      /^src\/(training|optimizer|interactions|study|statistics|evaluation|baselines)\/|negative-sampler|training-batches|native-session|reference-session|backward|loss\.ts/;
    expect(loaded.filter((file) => training.test(file))).toEqual([]);
    expect(loaded).toContain("src/engine/native/native-scoring.ts");
  });

  it("loads few packages", () => {
    expect(packagesLoadedWith("library/serve.ts")).toEqual(["apache-arrow", "zod"]);
  });
});
