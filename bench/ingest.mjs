/**
 * How long ingest takes over a made-up log, and how much memory: one JSON line.
 *   node bench/ingest.mjs [rows = 1000000] [users = rows / 100] [items = 50000] [format = csv or parquet]
 *
 * Columns userId,movieId,rating,timestamp; users and items skewed, times rising, a few pairs repeated. The log and the
 * dataset lie in a temporary folder (1.4 GB and as much again at 50 million rows) and are removed.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";

const rows = Number(process.argv[2] ?? 1_000_000);
const users = Number(process.argv[3] ?? Math.max(100, Math.floor(rows / 100)));
const items = Number(process.argv[4] ?? 50_000);
const program = path.resolve(import.meta.dirname, "../dist/pipelines/cli.js");
const folder = mkdtempSync(path.join(tmpdir(), "ingest-"));
const format = process.argv[5] ?? "csv";
const log = path.join(folder, `ratings.${format}`);

try {
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  // Squares of uniform numbers crowd towards 0: some users and items are far busier than others.
  await connection.run(
    `COPY (SELECT floor(pow(u, 2) * ${users})::INTEGER + 1 AS "userId", floor(pow(v, 2) * ${items})::INTEGER + 1 AS "movieId",
       1 + hash(3 * i) % 5 AS rating, 956703932 + i // 2 AS timestamp
     FROM (SELECT i, (hash(i) % 1000000007) / 1000000007.0 AS u, (hash(i + ${rows}) % 1000000009) / 1000000009.0 AS v FROM range(${rows}) t(i)))
     TO '${log}' (FORMAT ${format === "csv" ? "csv, HEADER" : format})`,
  );
  connection.closeSync();
  instance.closeSync();

  const args = [
    program,
    "ingest",
    "--dataset",
    "made-up",
    "--raw",
    log,
    "--data-root",
    path.join(folder, "data"),
    "--json",
  ];
  const began = process.hrtime.bigint();
  execFileSync("/usr/bin/time", ["-f", "%M %U %S", "-o", path.join(folder, "peak"), process.execPath, ...args], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const seconds = Number(process.hrtime.bigint() - began) / 1e9;
  const [kilobytes, user, system] = readFileSync(path.join(folder, "peak"), "utf8").split(" ").map(Number);
  const description = JSON.parse(readFileSync(path.join(folder, "data/made-up/dataset.json"), "utf8"));
  console.log(
    JSON.stringify({
      rows,
      format,
      logMegabytes: Math.round(statSync(log).size / 2 ** 20),
      users: description.users,
      items: description.items,
      interactions: description.interactions,
      seconds: Number(seconds.toFixed(1)),
      processorSeconds: Number((user + system).toFixed(1)),
      peakMegabytes: Math.round(kilobytes / 1024),
    }),
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}
