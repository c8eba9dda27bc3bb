/** `mpirun lawn-ranker train` as users run it, by every MPI that is installed; skipped out loud where there is none. */
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { beforeAll, describe, expect, it } from "@jest/globals";
import { parseTrainingLog } from "../../../src/runs/training-log.ts";
import { checkerboardDataset } from "../../support/data/checkerboard-dataset.ts";
import { writeDatasetFolder } from "../../support/data/small-dataset.ts";
import {
  compiledProgram,
  type ProgramResult,
  runProgram,
  type Variables,
} from "../../support/stages/compiled-program.ts";
import { type MpiProgram, mpiAddon, mpiPrograms } from "../../support/stages/mpi-programs.ts";
import { useTemporaryFolder } from "../../support/stages/temporary-folder.ts";

const temporary = useTemporaryFolder();
let script = "";
beforeAll(async () => {
  script = await compiledProgram();
  // 400 users with 28 train items each: 11,200 positives, 56,000 samples an epoch.
  await writeDatasetFolder(temporary("data/checkerboard"), checkerboardDataset(400, 60));
}, 120_000);

/** Clones have none of their own. */
const native: Variables = { LAWN_RANKER_NATIVE: path.resolve("build/Release/lawn_ranker_native.node") };

const always = [
  ...["train", "--dataset", "checkerboard", "--baselines", "none", "--k", "5", "--validation-metric", "NDCG@5"],
  ...["--engine", "native", "--threads", "1", "--patience", "none", "--epochs", "3"],
];
const inRun = (run: string, file: string): string => temporary(`models/checkerboard/${run}/${file}`);
const hashOf = (file: string): string => createHash("sha256").update(readFileSync(file)).digest("hex");
const resultOf = (run: string): readonly string[] =>
  ["checkpoint.safetensors", "metrics.json", "per-user-test.arrow"].map((file) => hashOf(inRun(run, file)));

const alone = (run: string, args: readonly string[]): Promise<ProgramResult> =>
  runProgram(script, [...always, ...args, "--run", run], temporary("."), () => {}, native);

/** `ofLast` are variables that the last rank alone has. */
async function onRanks(
  mpi: MpiProgram,
  ranks: number,
  args: readonly string[],
  { whenRunning = () => {}, ofLast = {} }: { whenRunning?: (processId: number) => void; ofLast?: Variables } = {},
): Promise<ProgramResult> {
  const [command, ...words] = mpi.start;
  const program = [process.execPath, script, ...always, ...args];
  const last = Object.entries(ofLast).map(([name, value]) => `${name}=${value}`);
  const all = ["-n", String(ranks - 1), ...program, ":", "-n", "1", "env", ...last, ...program];
  const env = { ...process.env, ...native, LAWN_RANKER_MPI: await mpiAddon(mpi) };
  const child = spawn(command, [...words, ...all], { cwd: temporary("."), env, stdio: ["ignore", "pipe", "pipe"] });
  let [out, err] = ["", ""];
  child.stdout.on("data", (text) => {
    out += text;
  });
  child.stderr.on("data", (text) => {
    err += text;
  });
  whenRunning(child.pid!);
  return { status: await new Promise((resolve) => child.on("close", resolve)), out, err };
}

/** Calls `act` as soon as the log of a run has a line. */
function onceTrained(run: string, act: () => void): void {
  const timer = setInterval(() => {
    const file = inRun(run, "training.jsonl");
    if (!existsSync(file) || readFileSync(file, "utf8") === "") return;
    clearInterval(timer);
    act();
  }, 20);
  timer.unref();
}

/** Processes of this run's ranks but the first, below `processId`. */
function followersBelow(processId: number): readonly number[] {
  const children = spawnSync("pgrep", ["-P", String(processId)], { encoding: "utf8" })
    .stdout.split("\n")
    .filter(Boolean);
  return children.map(Number).flatMap((child) => {
    const isFollower = /\0(OMPI_COMM_WORLD_RANK|PMI_RANK)=[1-9]/.test(`\0${environmentOf(child)}`);
    return isFollower ? [child] : followersBelow(child);
  });
}

function environmentOf(processId: number): string {
  try {
    return readFileSync(`/proc/${processId}/environ`, "utf8");
  } catch {
    return ""; // it has just ended
  }
}

const sums = ["--model", "mf", "--loss", "softmax", "--negatives-from"];
/** Batches of several chunks, of one, of fewer lanes than ranks; each loss, dense and lazy, rows and layers. */
const cases: Readonly<Record<string, readonly string[]>> = {
  "bce, neumf, Adam, several chunks": ["--model", "neumf", "--optimizer", "adam", "--batch-size", "50000"],
  "bpr, mf, LAWN over layers": ["--model", "mf", "--loss", "bpr", "--optimizer", "lawn-adam", "--batch-size", "700"],
  "softmax, shared negatives, lazy": [...sums, "shared", "--optimizer", "lazy-adam", "--batch-size", "900"],
  "softmax, negatives of the batch, LAWN over rows, lazy": [
    ...[...sums, "batch", "--batch-size", "1500", "--similarity", "cosine"],
    ...["--optimizer", "lawn-lazy-adam", "--lawn-granularity", "row"],
  ],
  "bce, gmf, batches of one lane": ["--model", "gmf", "--optimizer", "sgd", "--batch-size", "40", "--epochs", "1"],
};

if (mpiPrograms.length === 0) console.warn("skipped: no MPI with compiler and mpirun is installed");

describe.each(mpiPrograms)("ranks of $name", (mpi) => {
  // MPICH's processes wait by spinning: on fewer cores than ranks they take minutes.
  const called = (run: string): string => `${mpi.compiler.replace("mpicxx.", "")}-${run}`;
  const counts = mpi.name === "Open MPI" ? [1, 2, 3, 4] : [2];

  it.each(Object.keys(cases))(
    "give the bits of one process: %s",
    async (name) => {
      const args = cases[name]!;
      expect(await alone("alone", [...args, "--force"])).toMatchObject({ status: 0 });
      for (const ranks of counts) {
        const run = called(`on-${ranks}`);
        const asked = [...args, "--run", run, "--force", "--distributed", "mpi"];
        const { status, err } = ranks === 1 ? await onOne(mpi, asked) : await onRanks(mpi, ranks, asked);
        expect([ranks, status, err]).toEqual([ranks, 0, expect.stringContaining(`; ${ranks} rank`)]);
        expect([ranks, resultOf(run)]).toEqual([ranks, resultOf("alone")]);
        const [epoch] = parseTrainingLog(readFileSync(inRun(run, "training.jsonl"), "utf8"), run);
        expect(epoch?.exchange?.ranks).toBe(ranks);
        if (ranks > 1) expect(epoch?.exchange?.bytesPerStep).toBeGreaterThan(0);
      }
    },
    300_000,
  );

  it("say who they are, but for the first, which alone prints the result", async () => {
    const { status, out, err } = await onRanks(mpi, 2, ["--run", called("words"), "--json", "--epochs", "1"]);
    expect([status, err]).toEqual([0, expect.stringMatching(/^rank 1: native: /m)]);
    expect(JSON.parse(out)).toMatchObject({ stage: "train", status: "done" });
  }, 60_000);

  const long = ["--model", "neumf", "--optimizer", "lawn-adam", "--batch-size", "200", "--epochs", "12"];

  it("end together where one is killed, and another number of them goes on to the same bits", async () => {
    expect(await alone(called("whole"), long)).toMatchObject({ status: 0 });
    const args = [...long, "--run", called("killed")];
    const { status } = await onRanks(mpi, 2, args, {
      whenRunning: (job) => onceTrained(called("killed"), () => process.kill(followersBelow(job)[0]!, "SIGKILL")),
    });
    expect(status).not.toBe(0);
    const resumed =
      mpi.name === "Open MPI"
        ? await onRanks(mpi, 3, [...args, "--resume"])
        : await alone(called("killed"), [...long, "--resume"]);
    expect(resumed).toMatchObject({ status: 0 });
    expect(resultOf(called("killed"))).toEqual(resultOf(called("whole")));
  }, 300_000);

  it("write one checkpoint on Ctrl-C, with which one process goes on", async () => {
    const args = [...long, "--run", called("stopped")];
    await onRanks(mpi, 2, args, {
      whenRunning: (job) => onceTrained(called("stopped"), () => process.kill(job, "SIGINT")),
    });
    const { reason } = JSON.parse(readFileSync(inRun(called("stopped"), "manifest.json"), "utf8"));
    expect(reason).toMatch(/^interrupted in epoch /);
    expect(await alone(called("stopped"), [...long, "--resume"])).toMatchObject({ status: 0 });
    expect(resultOf(called("stopped"))).toEqual(resultOf(called("whole")));
  }, 300_000);

  it("end together where one fails, and say which and why", async () => {
    const ofLast = { LAWN_RANKER_NATIVE: "/nowhere/native.node" };
    const { status, err } = await onRanks(mpi, 2, ["--run", called("failing")], { ofLast });
    expect([status === 0, err]).toEqual([
      false,
      expect.stringMatching(/rank 1: native engine: .*\/nowhere\/native\.node/),
    ]);
  }, 60_000);

  it("are refused by an engine that is not native", async () => {
    const { status, err } = await onRanks(mpi, 2, ["--run", called("other"), "--engine", "reference"]);
    expect([status === 0, err]).toEqual([
      false,
      expect.stringContaining("reference engine: several ranks that train together are not part of it"),
    ]);
  }, 60_000);
});

/** One rank. */
async function onOne(mpi: MpiProgram, args: readonly string[]): Promise<ProgramResult> {
  const variables = { ...native, LAWN_RANKER_MPI: await mpiAddon(mpi) };
  return runProgram(script, [...always, ...args], temporary("."), () => {}, variables);
}
