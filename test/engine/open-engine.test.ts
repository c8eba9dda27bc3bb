import { describe, expect, it } from "@jest/globals";
import type { EngineName } from "../../src/engine/engine.ts";
import type { TrainingTask } from "../../src/engine/engine-lacks.ts";
import type { EngineProbe, EngineProvider } from "../../src/engine/engine-provider.ts";
import { engineAvailability, openEngine, openFirst } from "../../src/engine/open-engine.ts";
import { referenceEngine } from "../../src/engine/reference/reference-engine.ts";
import { EngineError } from "../../src/errors.ts";

describe("openEngine", () => {
  it("opens the reference engine by name", async () => {
    expect((await openEngine("reference")).name).toBe("reference");
  });

  it("takes under auto the first engine that can run", async () => {
    const engine = await openEngine("auto");
    const engines = (await engineAvailability()).filter(({ isAutomatic }) => isAutomatic);
    expect(engine.name).toBe(engines.find(({ available }) => available)?.name);
  });

  it("passes over an engine with its reason where something is amiss, and without a word on a machine without a GPU", async () => {
    const lines: string[] = [];
    const candidates = [
      provider("webgpu", { available: false, reason: "no driver offers an adapter", remedy: "install the driver" }),
      provider("tfjs", { available: false, reason: "this machine shows no GPU", remedy: "bring one", isNormal: true }),
      provider("reference", { available: true, description: "reference: plain loops" }),
      provider("native", { available: false, reason: "never asked", remedy: "" }),
    ];
    const engine = await openFirst(candidates, { onPassedOver: (line) => lines.push(line) });
    expect(engine.name).toBe("reference");
    expect(lines).toEqual(["webgpu engine passed over: no driver offers an adapter; install the driver"]);
    await expect(openFirst(candidates.slice(0, 2), {})).rejects.toThrow("no engine can run on this machine");
  });

  it("passes over an engine that has not what is to be trained, and says what that is", async () => {
    const lines: string[] = [];
    const candidates = [
      provider("webgpu", { available: true, description: "webgpu: a GPU" }),
      provider("reference", { available: true, description: "reference: plain loops" }),
    ];
    const open = async (trains: readonly TrainingTask[]) =>
      (await openFirst(candidates, { onPassedOver: (line) => lines.push(line), trains })).name;
    const sums: TrainingTask = {
      spec: { embedding: 0, cosineTemperature: 0.1 },
      loss: "ccl",
      negativesFrom: "shared",
      rule: "adam",
      hasSides: false,
    };
    const tower: TrainingTask = { ...sums, loss: "softmax", spec: { embedding: 8, cosineTemperature: null } };
    expect(await open([])).toBe("webgpu");
    expect(await open([sums, { ...tower, negativesFrom: "popularity" }])).toBe("webgpu");
    expect(lines).toEqual([]);
    expect(await open([sums, tower])).toBe("reference");
    expect(lines).toEqual([
      "webgpu engine passed over: rows share their negatives, and the ranker has an embedding of 8 for its tower",
    ]);
    expect(await open([{ ...sums, rule: "lazy-adam" }])).toBe("reference");
    expect(lines.at(-1)).toBe("webgpu engine passed over: the optimizer lazy-adam is not part of it");
    expect(await open([{ ...sums, hasSides: true }])).toBe("webgpu");
  });

  it("refuses a named engine that has not what is to be trained, before anything is written for it", async () => {
    const task: TrainingTask = {
      spec: { embedding: 0, cosineTemperature: null },
      loss: "softmax",
      negativesFrom: "uniform",
      rule: "adam",
      hasSides: false,
    };
    await expect(openEngine("tfjs", { trains: [task] })).rejects.toThrow(
      "tfjs engine: the loss softmax is not part of it; take --engine native or reference",
    );
    await expect(openEngine("webgpu", { trains: [{ ...task, rule: "lazy-adam" }] })).rejects.toThrow(
      "webgpu engine: the optimizer lazy-adam is not part of it",
    );
    await expect(openEngine("tfjs", { trains: [{ ...task, loss: "bce", hasSides: true }] })).rejects.toThrow(
      "tfjs engine: features of users and items are not part of it; take --engine native or reference",
    );
    expect((await openEngine("reference", { trains: [task] })).name).toBe("reference");
  });

  it("refuses an engine that this version lacks, naming those it has", async () => {
    const strange = "abacus" as EngineName;
    await expect(openEngine(strange)).rejects.toThrow(EngineError);
    await expect(openEngine(strange)).rejects.toThrow(
      /engine abacus is not part of this version; choose one of: auto, .*reference/,
    );
  });

  it("refuses a tfjs backend for any other engine, auto included", async () => {
    for (const choice of ["auto", "reference"] as const) {
      await expect(openEngine(choice, { tfjsBackend: "wasm" })).rejects.toThrow(
        `engine ${choice}: tfjs backend is wasm, which only the tfjs engine has; leave it out, or take --engine tfjs`,
      );
    }
  });

  it("refuses a software adapter for any engine but webgpu", async () => {
    for (const choice of ["auto", "native"] as const) {
      await expect(openEngine(choice, { allowSoftwareAdapter: true })).rejects.toThrow(
        `engine ${choice}: a software adapter is allowed, which only the webgpu engine can use`,
      );
    }
  });

  it("refuses half precision for any engine but webgpu", async () => {
    for (const choice of ["auto", "native"] as const) {
      await expect(openEngine(choice, { halfPrecision: true })).rejects.toThrow(
        `engine ${choice}: half precision is asked for, which only the webgpu engine has`,
      );
    }
  });

  it("refuses more threads than the reference engine has", async () => {
    await expect(openEngine("reference", { threads: 2 })).rejects.toThrow(/threads is 2, but it runs on 1 thread/);
    expect((await openEngine("reference", { threads: 1 })).name).toBe("reference");
  });
});

function provider(name: EngineName, probe: EngineProbe): EngineProvider {
  return { name, probe: async () => probe, open: async () => ({ ...referenceEngine, name }) };
}

describe("engineAvailability", () => {
  it("keeps tfjs from auto: it is there by name only", async () => {
    expect((await engineAvailability()).find(({ name }) => name === "tfjs")?.isAutomatic).toBe(false);
  });

  it("always has the reference engine, the last that auto tries, and a remedy for every engine that cannot run", async () => {
    const engines = await engineAvailability();
    expect(engines.filter(({ isAutomatic }) => isAutomatic).at(-1)).toMatchObject({
      name: "reference",
      available: true,
      reason: "",
      remedy: "",
    });
    for (const engine of engines) {
      if (engine.available) expect(engine.description).toMatch(new RegExp(`^${engine.name}: `));
      else expect([engine.reason, engine.remedy]).not.toContain("");
    }
  });
});
