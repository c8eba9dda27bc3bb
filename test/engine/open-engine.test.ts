import { describe, expect, it } from "@jest/globals";
import { engineAvailability, openEngine } from "../../src/engine/open-engine.ts";
import { EngineError } from "../../src/errors.ts";

describe("openEngine", () => {
  it("opens the reference engine by name", async () => {
    expect((await openEngine("reference")).name).toBe("reference");
  });

  it("takes under auto the first engine that can run, and says why it passed others over", async () => {
    const lines: string[] = [];
    const engine = await openEngine("auto", { onPassedOver: (line) => lines.push(line) });
    const engines = await engineAvailability();
    const chosen = engines.findIndex(({ available }) => available);
    expect(engine.name).toBe(engines[chosen]?.name);
    expect(lines).toHaveLength(chosen);
  });

  it("refuses an engine that this version lacks, naming those it has", async () => {
    await expect(openEngine("webgpu")).rejects.toThrow(EngineError);
    await expect(openEngine("tfjs")).rejects.toThrow(
      /engine tfjs is not part of this version; choose one of: auto, .*reference/,
    );
  });

  it("refuses more threads than the reference engine has", async () => {
    await expect(openEngine("reference", { threads: 2 })).rejects.toThrow(/threads is 2, but it runs on 1 thread/);
    expect((await openEngine("reference", { threads: 1 })).name).toBe("reference");
  });
});

describe("engineAvailability", () => {
  it("always has the reference engine, last, and a remedy for every engine that cannot run", async () => {
    const engines = await engineAvailability();
    expect(engines.at(-1)).toMatchObject({ name: "reference", available: true, reason: "", remedy: "" });
    for (const engine of engines) {
      if (engine.available) expect(engine.description).toMatch(new RegExp(`^${engine.name}: `));
      else expect([engine.reason, engine.remedy]).not.toContain("");
    }
  });
});
