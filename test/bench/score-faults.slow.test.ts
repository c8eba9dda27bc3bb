/** The faults of bench/score-faults.mjs, fewer and smaller: real processes, a real Redis, kills at random moments. */
import { execFile } from "node:child_process";
import path from "node:path";
import { beforeAll, expect, it } from "@jest/globals";
import { describeRedis } from "../support/servers/redis-server.ts";
import { compiledProgram } from "../support/stages/compiled-program.ts";
import { useTemporaryFolder } from "../support/stages/temporary-folder.ts";

type Result = Readonly<Record<string, unknown>>;

const temporary = useTemporaryFolder();
const script = path.resolve(import.meta.dirname, "../../bench/score-faults.mjs");

const survived = [
  ["kills", "though workers, leaders and Redis are killed at random moments"],
  ["damage", "though a finished shard is damaged"],
  ["twice", "though several processes do the same shard at once"],
  ["clock", "though the clocks of its workers jump"],
  ["replaced", "though its run is replaced for a while"],
] as const;
const faults = [...survived.map(([name]) => name), "disk"];

describeRedis("a scoring job ends with the same bytes", () => {
  let results: readonly Result[] = [];
  // One program goes through all of them, over one dataset and its runs; it ends at the first that does not hold.
  beforeAll(async () => {
    const size = ["--users", "900", "--items", "300", "--shards", "6", "--workers", "2", "--kills", "4"];
    const where = ["--cli", await compiledProgram(), "--folder", temporary("faults")];
    const out = await new Promise<string>((resolve) => {
      const args = [script, ...where, "--faults", faults.join(","), ...size];
      execFile(process.execPath, args, (_error, stdout) => resolve(stdout)); // what failed stands in its output
    });
    results = out
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
  }, 600_000);

  const resultOf = (name: string): Result => results.find(({ fault }) => fault === name) ?? { notReached: results };

  it.each(survived)("%s: %s", (name, _what) => {
    expect(resultOf(name)).toMatchObject({ fault: name, sameHash: true });
  });

  it("though the disk is full for a while", () => {
    const result = resultOf("disk");
    if (result.skipped === undefined) expect(result).toMatchObject({ fault: "disk", sameHash: true });
    else console.warn(`skipped: ${String(result.skipped)}`);
  });
});
