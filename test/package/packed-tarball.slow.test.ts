/** What `npm pack` ships works where it lands: the bin, the library entries, and make. */
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { compiledPackage } from "../support/stages/compiled-program.ts";

const root = path.resolve(import.meta.dirname, "../..");

describe("the packed tarball", () => {
  let folder: string;
  let unpacked: string;

  beforeAll(async () => {
    const compiled = await compiledPackage();
    folder = mkdtempSync(path.join(tmpdir(), "packed-"));
    run("npm", ["pack", "--silent", "--pack-destination", folder], compiled);
    const tarball = readdirSync(folder).find((name) => name.endsWith(".tgz"));
    expect(tarball).toBeDefined();
    run("tar", ["-xzf", path.join(folder, tarball!)], folder);
    unpacked = path.join(folder, "package");
    // The packages themselves are those installed here: what is tested is our tarball, not the registry.
    symlinkSync(path.join(root, "node_modules"), path.join(unpacked, "node_modules"));
    // The same sources as here need no other native build than the one here; other sources would
    // show as a build of minutes.
    const built = path.join(root, "build/Release");
    if (existsSync(built)) cpSync(built, path.join(unpacked, "build/Release"), { recursive: true });
  }, 120_000);

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it("runs its bin and knows its version", () => {
    const manifest = readManifest();
    expect(run(process.execPath, [path.join(unpacked, manifest.bin["lawn-ranker"]!), "--version"], folder).trim()).toBe(
      manifest.version,
    );
  });

  it("has every library entry it promises, with types", async () => {
    const manifest = readManifest();
    const entries = Object.entries(manifest.exports).filter(([name]) => name !== "./package.json");
    expect(entries.length).toBeGreaterThan(5);
    for (const [, entry] of entries) {
      expect(existsSync(path.join(unpacked, entry.types))).toBe(true);
      expect(existsSync(path.join(unpacked, entry.default))).toBe(true);
    }
    const program = entries.map(([name]) => `await import("${path.posix.join("lawn-ranker", name)}");`).join("\n");
    const consumer = mkdtempSync(path.join(folder, "consumer-"));
    run("mkdir", ["-p", path.join(consumer, "node_modules")], folder);
    symlinkSync(unpacked, path.join(consumer, "node_modules/lawn-ranker"));
    writeFileSync(path.join(consumer, "program.mjs"), `${program}\nconsole.log("imported");\n`);
    expect(run(process.execPath, ["program.mjs"], consumer).trim()).toBe("imported");
  });

  it("makes its help and trains on the sample", () => {
    expect(run("make", ["--no-print-directory"], unpacked)).toContain("train-ranker");
    run("make", ["--no-print-directory", "train-ranker", "MODEL=mf", "EPOCHS=1", "ENGINE=reference"], unpacked);
    const runs = readdirSync(path.join(unpacked, "models/sample"), { withFileTypes: true }).filter((entry) =>
      entry.isDirectory(),
    );
    expect(runs).toHaveLength(1);
    const metrics = JSON.parse(
      readFileSync(path.join(unpacked, "models/sample", runs[0]!.name, "metrics.json"), "utf8"),
    );
    expect(metrics.users).toBeGreaterThan(900);

    // The example of docs/library.md, word for word, on the dataset that was just made.
    const example = /```js\n([\s\S]*?)```/.exec(readFileSync(path.join(unpacked, "docs/library.md"), "utf8"))?.[1];
    writeFileSync(path.join(unpacked, "example.mjs"), example ?? "");
    expect(run(process.execPath, ["example.mjs"], unpacked)).toMatch(/^HR@10 0\.[4-9]/);

    run("make", ["--no-print-directory", "export", "FORMAT=onnx,parquet,arrow,npy"], unpacked);
    const exported = readdirSync(path.join(unpacked, "models/sample", runs[0]!.name, "export"));
    expect(exported).toEqual(
      expect.arrayContaining(["model.onnx", "items.json", "item-vectors.parquet", "model-card.md"]),
    );
  }, 120_000);

  it("serves the run with the example of the docs", async () => {
    const args = ["docs/examples/serve.mjs", "models/sample/latest", "data/sample", "0"];
    const server = spawn(process.execPath, args, { cwd: unpacked, stdio: ["ignore", "pipe", "inherit"] });
    try {
      const [line] = (await once(server.stdout, "data")) as [Buffer];
      const address = /http:\S+/.exec(line.toString())?.[0];
      const [user] = await idsOfSample("user");
      const top = await (await fetch(`${address}/top?user=${user}&k=3`)).json();
      expect(top).toMatchObject({ source: "ranker", items: [{}, {}, {}] });
      const [{ item }] = (top as { items: [{ item: string }] }).items;
      const scores = await (await fetch(`${address}/scores?user=${user}&items=${item}`)).json();
      expect(scores).toHaveLength(1);
      expect((await fetch(`${address}/scores?user=${user}&items=nothing`)).status).toBe(404);
    } finally {
      server.kill();
    }
  }, 60_000);

  async function idsOfSample(kind: "user" | "item"): Promise<string[]> {
    const { ids } = JSON.parse(readFileSync(path.join(unpacked, `models/sample/latest/export/${kind}s.json`), "utf8"));
    return ids;
  }

  it("leaves the runtimes of checks and benchmarks at home", () => {
    const files = readdirSync(unpacked, { recursive: true, encoding: "utf8" });
    const shipped = files.filter((name) => !name.startsWith("node_modules") && !/^(data|models|build)\//.test(name));
    expect(shipped.filter((name) => name.includes("node_modules"))).toEqual([]);
    expect(shipped).toEqual(
      expect.arrayContaining(["docs/examples/serve.mjs", "docs/export.md", "test/onnx/run-model.mjs"]),
    );
  });

  function readManifest(): {
    version: string;
    bin: Record<string, string>;
    exports: Record<string, { types: string; default: string }>;
  } {
    return JSON.parse(readFileSync(path.join(unpacked, "package.json"), "utf8"));
  }
});

/** A make above this test hands its own flags and variables down; the tarball's make must not see them. */
const fromMake =
  /^(MAKE.*|MFLAGS|ARGS|DATASET|RAW|MODEL|OPTIMIZER|ENGINE|BATCH_SIZE|EPOCHS|LEARNING_RATE|SEED|RUN|FORMAT|CONFIG)$/;
const environment = Object.fromEntries(Object.entries(process.env).filter(([name]) => !fromMake.test(name)));

function run(command: string, args: readonly string[], cwd: string): string {
  return execFileSync(command, args, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"], env: environment });
}
