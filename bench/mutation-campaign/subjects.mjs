/** What is damaged: raw logs of every format, and what the stages make of one; and what must then be said of it. */
import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { gzipSync } from "node:zlib";
import { DuckDBInstance } from "@duckdb/node-api";
import { logText, study } from "../kill-campaign/stages.mjs";

const fixtures = path.join(import.meta.dirname, "../../test/fixtures/arrow");

/**
 * Each subject: `file` in the folder, and `commands` of which one is run on the damaged file. Where a hash stands over
 * it, `isSealed` says that the status must be 3.
 */
export async function makeSubjects(folder, run) {
  const at = (...names) => path.join(folder, ...names);
  for (const name of ["raw", "parts"]) mkdirSync(at(name), { recursive: true });
  const logs = await writeLogs(at("raw"), at("parts"));
  const demand = async (...words) => {
    const { status, said } = await run([...words, "--quiet"]);
    if (status !== 0) throw new Error(`${words.join(" ")}: ${said}`);
  };
  const roots = ["--data-root", at("data"), "--models-root", at("models")];
  const data = ["--data-root", at("data")];
  writeFileSync(at("study.json"), JSON.stringify(study));
  const items = at("parts", "items.csv");
  await demand(
    "ingest",
    "--dataset",
    "d",
    "--raw",
    at("raw/log.csv"),
    "--negatives",
    "10",
    ...data,
    "--items-file",
    items,
  );
  const settings = ["--model", "mf", "--epochs", "2", "--batch-size", "64", "--optimizer", "adam"];
  await demand("train", "--dataset", "d", "--run", "r", ...settings, ...roots);
  await demand("compare", "--study", at("study.json"), "--dataset", "d", "--workers", "1", ...roots);
  await demand("evaluate", "--run", "r", "--dataset", "d", ...roots);
  await demand("score", "--run", "r", "--dataset", "d", "--k", "3", "--output", at("recs.parquet"), ...roots);
  await demand("export", "--run", "r", "--dataset", "d", "--format", "onnx,npy,parquet", ...roots);

  const ofRun = ["--run", "r", "--dataset", "d", ...roots];
  const reads = {
    dataset: ["evaluate", "--dataset", "d", "--baseline", "popularity", ...data],
    evaluate: ["evaluate", ...ofRun, "--output", at("again")],
    score: ["score", ...ofRun, "--k", "2", "--output", at("again.csv")],
    report: ["report", ...ofRun, "--output", at("again.html")],
    ofStudy: ["report", "--study", at("models/studies/tiny-d"), ...roots, "--output", at("again.html")],
  };
  const verified = (name) => ["verify", name, ...roots];
  const sealed = (folderName, names, record, others = []) =>
    names.map((name) => ({
      group: record,
      file: at(folderName, name),
      isSealed: true,
      commands: [verified(at(record)), ...others],
    }));
  const filesOf = (name) =>
    readdirSync(at(name), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => path.relative(at(name), path.join(entry.parentPath ?? entry.path, entry.name)));
  const notReport = (name) => name !== "report.html";
  const run_ = filesOf("models/d/r").filter((name) => notReport(name) && !/^(export|evaluations)/.test(name));
  const both = [reads.evaluate, reads.score];
  const needed = { "manifest.json": both, "checkpoint.safetensors": both, "config.json": [reads.evaluate] };
  return [
    ...logs,
    ...sealed(
      "data/d",
      filesOf("data/d").filter((name) => name !== "item-info.arrow"),
      "data/d",
      [reads.dataset],
    ),
    ...sealed("data/d", ["item-info.arrow"], "data/d"),
    ...run_.flatMap((name) => sealed("models/d/r", [name], "models/d/r", needed[name] ?? [])),
    ...sealed("models/d/r/evaluations", filesOf("models/d/r/evaluations"), "models/d/r"),
    ...sealed("models/d/r/export", filesOf("models/d/r/export"), "models/d/r/export"),
    ...sealed("models/studies/tiny-d", filesOf("models/studies/tiny-d"), "models/studies/tiny-d"),
    ...sealed(".", ["recs.parquet", "recs.parquet.manifest.json"], "recs.parquet"),
    // No hash is looked at first, so anything but a crash is fine.
    ...run_.map((name) => ({ group: "report of a run", file: at("models/d/r", name), commands: [reads.report] })),
    ...filesOf("models/studies/tiny-d").map((name) => ({
      group: "report of a study",
      file: at("models/studies/tiny-d", name),
      commands: [reads.ofStudy],
    })),
  ];

  async function writeLogs(raw, parts) {
    const csv = logText();
    const rows = csv
      .trimEnd()
      .split("\n")
      .slice(1)
      .map((line) => line.split(","));
    const objects = rows.map(([user, item, time]) => ({ user, item, time: Number(time) }));
    const numbers = rows.map(([user, item, time]) => [user.slice(1), item.slice(1), time]);
    const texts = {
      "log.csv": csv,
      "log.tsv": csv.replaceAll(",", "\t"),
      "log.csv.gz": gzipSync(csv),
      "log.jsonl": objects.map((object) => `${JSON.stringify(object)}\n`).join(""),
      "log.json": JSON.stringify(objects),
      "u.data": numbers.map(([user, item, time]) => `${user}\t${item}\t4\t${time}\n`).join(""),
      "ratings.dat": numbers.map(([user, item, time]) => `${user}::${item}::4::${time}\n`).join(""),
      "log.inter": `user_id:token\titem_id:token\ttimestamp:float\n${rows.map((row) => `${row.join("\t")}\n`).join("")}`,
    };
    for (const [name, text] of Object.entries(texts)) writeFileSync(path.join(raw, name), text);
    const connection = await (await DuckDBInstance.create(":memory:")).connect();
    const copies = {
      "log.csv.zst": "FORMAT csv, COMPRESSION zstd",
      "log.parquet": "FORMAT parquet",
      "zstd.parquet": "FORMAT parquet, COMPRESSION zstd",
    };
    for (const [name, options] of Object.entries(copies)) {
      await connection.run(`COPY (FROM '${path.join(raw, "log.csv")}') TO '${path.join(raw, name)}' (${options})`);
    }
    connection.closeSync();
    for (const name of ["lz4.arrow", "zstd.arrow"]) copyFileSync(path.join(fixtures, name), path.join(raw, name));
    writeFileSync(
      path.join(parts, "items.csv"),
      `id,title\n${rows.map(([, item]) => `${item},Title ${item}\n`).join("")}`,
    );
    return readdirSync(raw).map((name) => {
      const file = path.join(raw, name);
      const words = [
        "ingest",
        "--dataset",
        "m",
        "--raw",
        file,
        "--candidates",
        "full",
        "--data-root",
        path.join(folder, "made"),
      ];
      // The fixtures have no times, and a row without a user.
      const more = name.endsWith(".arrow")
        ? ["--split", "ratio", "--validation-share", "0.3", "--test-share", "0.3"]
        : [];
      return { group: "raw logs", file, commands: [[...words, ...more, "--max-bad-rows", "0.05"]] };
    });
  }
}

export const bytesOf = (file) => readFileSync(file);
