/** The faults of bench/score-faults.mjs, fewer and smaller: real processes, a real Redis, kills at random moments. */
import { execFile } from "node:child_process";
import path from "node:path";
import { beforeAll, expect, it } from "@jest/globals";
import { describeRedis } from "../support/servers/redis-server.ts";
import { compiledProgram } from "../support/stages/compiled-program.ts";
import { useTemporaryFolder } from "../support/stages/temporary-folder.ts";

const temporary = useTemporaryFolder();
const script = path.resolve(import.meta.dirname, "../../bench/score-faults.mjs");
let cli = "";
beforeAll(async () => {
  cli = await compiledProgram();
}, 60_000);

async function withFault(name: string): Promise<Record<string, unknown>> {
  const size = ["--users", "900", "--items", "300", "--shards", "6", "--workers", "2", "--kills", "4"];
  const args = [script, "--cli", cli, "--folder", temporary(name), "--faults", name, ...size];
  const out = await new Promise<string>((resolve) => {
    execFile(process.execPath, args, (_error, stdout) => resolve(stdout)); // what failed stands in its output
  });
  return JSON.parse(out.trim().split("\n").at(-1) ?? "{}");
}

describeRedis("a scoring job ends with the same bytes", () => {
  it.each([
    ["kills", "though workers, leaders and Redis are killed at random moments"],
    ["damage", "though a finished shard is damaged"],
    ["twice", "though several processes do the same shard at once"],
    ["clock", "though the clocks of its workers jump"],
    ["replaced", "though its run is replaced for a while"],
  ])(
    "%s: %s",
    async (name) => {
      expect(await withFault(name)).toMatchObject({ fault: name, sameHash: true });
    },
    300_000,
  );

  it("though the disk is full for a while", async () => {
    const result = await withFault("disk");
    if (result.skipped === undefined) expect(result).toMatchObject({ fault: "disk", sameHash: true });
    else console.warn(`skipped: ${String(result.skipped)}`);
  }, 300_000);
});
