/** What `npm pack` ships works where it lands: the bin, the library entries, and make. */
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";

const root = path.resolve(import.meta.dirname, "../..");

describe("the packed tarball", () => {
  let folder: string;
  let unpacked: string;

  beforeAll(() => {
    folder = mkdtempSync(path.join(tmpdir(), "packed-"));
    run("make", ["--no-print-directory", "build"], root);
    run("npm", ["pack", "--silent", "--pack-destination", folder], root);
    const tarball = readdirSync(folder).find((name) => name.endsWith(".tgz"));
    expect(tarball).toBeDefined();
    run("tar", ["-xzf", path.join(folder, tarball!)], folder);
    unpacked = path.join(folder, "package");
    // The packages themselves are those installed here: what is tested is our tarball, not the registry.
    symlinkSync(path.join(root, "node_modules"), path.join(unpacked, "node_modules"));
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
    const program = entries.map(([name]) => `await import("lawn-ranker/${name.slice(2)}");`).join("\n");
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
  }, 120_000);

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
  /^(MAKE.*|MFLAGS|ARGS|DATASET|RAW|MODEL|OPTIMIZER|ENGINE|BATCH_SIZE|EPOCHS|LEARNING_RATE|SEED|RUN|CONFIG)$/;
const environment = Object.fromEntries(Object.entries(process.env).filter(([name]) => !fromMake.test(name)));

function run(command: string, args: readonly string[], cwd: string): string {
  return execFileSync(command, args, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"], env: environment });
}
