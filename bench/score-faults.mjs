/**
 * Scoring with everything breaking around it, with real processes and a real Redis: workers, leaders and Redis killed
 * at random moments, a full disk, a damaged shard, two processes at one shard, clocks that jump, a run replaced. After
 * each fault the joined file must have the hash of the undisturbed one. Prints a JSON line for each fault; exit status
 * 1 where one did not hold.
 *
 *   node bench/score-faults.mjs [--kills 100] [--workers 3] [--shards 60] [--users 20000] [--items 2000]
 *       [--cli dist/pipelines/cli.js]
 *                               [--folder DIR] [--faults kills,disk,damage,twice,clock,replaced] [--seed 1]
 */
import { execFileSync, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";

const { values } = parseArgs({
  options: {
    kills: { type: "string", default: "100" },
    workers: { type: "string", default: "3" },
    shards: { type: "string", default: "60" },
    users: { type: "string", default: "20000" },
    items: { type: "string", default: "2000" },
    cli: { type: "string", default: "dist/pipelines/cli.js" },
    folder: { type: "string" },
    faults: { type: "string", default: "kills,disk,damage,twice,clock,replaced" },
    seed: { type: "string", default: "1" },
  },
});
const number = (name) => Number.parseInt(values[name], 10);
const [workers, shards] = [number("workers"), number("shards")];
const cli = path.resolve(values.cli);
const folder = values.folder ?? mkdtempSync(path.join(tmpdir(), "score-faults-"));
mkdirSync(folder, { recursive: true });
const inFolder = (name) => path.join(folder, name);
const random = seededRandom(number("seed"));
const between = (least, most) => least + (most - least) * random();
const children = new Set();
process.on("exit", () => {
  for (const child of children) child.kill("SIGKILL");
});

const port = await freePort();
const url = `redis://127.0.0.1:${port}`;
const scoring = ["--run", inFolder("models/made-up/run"), "--data-root", inFolder("data"), "--k", "50"];
makeRun();
let redis = await startRedis();
const reference = inFolder("undisturbed.parquet");
call(["score", ...scoring, "--output", reference]);
const expected = sha256(reference);
report("undisturbed", { users: number("users"), items: number("items"), sha256: expected.slice(0, 16) });

class FaultError extends Error {
  constructor(fault, problem) {
    super(problem);
    this.fault = fault;
  }
}

const faults = { kills, disk, damage, twice, clock, replaced };
try {
  for (const name of values.faults.split(",")) await faults[name]();
} catch (error) {
  if (!(error instanceof FaultError)) throw error;
  console.log(JSON.stringify({ fault: error.fault, failed: error.message }));
  process.exitCode = 1;
}
redis.kill("SIGKILL");
if (values.folder === undefined) rmSync(folder, { recursive: true, force: true });
process.exit(process.exitCode ?? 0);

/** Workers at random moments, now and then the leader or Redis, job after job until there were enough. */
async function kills() {
  const wanted = number("kills");
  const count = { worker: 0, leader: 0, redis: 0, jobs: 0 };
  const started = performance.now();
  const pace = await measurePace();
  const lost = new Map(Array.from({ length: workers }, (_, number) => [number, start(worker())]));
  while (count.worker < wanted) {
    const output = inFolder(`killed-${count.jobs++}.parquet`);
    let leader = start(lead(output));
    for (;;) {
      await Promise.race([leader.ended, sleep(between(0, pace))]);
      if (leader.status !== undefined) {
        if (leader.status !== 0) fail("kills", `the leader ended with ${leader.status}: ${leader.text()}`);
        break;
      }
      const draw = random();
      if (draw < 0.06) {
        redis.kill("SIGKILL");
        await redis.ended;
        count.redis++;
        await sleep(between(0, 1500));
        redis = await startRedis();
      } else if (draw < 0.12) {
        await killed(leader);
        count.leader++;
        leader = start(lead(output));
      } else {
        const number = Math.floor(random() * workers);
        await killed(lost.get(number));
        count.worker++;
        lost.set(number, start(worker()));
      }
    }
    check("kills", output);
    console.error(JSON.stringify(count)); // how far it is
  }
  for (const child of lost.values()) await killed(child);
  report("kills", { ...count, shards, paceMs: Math.round(pace), seconds: seconds(started), sameHash: true });
}

/** Milliseconds that a worker takes to start and do a shard: killed much sooner, none would ever finish one. */
async function measurePace() {
  const output = inFolder("pace.parquet");
  const leader = start([...lead(output).slice(0, -2), "--shards", "1"]);
  await sleep(1000);
  const started = performance.now();
  const child = start(worker());
  await leader.ended;
  const pace = performance.now() - started;
  await killed(child);
  check("pace", output);
  return pace;
}

/** A file system of 300 kB: refused plainly, nothing left; with room again, the same bytes. */
async function disk() {
  const small = inFolder("small");
  mkdirSync(small, { recursive: true });
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=300k", "tmpfs", small], { stdio: "ignore" });
  } catch {
    report("disk", { skipped: "mounting a small file system needs root" });
    return;
  }
  try {
    for (const name of ["full.parquet", "full.arrow", "full.csv"]) {
      const { status, err } = await run(["score", ...scoring, "--output", path.join(small, name)]);
      const left = readdirSync(small).filter((file) => file.startsWith("full"));
      if (status !== 1 || !/no disk space/.test(err) || left.length > 0)
        fail("disk", `${name}: ${status} ${err} ${left}`);
    }
    const output = path.join(small, "shards.parquet");
    const finished = [];
    for (let index = 0; index < 4; index++) {
      const { status } = await run(["score", ...scoring, "--output", output, "--shard", `${index}/4`]);
      if (status === 0) finished.push(index);
    }
    execFileSync("mount", ["-o", "remount,size=200m", small]);
    for (let index = 0; index < 4; index++) call(["score", ...scoring, "--output", output, "--shard", `${index}/4`]);
    call(["score", ...scoring, "--output", output, "--shards", "4", "--merge"]);
    check("disk", output, false);
    report("disk", { refused: 3, shardsThatFitted: finished.length, sameHash: true });
  } finally {
    execFileSync("umount", [small]);
  }
}

/** A byte of a finished shard flipped while the job goes on: found when joining, done again. */
async function damage() {
  const output = inFolder("damaged.parquet");
  call(["score", ...scoring, "--output", output, "--shard", "0/5"]);
  const plan = path.join(`${output}.shards`, readdirSync(`${output}.shards`)[0]);
  const file = path.join(
    plan,
    readdirSync(plan).find((name) => name.endsWith(".arrow")),
  );
  const bytes = readFileSync(file);
  bytes[Math.floor(bytes.length / 2)] ^= 1;
  writeFileSync(file, bytes);
  const child = start(worker());
  const leader = start([...lead(output).slice(0, -2), "--shards", "5"]);
  await leader.ended;
  await killed(child);
  if (leader.status !== 0 || !/damaged and is queued again/.test(leader.text())) fail("damage", leader.text());
  check("damage", output);
  report("damage", { doneAgain: 1, sameHash: true });
}

/** The same shard by several processes at once. */
async function twice() {
  const output = inFolder("twice.parquet");
  const racing = [];
  for (let index = 0; index < 3; index++) {
    for (let copy = 0; copy < 3; copy++)
      racing.push(start(["score", ...scoring, "--output", output, "--shard", `${index}/3`]));
  }
  await Promise.all(racing.map(({ ended }) => ended));
  const bad = racing.filter(({ status }) => status !== 0);
  if (bad.length > 0) fail("twice", bad[0].text());
  call(["score", ...scoring, "--output", output, "--shards", "3", "--merge"]);
  check("twice", output);
  report("twice", { processes: racing.length, shards: 3, sameHash: true });
}

/** Workers whose clocks jump a day forward and back again and again while they work. */
async function clock() {
  const jumping = inFolder("jump.mjs");
  writeFileSync(
    jumping,
    `const now = Date.now.bind(Date); let shift = 0;
Date.now = () => now() + shift;
setInterval(() => { shift = shift === 0 ? 864e5 : shift > 0 ? -864e5 : 0; }, 300).unref();\n`,
  );
  const output = inFolder("clock.parquet");
  const environment = { NODE_OPTIONS: `--import ${jumping}` };
  const jumpers = Array.from({ length: 2 }, () => start(worker(), environment));
  const leader = start(lead(output), environment);
  await leader.ended;
  for (const child of jumpers) await killed(child);
  if (leader.status !== 0) fail("clock", leader.text());
  check("clock", output);
  report("clock", { jump: "a day forward, a day back, every 0.3 s", sameHash: true });
}

/** Another run put into the folder while shards of the first are scored: refused, never mixed; put back, finished. */
async function replaced() {
  const output = inFolder("replaced.parquet");
  const run = inFolder("models/made-up/run");
  const leader = start([...lead(output), "--attempts", "2"]);
  const first = start(worker());
  while (!existsSync(`${output}.shards`) || finishedShards(output) < 2) await sleep(20);
  first.child.kill("SIGSTOP"); // or it might be done before the other run is in place
  renameSync(run, inFolder("first-run"));
  cpSync(inFolder("models/made-up/other"), run, { recursive: true });
  first.child.kill("SIGCONT");
  await leader.ended;
  if (leader.status !== 1 || !/was replaced/.test(leader.text()))
    fail("replaced", `${leader.status}: ${leader.text()}`);
  const before = finishedShards(output);
  rmSync(run, { recursive: true });
  renameSync(inFolder("first-run"), run);
  const again = start(lead(output));
  await again.ended;
  await killed(first);
  if (again.status !== 0) fail("replaced", again.text());
  check("replaced", output);
  report("replaced", { shardsBefore: before, shards, refused: true, sameHash: true });
}

/** A log of skewed popularities, and two runs on it. */
function makeRun() {
  const lines = ["user_id,item_id,timestamp"];
  for (let user = 0; user < number("users"); user++) {
    const seen = new Set();
    for (let k = 0; k < 6; k++) seen.add(Math.floor(number("items") * random() ** 2));
    for (const item of seen) lines.push(`${user},${item},${1e9 + lines.length}`);
  }
  writeFileSync(inFolder("log.csv"), `${lines.join("\n")}\n`);
  const roots = ["--data-root", inFolder("data"), "--models-root", inFolder("models")];
  call([
    "ingest",
    "--dataset",
    "made-up",
    "--raw",
    inFolder("log.csv"),
    "--data-root",
    inFolder("data"),
    "--negatives",
    "20",
  ]);
  const settings = [
    "--dataset",
    "made-up",
    "--model",
    "mf",
    "--optimizer",
    "adam",
    "--epochs",
    "1",
    "--k",
    "5",
    "--validation-metric",
    "NDCG@5",
  ];
  call(["train", ...settings, "--run", inFolder("models/made-up/run"), ...roots]);
  call(["train", ...settings, "--run", inFolder("models/made-up/other"), "--seed", "99", ...roots]);
}

function lead(output) {
  return ["score", ...scoring, "--output", output, "--queue", url, "--shards", String(shards)];
}

function worker() {
  return [
    "worker",
    "--queue",
    url,
    "--root",
    inFolder("."),
    "--lock-seconds",
    "2",
    "--most-stalls",
    "1000",
    "--threads",
    "1",
  ];
}

function check(fault, output, tidy = true) {
  const found = sha256(output);
  if (found !== expected) fail(fault, `the joined file has sha256 ${found}, expected ${expected}`);
  const plan = path.join(`${output}.shards`, readdirSync(`${output}.shards`)[0]);
  const records = readdirSync(plan).filter((name) => name.endsWith(".json"));
  const users = records.reduce(
    (sum, name) => sum + JSON.parse(readFileSync(path.join(plan, name), "utf8")).counts.users,
    0,
  );
  if (users !== number("users")) fail(fault, `the shards hold ${users} users, expected each once`);
  if (tidy) rmSync(`${output}.shards`, { recursive: true });
}

function finishedShards(output) {
  return readdirSync(`${output}.shards`).reduce(
    (sum, plan) =>
      sum + readdirSync(path.join(`${output}.shards`, plan)).filter((name) => name.endsWith(".json")).length,
    0,
  );
}

function call(args) {
  execFileSync(process.execPath, [cli, ...args, "--quiet"], { stdio: ["ignore", "ignore", "pipe"], encoding: "utf8" });
}

async function run(args) {
  const child = start(args);
  await child.ended;
  return { status: child.status, err: child.text() };
}

function start(args, environment = {}) {
  const child = spawn(process.execPath, [cli, ...args], {
    env: { ...process.env, ...environment },
    stdio: ["ignore", "ignore", "pipe"],
  });
  children.add(child);
  let text = "";
  child.stderr.on("data", (part) => {
    text = (text + part).slice(-4000);
  });
  const handle = { child, status: undefined, text: () => text };
  handle.ended = new Promise((resolve) => {
    child.on("close", (status) => {
      children.delete(child);
      handle.status = status;
      resolve();
    });
  });
  return handle;
}

async function killed(handle) {
  handle.child.kill("SIGKILL");
  await handle.ended;
}

/** Every acknowledged write is in the append-only file, which survives the process. */
async function startRedis() {
  mkdirSync(inFolder("redis"), { recursive: true });
  const args = ["--port", String(port), "--dir", inFolder("redis"), "--appendonly", "yes", "--save", ""];
  const server = spawn("redis-server", args, { stdio: ["ignore", "pipe", "ignore"] });
  children.add(server);
  server.ended = new Promise((resolve) => server.on("close", resolve));
  await new Promise((resolve, reject) => {
    server.on("error", reject);
    server.stdout.on("data", (text) => String(text).includes("Ready to accept connections") && resolve());
  });
  return server;
}

async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port: free } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return free;
}

function sha256(file) {
  return createHash("sha256").update(readFileSync(file)).digest("hex");
}

function seconds(started) {
  return Math.round((performance.now() - started) / 100) / 10;
}

function report(fault, facts) {
  console.log(JSON.stringify({ fault, ...facts }));
}

function fail(fault, problem) {
  throw new FaultError(fault, problem);
}

/** mulberry32: a small generator, so that a run of faults can be drawn again. */
function seededRandom(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
