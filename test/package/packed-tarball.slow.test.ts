/** What `npm pack` ships works where it lands, the program and the library, and is what users need and no more. */
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { installInto, packedPackage } from "../support/stages/packed-package.ts";

describe("the packed tarball", () => {
  let folder: string;
  let unpacked: string;
  /** The program, in `folder`. */
  const call = (...args: string[]): string =>
    run(process.execPath, [path.join(unpacked, readManifest().bin["lawn-ranker"]!), ...args], folder);

  beforeAll(async () => {
    unpacked = await packedPackage();
    folder = mkdtempSync(path.join(tmpdir(), "packed-"));
    await installInto(folder);
  }, 240_000);

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it("runs its bin and knows its version", () => {
    expect(call("--version").trim()).toBe(readManifest().version);
  });

  it.each([
    ["import", "program.mjs", (name: string) => `await import("${name}")`],
    ["require", "program.cjs", (name: string) => `require("${name}")`],
  ])("has every library entry it promises, for %s", (_, file, load) => {
    const names = Object.keys(readManifest().exports).filter((name) => name !== "./package.json");
    expect(names.length).toBeGreaterThan(5);
    const loads = names.map((name) => `${load(path.posix.join("lawn-ranker", name))};`);
    writeFileSync(path.join(folder, file), [...loads, 'console.log("loaded");'].join("\n"));
    expect(run(process.execPath, ["--no-warnings", file], folder).trim()).toBe("loaded");
  });

  it("trains on the sample, and exports", () => {
    call("ingest", "--dataset", "sample");
    call("train", "--dataset", "sample", "--model", "mf", "--epochs", "1", "--engine", "reference", "--run", "once");
    const metrics = JSON.parse(readFileSync(path.join(folder, "models/sample/once/metrics.json"), "utf8"));
    expect(metrics.users).toBeGreaterThan(900);

    // The example of docs/library.md, word for word, on the dataset that was just made.
    const example = /```js\n([\s\S]*?)```/.exec(readFileSync(path.join(unpacked, "docs/library.md"), "utf8"))?.[1];
    writeFileSync(path.join(folder, "example.mjs"), example ?? "");
    expect(run(process.execPath, ["example.mjs"], folder)).toMatch(/^HR@10 0\.[4-9]/);

    call("export", "--dataset", "sample", "--format", "onnx,parquet,arrow,npy");
    const exported = readdirSync(path.join(folder, "models/sample/once/export"));
    expect(exported).toEqual(
      expect.arrayContaining(["model.onnx", "items.json", "item-vectors.parquet", "model-card.md"]),
    );
  }, 120_000);

  it("serves the run with the example of the docs", async () => {
    const args = [path.join(unpacked, "docs/examples/serve.mjs"), "models/sample/latest", "data/sample", "0"];
    const server = spawn(process.execPath, args, { cwd: folder, stdio: ["ignore", "pipe", "inherit"] });
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
    const { ids } = JSON.parse(readFileSync(path.join(folder, `models/sample/latest/export/${kind}s.json`), "utf8"));
    return ids;
  }

  it("holds what users need and no more: programs, types, pages, what comes along as data", () => {
    const shipped = readdirSync(unpacked, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => path.relative(unpacked, path.join(entry.parentPath, entry.name)))
      .filter((name) => !/^(node_modules|build)\//.test(name));
    const needed =
      /^(dist\/(src|pipelines|library)\/.*\.(js|d\.ts|d\.cts)|docs\/(?!(images|api)\/|.*node_modules).*|pipelines\/(configs|studies)\/\w[\w-]*\.json|(README|CHANGELOG)\.md|LICENSE|package\.json|src\/engine\/webgpu\/device\/probe-adapter\.mjs)$/;
    expect(shipped.filter((name) => !needed.test(name))).toEqual([]);
    expect(shipped).toEqual(
      expect.arrayContaining(["docs/examples/serve.mjs", "docs/export.md", "pipelines/studies/smoke.json"]),
    );
  });

  function readManifest(): {
    version: string;
    bin: Record<string, string>;
    exports: Record<string, unknown>;
  } {
    return JSON.parse(readFileSync(path.join(unpacked, "package.json"), "utf8"));
  }
});

function run(command: string, args: readonly string[], cwd: string): string {
  return execFileSync(command, args, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
}
