import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { beforeAll, describe, expect, it } from "@jest/globals";
import { streamKey, threefry } from "../../../src/random.ts";
import { parseTrainingLog } from "../../../src/runs/training-log.ts";
import { checkerboardDataset } from "../../support/data/checkerboard-dataset.ts";
import { writeDatasetFolder } from "../../support/data/small-dataset.ts";
import { compiledProgram, runProgram } from "../../support/stages/compiled-program.ts";
import { useTemporaryFolder } from "../../support/stages/temporary-folder.ts";

const temporary = useTemporaryFolder();
let script = "";
beforeAll(async () => {
  script = await compiledProgram();
  await writeDatasetFolder(temporary("data/checkerboard"), checkerboardDataset(40, 60));
}, 60_000);

// 40 users with 28 train items each: 1,120 positives, 5,600 samples, 350 steps an epoch.
const settings = [
  ...["train", "--dataset", "checkerboard", "--baselines", "none", "--k", "5", "--validation-metric", "NDCG@5"],
  ...["--batch-size", "16", "--epochs", "4", "--patience", "none", "--engine", "reference", "--refit"],
  ...[
    "--learning-rate",
    "0.01",
    "--lawn-free-steps",
    "500",
    "--lawn-granularity",
    "row",
    "--checkpoint-every-steps",
    "60",
  ],
];
const train = (run: string, extra: readonly string[] = [], whenRunning?: Parameters<typeof runProgram>[3]) =>
  runProgram(script, [...settings, "--run", run, ...extra], temporary("."), whenRunning);
const inRun = (run: string, file: string) => temporary(path.join("models/checkerboard", run, file));
const hashOf = async (file: string) =>
  createHash("sha256")
    .update(await readFile(file))
    .digest("hex");
const epochsOf = async (run: string) =>
  parseTrainingLog(await readFile(inRun(run, "training.jsonl"), "utf8"), run).map(
    ({ seconds: _s, measuringSeconds: _m, samplesPerSecond: _r, ...rest }) => rest,
  );

describe("a run that is killed again and again", () => {
  it("resumes to the same checkpoint, metrics and log as one that never was", async () => {
    const whole = await train("whole");
    expect([whole.status, whole.err]).toEqual([0, expect.stringContaining("refit: train and validation together")]);

    const block = { first: 0, second: 0 };
    let kills = 0;
    for (let attempt = 0; attempt < 40; attempt++) {
      threefry(streamKey(7, "kills"), attempt, 0, block);
      const milliseconds = 150 + (block.first % 1200); // from before the first write to well into an epoch
      const resume = existsSync(inRun("killed", "manifest.json")) ? ["--resume"] : [];
      const { status, err } = await train("killed", resume, (child) => {
        if (attempt >= 8) return;
        const timer = setTimeout(() => child.kill("SIGKILL"), milliseconds);
        child.on("close", () => clearTimeout(timer));
      });
      if (status === null) kills++;
      else {
        expect([status, err]).toEqual([0, expect.anything()]);
        break;
      }
    }
    expect(kills).toBeGreaterThanOrEqual(4);
    for (const file of ["checkpoint.safetensors", "per-user-test.arrow", "metrics.json"]) {
      expect([file, await hashOf(inRun("killed", file))]).toEqual([file, await hashOf(inRun("whole", file))]);
    }
    expect(await epochsOf("killed")).toEqual(await epochsOf("whole"));
    const left = (name: string) => /partial|\.work-/.test(name) || name.startsWith("lock") || name.startsWith("resume");
    expect((await readdir(inRun("killed", "."))).filter(left)).toEqual([]);
  }, 120_000);

  it("puts itself down on Ctrl-C, says how to go on, and does so", async () => {
    const quoted = ["--models-root", "my \"models\" of 'x'"]; // nothing that a shell would leave alone
    const stopped = await train("stopped", quoted, (child) => {
      child.stderr?.on("data", (text: Buffer) => {
        if (text.toString().includes("train epoch 1/")) child.kill("SIGINT");
      });
    });
    expect(stopped.status).toBe(130);
    expect(stopped.out).toMatch(
      /interrupted in epoch \d after step \d+ of it; go on with: lawn-ranker train --config .* --resume/,
    );
    const again = await train("stopped", quoted);
    expect([again.status, again.err]).toEqual([2, expect.stringContaining("--resume goes on with it")]);

    const command = /go on with: lawn-ranker (.*)/.exec(stopped.out)![1]!;
    const shell = `"${process.execPath}" "${script}" ${command} --json`;
    const resumed = await promisify(execFile)("sh", ["-c", shell], { cwd: temporary(".") });
    expect(JSON.parse(resumed.stdout)).toMatchObject({ stage: "train", status: "done", users: 40 });
    expect(await hashOf(temporary("my \"models\" of 'x'/checkerboard/stopped/checkpoint.safetensors"))).toBe(
      await hashOf(inRun("whole", "checkpoint.safetensors")),
    );
  }, 60_000);
});
