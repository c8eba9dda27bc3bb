/** What the native engine says of itself and refuses, and what happens where it is not built. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { arch, tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { loadNativeAddonFrom } from "../../../src/engine/native/native-addon.ts";
import { openNativeEngine } from "../../../src/engine/native/native-engine.ts";
import { float64, neumf, optionsOf, randomParameters } from "../../support/engines/engine-cases.ts";
import { describeNative, instructionSets } from "../../support/engines/native-engine.ts";

describeNative("the native engine", () => {
  it("says its instruction set and threads", () => {
    expect(openNativeEngine({ threads: 1, instructionSet: "baseline" }).description).toBe(
      "native: baseline vectors, 1 thread, float32",
    );
    expect(openNativeEngine({ threads: 3 }).description).toMatch(/^native: .+, 3 threads, float32$/);
  });

  it.each([0, 17, 1.5, Number.NaN])("refuses %p threads", (threads) => {
    expect(() => openNativeEngine({ threads })).toThrow(`threads is ${threads}, expected 1 to 16`);
  });

  it("takes the best instruction set that the processor has", () => {
    const best = openNativeEngine({ threads: 1 }).description;
    expect(best).toBe(openNativeEngine({ threads: 1, instructionSet: instructionSets[0]! }).description);
  });

  // By the kernel's own list: a dispatch that knows nothing would still be right, and thirty times slower.
  (existsSync("/proc/cpuinfo") && arch() === "x64" ? it : it.skip)("knows all that this processor has", () => {
    const flags = new Set(/^flags\s*:(.*)$/m.exec(readFileSync("/proc/cpuinfo", "utf8"))![1]!.split(" "));
    const hasAll = (...names: string[]): boolean => names.every((name) => flags.has(name));
    expect(instructionSets).toEqual([
      ...(hasAll("avx512f", "avx512dq", "avx512vl", "avx512bw", "avx2", "fma") ? ["avx512"] : []),
      ...(hasAll("avx2", "fma") ? ["avx2"] : []),
      "baseline",
    ]);
  });

  it("refuses float64 parameters", async () => {
    const parameters = randomParameters(neumf, float64);
    const options = optionsOf(neumf, "bce", { start: { parameters, optimizer: null } });
    await expect(openNativeEngine().open(options)).rejects.toThrow("parameters are float64, expected float32");
  });
});

describe("a folder without the addon", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), "no-addon-"));
    writeFileSync(path.join(folder, "package.json"), JSON.stringify({ name: "lawn-ranker", version: "1.2.3" }));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it("gives a reason and a remedy instead", () => {
    expect(loadNativeAddonFrom(folder)).toEqual({
      addon: null,
      reason: "it has not been built for this machine",
      remedy: "install a C++ compiler (g++ 9 or clang++ 10, or newer) and run make setup",
    });
  });

  it("or holding a broken one says that it cannot be loaded", () => {
    mkdirSync(path.join(folder, "build/Release"), { recursive: true });
    writeFileSync(path.join(folder, "build/Release/lawn_ranker_native.node"), "not a shared object");
    const found = loadNativeAddonFrom(folder);
    expect(found).toMatchObject({
      addon: null,
      reason: expect.stringMatching(/^it cannot be loaded \(/),
      remedy: "run make clean setup",
    });
  });
});
