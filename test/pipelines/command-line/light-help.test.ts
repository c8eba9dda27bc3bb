/** Help and lists come at once because nothing is loaded for them: what stands in the way of that is an import. */
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "@jest/globals";

const root = path.resolve(import.meta.dirname, "../../..");

/** Packages that are loaded with `file`, by it or by what it imports; types cost nothing. */
function packagesLoadedWith(file: string, seen = new Set<string>()): ReadonlySet<string> {
  const packages = new Set<string>();
  if (seen.has(file)) return packages;
  seen.add(file);
  const imports = readFileSync(path.join(root, file), "utf8").matchAll(
    /^(?:import|export) (?!type)[^;]*?from "([^"]+)"/gm,
  );
  for (const [, target = ""] of imports) {
    if (target.startsWith("node:")) continue;
    if (!target.startsWith(".")) packages.add(target);
    else for (const name of packagesLoadedWith(path.join(path.dirname(file), target), seen)) packages.add(name);
  }
  return packages;
}

describe("the program", () => {
  it("loads for its list of commands what reads words, and nothing else", () => {
    expect([...packagesLoadedWith("pipelines/cli.ts")]).toEqual([]);
    expect([...packagesLoadedWith("pipelines/stages.ts")]).toEqual([]);
    expect([...packagesLoadedWith("pipelines/command-line/run-command-line.ts")]).toEqual(["commander"]);
  });

  it("loads for the help of a command what settings are written in", () => {
    expect([...packagesLoadedWith("pipelines/command-line/stage-flags.ts")].sort()).toEqual(["commander", "zod"]);
    const schemas = readdirSync(path.join(root, "src/config/schemas"), { recursive: true, encoding: "utf8" });
    for (const file of schemas.filter((name) => name.endsWith(".ts"))) {
      const others = [...packagesLoadedWith(`src/config/schemas/${file}`)].filter((name) => name !== "zod");
      expect([file, ...others]).toEqual([file]);
    }
  });
});
