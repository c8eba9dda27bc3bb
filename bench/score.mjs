/**
 * Scoring at scale, from the start of the process to its end: a made-up dataset and run as large as asked, scored
 * by the program. Prints one JSON line: users a second, seconds, peak memory, the share of the time spent in
 * scores, rows and bytes written.
 *
 *   node bench/score.mjs [--users 1000000] [--items 20000] [--dot 32] [--per-user 20] [--k 20]
 *       [--output-format parquet]
 *                        [--folder DIR] [--threads 2]
 *
 * A folder that is given is kept, and what was made up in it is used again.
 */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { cpus, loadavg, tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { contentHash, DATASET_FILES } from "../dist/pipelines/dataset/stored-dataset.js";
import { openColumnWriter } from "../dist/src/arrow/write-columns.js";
import { sealedText } from "../dist/src/files/sealed-text.js";
import { encodeCheckpoint } from "../dist/src/ranker/checkpoint.js";
import { parametersOf, sizeOf } from "../dist/src/ranker/ranker-spec.js";

const { values } = parseArgs({
  options: {
    users: { type: "string", default: "1000000" },
    items: { type: "string", default: "20000" },
    dot: { type: "string", default: "32" },
    "per-user": { type: "string", default: "20" },
    k: { type: "string", default: "20" },
    "output-format": { type: "string", default: "parquet" },
    folder: { type: "string" },
    threads: { type: "string", default: "2" },
  },
});
const whole = (name) => Number.parseInt(values[name], 10);
const [users, items, perUser] = [whole("users"), whole("items"), whole("per-user")];
const folder = values.folder ?? mkdtempSync(path.join(tmpdir(), "score-bench-"));
const [data, run] = [path.join(folder, "data", "made-up"), path.join(folder, "run")];
const random = xorshift(1);
if (!existsSync(path.join(run, "manifest.json"))) await makeUp();

const output = path.join(folder, `recommendations.${values["output-format"]}`);
const cli = path.resolve(import.meta.dirname, "../dist/pipelines/cli.js");
const args = ["score", "--run", run, "--data-root", path.dirname(data), "--k", values.k, "--output", output];
const loadBefore = loadavg()[0];
const started = performance.now();
execFileSync(process.execPath, [cli, ...args, "--engine", "native", "--threads", values.threads], { stdio: "inherit" });
const seconds = (performance.now() - started) / 1000;
const manifest = JSON.parse(readFileSync(`${output}.manifest.json`, "utf8"));
console.log(
  JSON.stringify({
    users,
    items,
    ranker: `mf, ${values.dot} dimensions`,
    k: whole("k"),
    seconds,
    usersPerSecond: Math.round(users / seconds),
    peakMemoryMiB: Math.round(manifest.peakMemoryBytes / 2 ** 20),
    scoringShare: manifest.scoringSeconds / seconds,
    rows: manifest.file.rows,
    bytes: manifest.file.bytes,
    format: values["output-format"],
    engine: manifest.engine.description,
    machine: cpus()[0]?.model,
    loadBefore,
  }),
);
if (values.folder === undefined) rmSync(folder, { recursive: true, force: true });

async function makeUp() {
  mkdirSync(data, { recursive: true });
  mkdirSync(run, { recursive: true });
  const itemCounts = new Uint32Array(items);
  const pairs = [
    { name: "user", type: "uint32" },
    { name: "item", type: "uint32" },
  ];
  const train = await openColumnWriter(path.join(data, "train.arrow"), pairs);
  const block = 10_000;
  for (let first = 0; first < users; first += block) {
    const length = Math.min(block, users - first) * perUser;
    const user = Uint32Array.from({ length }, (_, k) => first + Math.floor(k / perUser));
    const item = Uint32Array.from({ length }, () => Math.floor(items * random() ** 2));
    for (const index of item) itemCounts[index]++;
    await train.append({ user, item });
  }
  const files = { "train.arrow": await train.close() };
  for (const name of DATASET_FILES) {
    if (name === "train.arrow" || name === "users.arrow" || name === "items.arrow") continue;
    const empty = await openColumnWriter(path.join(data, name), pairs);
    files[name] = await empty.close();
  }
  files["users.arrow"] = await vocabulary("user", users, () => perUser);
  files["items.arrow"] = await vocabulary("item", items, (index) => itemCounts[index]);
  const hash = contentHash(files, undefined);
  const description = {
    name: "made-up",
    users,
    items,
    interactions: { train: files["train.arrow"].rows, validation: 0, test: 0 },
    split: { kind: "none" },
    candidates: { validation: "none", test: "none" },
    seed: 1,
    files,
    contentHash: hash,
  };
  writeFileSync(path.join(data, "dataset.json"), JSON.stringify(description));
  makeRun(hash);
}

async function vocabulary(kind, count, trainCount) {
  const writer = await openColumnWriter(path.join(data, `${kind}s.arrow`), [
    { name: kind, type: "uint32" },
    { name: `${kind}_id`, type: "int64" },
    { name: "train_count", type: "uint32" },
  ]);
  const index = Uint32Array.from({ length: count }, (_, k) => k);
  await writer.append({
    [kind]: index,
    [`${kind}_id`]: BigInt64Array.from({ length: count }, (_, k) => BigInt(k + 1)),
    train_count: index.map(trainCount),
  });
  return writer.close();
}

function makeRun(datasetHash) {
  const spec = {
    users,
    items,
    dot: whole("dot"),
    gmf: 0,
    embedding: 0,
    tower: [],
    idBiases: true,
    cosineTemperature: null,
  };
  const tensor = (shape) => Float32Array.from({ length: sizeOf(shape) }, () => random() - 0.5);
  const parameters = new Map(parametersOf(spec).map(({ name, shape }) => [name, tensor(shape)]));
  const bytes = encodeCheckpoint({ spec, parameters, extras: new Map(), metadata: {} });
  writeFileSync(path.join(run, "checkpoint.safetensors"), bytes);
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  const manifest = {
    stage: "train",
    status: "done",
    reason: null,
    run: "run",
    dataset: { name: "made-up", contentHash: datasetHash },
    configHash: "0".repeat(64),
    recommendations: [],
    givenAsFlags: [],
    seed: 1,
    engine: { name: "none", description: "made up" },
    packageVersion: "0",
    gitCommit: null,
    node: process.version,
    platform: process.platform,
    startedAt: "1970-01-01T00:00:00.000Z",
    resumptions: 0,
    seconds: 0,
    peakMemoryBytes: 0,
    outcome: { epoch: 1, epochsTrained: 1, stoppedEarly: false, refit: false },
    files: { "checkpoint.safetensors": { bytes: bytes.length, sha256 } },
  };
  writeFileSync(path.join(run, "manifest.json"), sealedText(manifest));
}

/** A small generator: made-up data need no more. */
function xorshift(seed) {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 4294967296;
  };
}
