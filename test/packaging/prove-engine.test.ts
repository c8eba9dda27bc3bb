/** The program by which `make check-prebuilds` proves a binary still trains what it says, on the one compiled here. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, it } from "@jest/globals";
import { describeNative } from "../support/engines/native-engine.ts";
import { compiledPackage, runProgram } from "../support/stages/compiled-program.ts";
import { useTemporaryFolder } from "../support/stages/temporary-folder.ts";

const root = path.resolve(import.meta.dirname, "../..");
const temporary = useTemporaryFolder();

describeNative("the proof of a binary", () => {
  it("trains each ranker on each instruction set, as the reference engine does", async () => {
    const folder = await compiledPackage();
    const output = temporary("proof.json");
    // The compiled package has no addon of its own.
    const variables = { LAWN_RANKER_NATIVE: path.join(root, "build/Release/lawn_ranker_native.node") };
    const script = path.join(folder, "packaging/prove-engine.mjs");
    const { status, err } = await runProgram(script, [folder, output], folder, () => {}, variables);
    expect([status, err]).toEqual([0, ""]);
    const { problem, origin, trainings } = JSON.parse(readFileSync(output, "utf8"));
    expect([problem, origin]).toEqual([undefined, "LAWN_RANKER_NATIVE names it"]);
    const done = (trainings as { name: string; instructionSet: string; threads: number; error: number }[]).map(
      ({ name, instructionSet, threads, error }) => [`${name}, ${instructionSet}, ${threads}`, error < 1e-4],
    );
    expect(done).toEqual(
      expect.arrayContaining(
        ["neumf, bce, lawn-adam", "mf, bpr, lawn-row-momentum", "all paths, bce, lamb"].flatMap((name) =>
          [1, 3].map((threads) => [`${name}, baseline, ${threads}`, true]),
        ),
      ),
    );
    expect(done.filter(([, isClose]) => !isClose)).toEqual([]);
  }, 240_000);
});
