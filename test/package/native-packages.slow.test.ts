/**
 * The packages that npm publishes, installed beside each other: the main one finds its binary in that of the platform,
 * and says what to do where it was left out. The binary is the one compiled here.
 */
import { execFile, execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { cp, mkdir, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { nativePlatform } from "../../src/engine/native/native-platform.ts";
import { describeNative } from "../support/engines/native-engine.ts";
import { cloneInto } from "../support/stages/compiled-program.ts";

const root = path.resolve(import.meta.dirname, "../..");
const addon = "lawn_ranker_native.node";
const platform = nativePlatform();
const name = `@lawn-ranker/native-${platform}`;

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly scripts?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

describeNative("the packages that npm publishes", () => {
  let folder: string;
  let main: string;
  let own: string;

  beforeAll(async () => {
    folder = mkdtempSync(path.join(tmpdir(), "packages-"));
    const clone = path.join(folder, "clone");
    const binaries = path.join(clone, "build/prebuilds", platform);
    await mkdir(binaries, { recursive: true });
    await cloneInto(clone);
    await cp(path.join(root, "build/Release", addon), path.join(binaries, addon));
    await promisify(execFile)(process.execPath, ["packaging/make-packages.mjs", platform], { cwd: clone });

    const modules = path.join(folder, "node_modules");
    [main, own] = [path.join(modules, "lawn-ranker"), path.join(modules, name)];
    const tarballs = path.join(clone, "dist-packages");
    const files = readdirSync(tarballs).sort();
    expect(files).toEqual([`lawn-ranker-${version()}.tgz`, `lawn-ranker-native-${platform}-${version()}.tgz`]);
    for (const [file, place] of [
      [files[0]!, main],
      [files[1]!, own],
    ] as const) {
      await mkdir(place, { recursive: true });
      execFileSync("tar", ["-xzf", path.join(tarballs, file), "-C", place, "--strip-components=1"]);
    }
    await symlink(path.join(root, "node_modules"), path.join(main, "node_modules"), "dir");
  }, 240_000);

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it("are one for the platform, which npm installs there alone", () => {
    expect(readdirSync(own).sort()).toEqual(["LICENSE", "README.md", addon, "package.json"]);
    expect(manifestIn(own)).toMatchObject({
      name,
      version: version(),
      main: addon,
      os: [process.platform],
      cpu: [process.arch],
      ...(process.platform === "linux" ? { libc: [platform.endsWith("-musl") ? "musl" : "glibc"] } : {}),
    });
  });

  it("and the main one, which lists it at its own version and runs nothing when it is installed", () => {
    const { optionalDependencies, scripts = {} } = manifestIn(main);
    expect(optionalDependencies).toEqual({ ...manifestIn(root).optionalDependencies, [name]: version() });
    expect(Object.keys(scripts).filter((script) => /^(pre|post)?install$/.test(script))).toEqual([]);
    expect(existsSync(path.join(main, "build"))).toBe(false);
  });

  it("work together, and say which file is loaded", async () => {
    const { engine, nativeBinary } = JSON.parse(await doctor("--json"));
    expect(engine).not.toBe("reference");
    expect(nativeBinary).toEqual({ file: path.join(own, addon), origin: `package ${name} ${version()}` });
    expect(await doctor()).toContain(`native binary ${path.join(own, addon)}: package ${name} ${version()}`);
  });

  it("say so where npm left the platform's out", async () => {
    rmSync(own, { recursive: true });
    const text = await doctor();
    expect(text).toContain(`engine native: cannot run: its package ${name} is not installed: npm left `);
    expect(text).toContain(
      `; run npm uninstall lawn-ranker && npm install --include=optional lawn-ranker@${version()}\n`,
    );
  });

  async function doctor(...flags: string[]): Promise<string> {
    const script = path.join(main, "dist/pipelines/cli.js");
    return (await promisify(execFile)(process.execPath, [script, "doctor", ...flags], { cwd: folder })).stdout;
  }
});

function version(): string {
  return manifestIn(root).version;
}

function manifestIn(folder: string): Manifest {
  return JSON.parse(readFileSync(path.join(folder, "package.json"), "utf8"));
}
