/** What a server loads with `lawn-ranker/serve`: nothing that trains, cleans logs or parses command lines. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "@jest/globals";

const root = path.resolve(import.meta.dirname, "../..");

/** Files and packages that are loaded with `file`: imports of types alone vanish when compiled. */
function loadedWith(file: string, found = new Set<string>()): Set<string> {
  if (found.has(file)) return found;
  found.add(file);
  if (!file.startsWith(root)) return found;
  const statements = readFileSync(file, "utf8").matchAll(
    /^(import|export)\s+(type\s)?([^;"']*?)from\s+["']([^"']+)["']/gm,
  );
  for (const [, , isType, names, specifier] of statements) {
    const onlyTypes = /^\{(\s*type\s[^,}]+,?)+\s*\}\s*$/.test(names!);
    if (isType !== undefined || onlyTypes) continue;
    loadedWith(specifier!.startsWith(".") ? path.resolve(path.dirname(file), specifier!) : specifier!, found);
  }
  return found;
}

describe("lawn-ranker/serve", () => {
  const loaded = [...loadedWith(path.join(root, "library/serve.ts"))].map((file) => path.relative(root, file));

  it("loads no training code", () => {
    const training =
      /^src\/(training|optimizer|interactions|study|statistics|evaluation|baselines)\/|negative-sampler|training-batches|native-session|reference-session|backward|loss\.ts/;
    expect(loaded.filter((file) => training.test(file))).toEqual([]);
    expect(loaded).toContain("src/engine/native/native-scoring.ts");
  });

  it("loads few packages", () => {
    const packages = [...loadedWith(path.join(root, "library/serve.ts"))].filter(
      (file) => !file.startsWith(root) && !file.startsWith("node:"),
    );
    expect(packages.sort()).toEqual(["apache-arrow", "zod"]);
  });
});
