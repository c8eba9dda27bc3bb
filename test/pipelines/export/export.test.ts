/**
 * The stage `export`: every file of every format read back by somebody else, the same bytes twice, and what it refuses.
 */
import { createHash } from "node:crypto";
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { tableFromIPC } from "apache-arrow";
import { parquetReadObjects } from "hyparquet";
import { exportStage } from "../../../pipelines/export/export.ts";
import { type LoadedRun, loadRun } from "../../../pipelines/runs/stored-run.ts";
import { trainStage } from "../../../pipelines/train/train.ts";
import { parseConfig } from "../../../src/config/parse.ts";
import { exportSchema } from "../../../src/config/schemas/export-schema.ts";
import { trainSchema } from "../../../src/config/schemas/train-schema.ts";
import { openForward } from "../../../src/ranker/forward.ts";
import { IngestFolder } from "../../support/data/ingest-folder.ts";
import { decodeOnnx, runOnnx } from "../../support/readers/run-onnx.ts";
import { silentContext } from "../../support/stages/silent-context.ts";

const folder = new IngestFolder();
afterAll(() => folder.remove());
const modelsRoot = path.join(folder.path, "models");
const runAt = (name: string) => path.join(modelsRoot, "t", name);
const roots = { "data-root": folder.dataRoot, "models-root": modelsRoot };

/** 12 users of 6 items each; ids of users are numbers, of items text. */
const log = Array.from({ length: 72 }, (_, row) => {
  const user = Math.floor(row / 6);
  return `${1000 + user},item ${(user * 5 + (row % 6) * 3) % 11},${row}`;
});

beforeAll(async () => {
  const raw = folder.write("log.csv", ["user,item,time", ...log].join("\n"));
  await folder.ingest({ raw });
  for (const model of ["mf", "neumf"]) {
    const flags = {
      ...roots,
      dataset: "t",
      model,
      run: model,
      epochs: "2",
      k: "1",
      baselines: "none",
      "validation-metric": "HR@1",
      engine: "reference",
    };
    await trainStage.run(parseConfig({ schema: trainSchema, layers: [], flags }), silentContext);
  }
});

const exportWith = (flags: Record<string, string>) =>
  exportStage.run(
    parseConfig({ schema: exportSchema, layers: [], flags: { ...roots, dataset: "t", ...flags } }),
    silentContext,
  );
const bytesOf = (...name: string[]) => readFileSync(path.join(...name));
const json = (...name: string[]) => JSON.parse(bytesOf(...name).toString());
const everyFormat = { format: "onnx,parquet,arrow,npy,ann" };

describe("docs/export.md", () => {
  /** Names in backticks of the columns of each table, by the table's name there. */
  const documented = new Map(
    readFileSync("docs/export.md", "utf8")
      .split("\n| table ")[1]!
      .split("\n\n")[0]!
      .split("\n")
      .slice(2)
      .flatMap((line) => {
        const [, tables = "", columns = ""] = line.split("|");
        return namesIn(tables).map((name): [string, readonly string[]] => [name, namesIn(columns)]);
      }),
  );

  it("names the columns that are there, of every table", async () => {
    expect([...documented.keys()].sort()).toEqual(
      ["items", "item-embeddings", "item-vectors", "users", "user-embeddings", "user-vectors"].sort(),
    );
    const found = new Map<string, Set<string>>();
    for (const run of ["mf", "neumf"]) {
      const output = path.join(folder.path, "documented", run);
      await exportWith({ run, format: "arrow", output });
      for (const file of readdirSync(output).filter((name) => name.endsWith(".arrow"))) {
        const names = tableFromIPC(bytesOf(output, file)).schema.fields.map(({ name }) => name);
        const table = path.basename(file, ".arrow");
        found.set(table, new Set([...(found.get(table) ?? []), ...names]));
      }
    }
    for (const [table, names] of found) {
      const ofOtherSide = table.startsWith("user") ? /^item/ : /^user/;
      const own = documented.get(table)!.filter((name) => !ofOtherSide.test(name));
      expect([table, ...[...names].sort()]).toEqual([table, ...[...own].sort()]);
    }
  });
});

function namesIn(text: string): readonly string[] {
  return [...text.matchAll(/`([^`]+)`/g)].map(([, name]) => name!);
}

describe("an export in every format", () => {
  let run: LoadedRun;
  const at = (name: string) => path.join(runAt("mf"), "export", name);
  beforeAll(async () => {
    run = await loadRun(runAt("mf"));
    await exportWith({ run: "mf", ...everyFormat });
  });

  it("lists every file with its size and hash, and what it was made from", () => {
    const manifest = json(at("manifest.json"));
    expect(manifest).toMatchObject({
      stage: "export",
      status: "done",
      formats: ["ann", "arrow", "npy", "onnx", "parquet"],
      dataset: { name: "t", contentHash: run.datasetHash },
      onnx: { opset: 17, inputs: ["user", "item"], output: "logit", externalData: false },
      vectors: { width: 66 }, // 64 dimensions and two terms
    });
    expect(readdirSync(at(""))).toEqual(["manifest.json", ...Object.keys(manifest.files)].sort());
    for (const [name, record] of Object.entries(manifest.files)) {
      const bytes = bytesOf(at(name));
      const sha256 = createHash("sha256").update(bytes).digest("hex");
      expect({ name, record }).toEqual({ name, record: { bytes: bytes.length, sha256 } });
    }
    expect(manifest.inputs["run/checkpoint.safetensors"]).toEqual(run.manifest.files["checkpoint.safetensors"]);
    expect(Object.keys(manifest.inputs)).toContain("run/dataset/users.arrow");
  });

  it("gives the run's logits as ONNX, and says some of them", () => {
    const { logit } = openForward(run.spec, run.parameters);
    const model = decodeOnnx(bytesOf(at("model.onnx")));
    expect(runOnnx(model, { user: [3, 11], item: [7, 0] })[0]).toBeCloseTo(logit(3, 7), 12);
    expect(model.metadata).toMatchObject({ run: "mf", datasetHash: run.datasetHash, users: "12" });
    const { ids: users } = json(at("users.json"));
    const { ids: items } = json(at("items.json"));
    for (const pair of json(at("check-pairs.json")).pairs) {
      expect(pair).toMatchObject({
        userId: users[pair.user],
        itemId: items[pair.item],
        logit: logit(pair.user, pair.item),
      });
    }
  });

  it("has the ids by index, numbers as text in JSON", async () => {
    expect(json(at("users.json"))).toEqual({ kind: "user", ids: await folder.ids("user") });
    expect(json(at("items.json")).ids).toContain("item 10");
    expect(bytesOf(at("users.arrow"))).toEqual(bytesOf(folder.file("users.arrow")));
  });

  it("has tables and vectors in Arrow, Parquet and NPY, all with the same values", async () => {
    const userDot = run.parameters.get("userDot")!;
    const arrow = [...tableFromIPC(bytesOf(at("user-embeddings.arrow")))].map((row) => row.toJSON());
    const file = bytesOf(at("user-embeddings.parquet"));
    const parquet = await parquetReadObjects({
      file: file.buffer.slice(file.byteOffset, file.byteOffset + file.byteLength) as ArrayBuffer, // never a shared one
    });
    expect(parquet).toHaveLength(12);
    for (const [user, row] of parquet.entries()) {
      const expected = [...userDot.subarray(user * 64, (user + 1) * 64)];
      expect(row).toMatchObject({ user, userDot: expected, userBias: run.parameters.get("userBias")![user] });
      expect([...(arrow[user]!.userDot as Iterable<number>)]).toEqual(expected);
      expect(arrow[user]!.user_id).toEqual(row.user_id);
    }
    const npy = bytesOf(at("userDot.npy"));
    expect(npy.toString("latin1")).toContain("'shape': (12, 64)");
    expect([...new Float32Array(Uint8Array.from(npy.subarray(128)).buffer)]).toEqual([...userDot]);
    expect(bytesOf(at("item-vectors.npy")).toString("latin1")).toContain("'shape': (11, 66)");
  });

  it("says what the index finds", () => {
    // 11 items: the index finds them all, since it looks at 256.
    expect(json(at("manifest.json")).ann).toMatchObject({
      library: "usearch",
      dimensions: 67,
      recall: { k: 11, users: 12, mean: 1, least: 1 },
    });
  });

  it("tells data, use, metrics with intervals and limits in a card", () => {
    const card = bytesOf(at("model-card.md")).toString();
    for (const heading of ["Intended use", "Data", "Metrics", "Limits", "How it was made", "Files"])
      expect(card).toContain(`## ${heading}`);
    expect(card).toMatch(/\| HR@1 \| \d\.\d{4} \| -?\d\.\d{4} to \d\.\d{4} \|/);
    expect(card).toContain("`log.csv`");
  });

  it("has the same bytes elsewhere, and is not made twice", async () => {
    const output = path.join(folder.path, "elsewhere");
    await exportWith({ run: "mf", ...everyFormat, output });
    for (const name of readdirSync(output))
      expect({ name, same: bytesOf(output, name).equals(bytesOf(at(name))) }).toEqual({ name, same: true });
    const again = await exportWith({ run: "mf", ...everyFormat, output });
    expect(again).toMatchObject({ json: { status: "up-to-date" } });
    // What one left that was killed behind its last step.
    writeFileSync(`${output}.lock`, "");
    mkdirSync(`${output}.former`);
    utimesSync(`${output}.lock`, 0, 0);
    expect(await exportWith({ run: "mf", ...everyFormat, output })).toMatchObject({ json: { status: "up-to-date" } });
    expect(readdirSync(folder.path).filter((name) => name.startsWith("elsewhere"))).toEqual(["elsewhere"]);
    writeFileSync(path.join(output, "users.json"), "{}");
    expect(await exportWith({ run: "mf", ...everyFormat, output })).toMatchObject({ json: { status: "done" } });
    expect(bytesOf(output, "users.json")).toEqual(bytesOf(at("users.json")));
  });
});

describe("an export of a ranker with hidden layers", () => {
  it("has no vectors, and puts large tables beside the model when told to", async () => {
    const output = path.join(folder.path, "neumf-export");
    await exportWith({ run: "neumf", format: "onnx,npy", "onnx-inline-bytes": "0", output });
    const names = readdirSync(output);
    expect(names).toContain("tower.0.weight.npy");
    expect(names.filter((name) => name.includes("vectors"))).toEqual([]);
    expect(names).not.toContain("model.onnx.data"); // all tables are smaller than 64 KiB
  });

  it("is refused an index", async () => {
    await expect(exportWith({ run: "neumf", format: "ann" })).rejects.toThrow("its scores are no inner products");
  });
});

describe("what export refuses", () => {
  it("settings without a meaning, all at once", async () => {
    const wrong = async () =>
      exportWith({ run: "mf", format: "npy,npy", "ann-connectivity": "8", "onnx-inline-bytes": "1" });
    await expect(wrong()).rejects.toThrow(/each format once.*only --format onnx.*only --format ann/s);
    await expect((async () => exportWith({ format: "pmml" }))()).rejects.toThrow("onnx, parquet, arrow, npy, ann");
  });

  it("a folder that holds anything else, which stays as it is", async () => {
    const output = path.join(folder.path, "mine");
    mkdirSync(output);
    writeFileSync(path.join(output, "notes.txt"), "mine");
    await expect(exportWith({ run: "mf", output })).rejects.toThrow("holds notes.txt, which no export wrote");
    expect(readdirSync(output)).toEqual(["notes.txt"]);
    await expect(exportWith({ run: "mf", output: path.join(output, "notes.txt") })).rejects.toThrow("is a file");
  });

  it("ids that were changed, or another dataset where the run has kept none, and leaves nothing behind", async () => {
    const output = path.join(folder.path, "never");
    const users = bytesOf(folder.file("users.arrow"));
    writeFileSync(folder.file("users.arrow"), Buffer.concat([users, Buffer.of(0)]));
    await expect(exportWith({ run: "mf", output })).rejects.toThrow("ingest the logs again");
    writeFileSync(folder.file("users.arrow"), users);
    await folder.ingest({
      raw: folder.write("other.csv", ["user,item,time", ...log.slice(0, 66)].join("\n")),
      dataset: "other",
    });
    cpSync(runAt("mf"), runAt("older"), { recursive: true });
    rmSync(path.join(runAt("older"), "dataset"), { recursive: true });
    await expect(exportWith({ run: runAt("older"), dataset: "other", output })).rejects.toThrow(
      "trained on dataset t of content",
    );
    rmSync(runAt("older"), { recursive: true });
    expect(readdirSync(folder.path).filter((name) => name.startsWith("never"))).toEqual([]);
    rmSync(path.join(folder.dataRoot, "other"), { recursive: true });
  });
});
