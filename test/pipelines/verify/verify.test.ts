/** `verify`: what is as recorded, what was changed, and exit status 3 where anything was. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { runCommandLine } from "../../../pipelines/command-line/run-command-line.ts";
import { verifyStage } from "../../../pipelines/verify/verify.ts";
import { sha256Of } from "../../../src/files/file-content.ts";
import { sealedText } from "../../../src/files/sealed-text.ts";
import { hashOf } from "../../../src/runs/run-directory.ts";
import { interactionsOf, smallDataset, writeDatasetFolder } from "../../support/data/small-dataset.ts";
import { silentContext } from "../../support/stages/silent-context.ts";

let folder: string;
const at = (...parts: string[]) => path.join(folder, ...parts);
beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), "verify-"));
  await writeDatasetFolder(at("data", "small"), smallDataset());
});
afterEach(() => rmSync(folder, { recursive: true }));

/** As a user would: the path is the word behind the command. */
async function verify(...words: string[]): Promise<{ status: number; text: string; errors: string }> {
  let [text, errors] = ["", ""];
  const roots = ["--data-root", at("data"), "--models-root", at("models")];
  const entry = { name: "verify", summary: "", schema: async () => verifyStage.schema, load: async () => verifyStage };
  const status = await runCommandLine(["verify", ...words, ...roots], [entry], {
    version: "0",
    stdout: (some) => {
      text += some;
    },
    stderr: (some) => {
      errors += some;
    },
    context: () => silentContext,
  });
  return { status, text, errors };
}

function write(place: string, text: string): { bytes: number; sha256: string } {
  mkdirSync(path.dirname(place), { recursive: true });
  writeFileSync(place, text);
  return { bytes: Buffer.byteLength(text), sha256: sha256Of(text) };
}

/** A finished run of the small dataset as far as verify looks at it. */
function writeRun(change: Record<string, unknown> = {}): string {
  const config = { model: "mf", seed: 1 };
  const { contentHash } = JSON.parse(readFileSync(at("data", "small", "dataset.json"), "utf8"));
  const files = {
    "config.json": write(at("models/small/run/config.json"), JSON.stringify(config)),
    "metrics.json": write(at("models/small/run/metrics.json"), "{}"),
  };
  const manifest = {
    stage: "train",
    status: "done",
    run: "run",
    dataset: { name: "small", contentHash },
    configHash: hashOf(config),
    files,
  };
  write(at("models/small/run/manifest.json"), JSON.stringify({ ...manifest, ...change }));
  return at("models/small/run");
}

describe("a dataset", () => {
  it("is as recorded, by path or by name", async () => {
    expect(await verify(at("data", "small"))).toMatchObject({
      status: 0,
      text: expect.stringContaining("dataset, 7 files and 0 inputs are as recorded"),
    });
    expect((await verify("small")).status).toBe(0);
    expect((await verify("--path", "small")).status).toBe(0);
  });

  it("has known.arrow among its files where it has one", async () => {
    const known = interactionsOf([
      [0, 4],
      [2, 3],
    ]);
    await writeDatasetFolder(at("data", "more"), { ...smallDataset(), known });
    expect((await verify(at("data", "more"))).text).toContain("dataset, 8 files and 0 inputs are as recorded");
    writeFileSync(at("data", "more", "known.arrow"), "changed");
    const { status, text } = await verify(at("data", "more"));
    expect([status, text]).toEqual([3, expect.stringContaining("known.arrow")]);
  });

  it("with a changed, a missing and a longer file names all three", async () => {
    const bytes = readFileSync(at("data/small/train.arrow"));
    bytes[bytes.length >> 1]! ^= 1;
    writeFileSync(at("data/small/train.arrow"), bytes);
    rmSync(at("data/small/test.arrow"));
    writeFileSync(at("data/small/items.arrow"), "x");
    const { status, text } = await verify("small");
    expect(status).toBe(3);
    expect(text).toMatch(/train\.arrow: changed, its sha256 is [0-9a-f]{64}, recorded was [0-9a-f]{64}/);
    expect(text).toMatch(/test\.arrow: missing/);
    expect(text).toMatch(/items\.arrow: changed, has 1 bytes, recorded were \d+/);
  });

  it("with a changed byte of its own record is refused, and one of before there were seals is told of", async () => {
    expect((await verify("small")).text).toContain("dataset.json itself is not sealed");
    const description = JSON.parse(readFileSync(at("data/small/dataset.json"), "utf8"));
    const sealed = sealedText({ ...description, users: description.users });
    write(at("data/small/dataset.json"), sealed);
    const { status, text } = await verify("small");
    expect({ status, text }).toEqual({ status: 0, text: expect.not.stringContaining("not sealed") });
    write(at("data/small/dataset.json"), sealed.replace(/"seed": ?\d+/, '"seed":77'));
    const changed = await verify("small");
    expect(changed).toMatchObject({ status: 3, errors: expect.stringContaining("dataset.json: changed, its seal") });
  });

  it("counts the inputs of a database, and does not look for them on the disk", async () => {
    const file = at("data", "small", "dataset.json");
    const described = JSON.parse(readFileSync(file, "utf8"));
    const source = { path: "postgres://db.example/shop table shop.orders", bytes: 3, sha256: sha256Of("abc") };
    writeFileSync(file, JSON.stringify({ ...described, sources: [source] }));
    expect(await verify("small")).toMatchObject({
      status: 0,
      text: expect.stringContaining("7 files and 0 inputs (1 more in a database or an object store, not read)"),
    });
  });

  it("has its raw logs as inputs, which --no-inputs leaves alone", async () => {
    const description = JSON.parse(readFileSync(at("data/small/dataset.json"), "utf8"));
    const raw = { path: at("raw.csv"), ...write(at("raw.csv"), "1,2\n") };
    write(at("data/small/dataset.json"), JSON.stringify({ ...description, sources: [raw] }));
    expect((await verify("small")).text).toContain("7 files and 1 inputs are as recorded");
    write(raw.path, "1,3\n");
    expect(await verify("small")).toMatchObject({ status: 3, text: expect.stringContaining("input ") });
    expect((await verify("small", "--no-inputs")).status).toBe(0);
  });
});

describe("a run", () => {
  it("is its files and its dataset's", async () => {
    expect((await verify(writeRun())).text).toContain("train, 2 files and 7 inputs are as recorded");
    expect((await verify("small/run")).status).toBe(0);
  });

  it("says which file, setting or data is another", async () => {
    const run = writeRun({
      configHash: hashOf({ model: "mf", seed: 2 }),
      dataset: { name: "small", contentHash: "f".repeat(64) },
    });
    write(path.join(run, "metrics.json"), "{ }");
    const { status, text } = await verify(run);
    expect(status).toBe(3);
    expect(text).toMatch(/config\.json: its settings hash to [0-9a-f]{12}, recorded was/);
    expect(text).toMatch(/input .*small: changed, its content is [0-9a-f]{12}, recorded was ffffffffffff/);
    expect(text).toMatch(/metrics\.json: changed, has 3 bytes, recorded were 2/);
  });

  it("that is not done, or whose dataset is gone, is not as recorded", async () => {
    const run = writeRun({ status: "running", dataset: { name: "gone", contentHash: "f".repeat(64) } });
    const { status, text } = await verify(run);
    expect(status).toBe(3);
    expect(text).toContain("status is running");
    expect(text).toContain("there is no such dataset folder");
  });
});

describe("a sealed record", () => {
  it("says so where a byte of it was changed, and where it has no seal", async () => {
    const file = path.join(writeRun(), "manifest.json");
    expect((await verify(path.dirname(file))).text).toContain("are as recorded; manifest.json itself is not sealed");
    const manifest = JSON.parse(readFileSync(file, "utf8"));
    write(file, sealedText({ ...manifest, seconds: 12 }));
    expect((await verify(path.dirname(file))).text).toMatch(/are as recorded$/m);
    write(file, readFileSync(file, "utf8").replace('"seconds": 12', '"seconds": 13'));
    expect(await verify(path.dirname(file))).toMatchObject({
      status: 3,
      text: expect.stringContaining("manifest.json: changed, its seal is not that of its content"),
    });
  });

  it("of scores is found by the file they are in, and has the checkpoint as its input", async () => {
    const checkpoint = write(at("models/small/run/checkpoint.safetensors"), "parameters");
    const file = { rows: 1, ...write(at("recs.csv"), "user,item\n1,2\n") };
    const manifest = {
      stage: "score",
      run: at("models/small/run"),
      checkpoint: checkpoint.sha256,
      dataset: JSON.parse(readFileSync(at("data/small/dataset.json"), "utf8")),
      output: { name: "recs.csv" },
      file,
    };
    write(at("recs.csv.manifest.json"), sealedText(manifest));
    expect(await verify(at("recs.csv"))).toMatchObject({
      status: 0,
      text: expect.stringContaining("score, 1 files and 8 inputs are as recorded"),
    });
    write(at("recs.csv"), "user,item\n1,3\n");
    expect((await verify(at("recs.csv.manifest.json"))).text).toMatch(/recs\.csv: changed/);
  });

  it("of an evaluation stands for itself, and is looked at with its run", async () => {
    const run = writeRun();
    const folder = path.join(run, "evaluations/test-full");
    const files = { "metrics.json": write(path.join(folder, "metrics.json"), '{ "HR@10": 0.5 }') };
    write(path.join(folder, "metrics.manifest.json"), sealedText({ stage: "evaluate", status: "done", files }));
    expect((await verify(folder)).text).toContain("evaluate, 1 files and 0 inputs are as recorded");
    expect((await verify(run)).text).toContain("train, 3 files and 7 inputs are as recorded");
    write(path.join(folder, "metrics.json"), '{ "HR@10": 0.9 }');
    expect((await verify(run)).text).toMatch(/evaluations\/test-full\/metrics\.json: changed/);
  });

  it("of a trial that no manifest has yet is looked at with its study", async () => {
    write(at("models/studies/s/manifest.json"), sealedText({ stage: "compare", status: "running", files: {} }));
    const trial = sealedText({ id: "a", validation: { "HR@10": 0.5 } }, 0);
    write(at("models/studies/s/trials/a.json"), trial.replace("0.5", "0.9"));
    expect((await verify("s")).text).toMatch(/trials\/a\.json: changed, its seal/);
  });
});

describe("any other manifest", () => {
  it("of a study has its files in folders, and several datasets", async () => {
    const { contentHash } = JSON.parse(readFileSync(at("data", "small", "dataset.json"), "utf8"));
    const files = { "trials/a.json": write(at("models/studies/s/trials/a.json"), "{}") };
    write(
      at("models/studies/s/manifest.json"),
      JSON.stringify({ stage: "compare", status: "done", files, datasets: [{ name: "small", contentHash }] }),
    );
    expect((await verify("s")).text).toContain("compare, 1 files and 7 inputs are as recorded");
    rmSync(at("models/studies/s/trials/a.json"));
    expect((await verify("s")).text).toContain("a.json: missing");
  });

  it("of an export names the files of its run and dataset", async () => {
    writeRun();
    const files = { "model.onnx": write(at("out/model.onnx"), "onnx") };
    const inputs = { "run/config.json": { sha256: sha256Of(readFileSync(at("models/small/run/config.json"))) } };
    const manifest = {
      stage: "export",
      status: "done",
      files,
      inputs,
      run: { name: "run" },
      dataset: JSON.parse(readFileSync(at("models/small/run/manifest.json"), "utf8")).dataset,
    };
    write(at("out/manifest.json"), JSON.stringify(manifest));
    expect((await verify(at("out"))).text).toContain("export, 1 files and 8 inputs are as recorded");
    write(at("models/small/run/config.json"), "{}");
    expect((await verify(at("out", "manifest.json"))).text).toMatch(/input .*config\.json: changed/);
  });

  it("that is none, or nowhere, or two words, is refused", async () => {
    write(at("odd/manifest.json"), '{"stage": 1}');
    expect(await verify(at("odd"))).toMatchObject({
      status: 3,
      errors: expect.stringContaining("not a manifest: stage"),
    });
    expect(await verify("lost")).toMatchObject({
      status: 2,
      errors: expect.stringContaining('"lost": no manifest.json and no dataset.json in'),
    });
    expect(await verify("small", "other")).toMatchObject({
      status: 2,
      errors: expect.stringContaining('"other" is not expected here'),
    });
    expect(await verify()).toMatchObject({ status: 2, errors: expect.stringContaining("path") });
  });
});
