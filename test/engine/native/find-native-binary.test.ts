/** Which binary a package takes: its own folder's, that of its platform's package, or none, with a reason. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { findNativeBinary } from "../../../src/engine/native/find-native-binary.ts";
import { nativePlatform } from "../../../src/engine/native/native-platform.ts";

const name = "@lawn-ranker/native-linux-arm64-musl";
const reinstall = "run npm uninstall lawn-ranker && npm install --include=optional lawn-ranker@1.2.3";
const platform = (): string => "linux-arm64-musl";

describe("the binary of a package", () => {
  let root: string;
  let folder: string;
  beforeEach(() => {
    root = mkdtempSync(path.join(tmpdir(), "find-binary-"));
    folder = path.join(root, "node_modules/lawn-ranker");
    writeManifest(folder, { version: "1.2.3", optionalDependencies: { [name]: "1.2.3", webgpu: "^0.6.2" } });
  });
  afterEach(() => rmSync(root, { recursive: true }));

  it("is that of its platform's package beside it", () => {
    const beside = installPackage(root, "1.2.3");
    expect(findNativeBinary(folder, { platform })).toEqual({
      file: beside,
      origin: `package ${name} 1.2.3`,
      remedy: reinstall,
    });
  });

  it("or inside it, where another version stands beside it", () => {
    installPackage(root, "1.2.2");
    const inside = installPackage(folder, "1.2.3");
    expect(findNativeBinary(folder, { platform }).file).toBe(inside);
  });

  it("is what was compiled in its own folder first, and then nothing else is looked at", () => {
    installPackage(root, "1.2.3");
    const compiled = path.join(folder, "build/Release/lawn_ranker_native.node");
    mkdirSync(path.dirname(compiled), { recursive: true });
    writeFileSync(compiled, "");
    const unasked = (): string => {
      throw new Error("not asked");
    };
    expect(findNativeBinary(folder, { platform: unasked })).toEqual({
      file: compiled,
      origin: "compiled in this folder, which comes before any package",
      remedy: "run make clean setup",
    });
  });

  it("is the chosen one before all others", () => {
    installPackage(root, "1.2.3");
    expect(findNativeBinary(folder, { platform, chosen: "/elsewhere/addon.node" })).toEqual({
      file: path.resolve("/elsewhere/addon.node"),
      origin: "LAWN_RANKER_NATIVE names it",
      remedy: "unset LAWN_RANKER_NATIVE",
    });
  });

  it("is none of another version", () => {
    installPackage(root, "1.2.2");
    expect(findNativeBinary(folder, { platform })).toEqual({
      file: null,
      reason: `${name} is version 1.2.2, expected 1.2.3, that of lawn-ranker`,
      remedy: reinstall,
    });
  });

  it("that npm left out is named, with the command that brings it", () => {
    expect(findNativeBinary(folder, { platform })).toEqual({
      file: null,
      reason:
        `its package ${name} is not installed: npm left optional packages out, or a lock file written on another ` +
        "platform lost them",
      remedy: reinstall,
    });
  });

  it("is none where no package is made for the platform", () => {
    expect(findNativeBinary(folder, { platform: () => "freebsd-x64" })).toEqual({
      file: null,
      reason: "there is no binary for freebsd-x64, only for linux-arm64-musl",
      remedy: "compile it in a clone: make setup",
    });
  });

  it("is to be compiled in a clone, which lists no packages", () => {
    writeManifest(folder, { version: "1.2.3", optionalDependencies: { webgpu: "^0.6.2" } });
    expect(findNativeBinary(folder, { platform })).toEqual({
      file: null,
      reason: "it has not been built for this machine",
      remedy: "install a C++ compiler (g++ 9 or clang++ 10, or newer) and run make setup",
    });
  });

  function installPackage(where: string, version: string): string {
    const file = path.join(where, "node_modules", name, "addon.node");
    writeManifest(path.dirname(file), { version, main: "addon.node" });
    writeFileSync(file, "");
    return file;
  }
});

describe("the name of this platform", () => {
  it("has Node's words, and musl where Node knows no glibc", () => {
    const { header } = process.report.getReport() as unknown as { header: { glibcVersionRuntime?: string } };
    const libc = process.platform === "linux" && header.glibcVersionRuntime === undefined ? "-musl" : "";
    expect(nativePlatform()).toBe(`${process.platform}-${process.arch}${libc}`);
  });
});

function writeManifest(folder: string, manifest: object): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, "package.json"), JSON.stringify(manifest));
}
