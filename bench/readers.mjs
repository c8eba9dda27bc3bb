/**
 * How long the candidate readers take over the same million interactions, as CSV and as snappy Parquet.
 * Usage: node bench/readers.mjs [rows]
 * Prints one JSON line a reader: seconds as min, median, max of three runs, warm file cache.
 */
import { createReadStream, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { performance } from "node:perf_hooks";
import { DuckDBInstance } from "@duckdb/node-api";
import { parse } from "fast-csv";
import { parquetReadObjects } from "hyparquet";
import parquetjs from "parquetjs-lite";

const rows = Number(process.argv[2] ?? 1_000_209);
const folder = mkdtempSync(path.join(tmpdir(), "readers-"));
const csv = path.join(folder, "log.csv");
const parquet = path.join(folder, "log.parquet");

const instance = await DuckDBInstance.create(":memory:");
const connection = await instance.connect();

const readers = {
  "CSV, fast-csv": async () => {
    let count = 0;
    for await (const _ of createReadStream(csv).pipe(parse({ headers: true }))) count++;
    return count;
  },
  "CSV, DuckDB": () => duckdbColumns(`SELECT * FROM read_csv('${csv}')`),
  "Parquet, parquetjs-lite": async () => {
    const reader = await parquetjs.ParquetReader.openFile(parquet);
    const cursor = reader.getCursor();
    let count = 0;
    while ((await cursor.next()) !== null) count++;
    await reader.close();
    return count;
  },
  "Parquet, hyparquet": async () => {
    const bytes = readFileSync(parquet);
    return (
      await parquetReadObjects({ file: bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) })
    ).length;
  },
  "Parquet, DuckDB": () => duckdbColumns(`SELECT * FROM read_parquet('${parquet}')`),
};

try {
  await connection.run(
    `CREATE TABLE log AS SELECT (hash(i) % 6040)::INTEGER AS user, (hash(i + ${rows}) % 3706)::INTEGER AS item, (1 + hash(2 * i) % 5)::INTEGER AS rating, (956703932 + i * 37)::INTEGER AS time FROM range(${rows}) t(i)`,
  );
  await connection.run(`COPY log TO '${csv}' (FORMAT csv, HEADER)`);
  await connection.run(`COPY log TO '${parquet}' (FORMAT parquet, COMPRESSION snappy, PARQUET_VERSION v1)`);
  for (const [name, read] of Object.entries(readers)) {
    const seconds = [];
    for (let run = 0; run < 3; run++) {
      const began = performance.now();
      const count = await read();
      if (count !== rows) throw new Error(`${name} read ${count} rows, expected ${rows}`);
      seconds.push((performance.now() - began) / 1000);
    }
    seconds.sort((a, b) => a - b);
    const [min, median, max] = seconds.map((value) => Number(value.toFixed(3)));
    console.log(JSON.stringify({ reader: name, rows, min, median, max }));
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** Every value brought into JavaScript, column by column, as ingest takes them. */
async function duckdbColumns(sql) {
  const result = await connection.stream(sql);
  let count = 0;
  for (let chunk = await result.fetchChunk(); chunk !== null && chunk.rowCount > 0; chunk = await result.fetchChunk()) {
    for (let column = 0; column < chunk.columnCount; column++) chunk.getColumnValues(column);
    count += chunk.rowCount;
  }
  return count;
}
