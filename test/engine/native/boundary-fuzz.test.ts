/** A small run of bench/boundary-fuzz.mjs: no case ends the process, and only our errors come back. */
import path from "node:path";
import { expect, it } from "@jest/globals";
import { describeNative } from "../../support/engines/native-engine.ts";
import { compiledPackage, runProgram } from "../../support/stages/compiled-program.ts";

const root = path.resolve(import.meta.dirname, "../../..");

describeNative("the boundary of the native engine", () => {
  it("answers or refuses whatever it is handed", async () => {
    const folder = await compiledPackage();
    const script = path.join(folder, "bench/boundary-fuzz.mjs");
    // The compiled package has no addon of its own.
    const variables = { LAWN_RANKER_NATIVE: path.join(root, "build/Release/lawn_ranker_native.node") };
    const found = await runProgram(script, ["--cases", "600"], folder, () => {}, variables);
    expect(found.out).toMatch(/"cases":600,.*"findings":0\}/);
    expect(found.status).toBe(0);
    // Calls that are meant to be sound are: about half of all.
    const { answered } = JSON.parse(found.out.trim().split("\n").at(-1)!) as { answered: number };
    expect(answered).toBeGreaterThan(900);
  }, 600_000);
});
