/** What is found amiss with a binary: on the compiler's own, and on those that the webgpu package brings for others. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "@jest/globals";

interface Found {
  readonly cpu: string;
  readonly libraries: readonly string[];
  readonly exports: readonly string[];
  readonly signature?: string;
  readonly system?: string;
  readonly unbound?: readonly string[];
  readonly nodeImports?: readonly string[];
}

const root = path.resolve(import.meta.dirname, "../..");
const load = (file: string) => import(path.join(root, "packaging/inspect", file));
const { problemsOf }: { problemsOf(bytes: Buffer, platform: object): string[] } = await load("problems.mjs");
const { inspectMachO }: { inspectMachO(bytes: Buffer): Found } = await load("mach-o.mjs");
const { inspectPe }: { inspectPe(bytes: Buffer): Found } = await load("pe.mjs");

const webgpu = path.join(root, "node_modules/webgpu/dist");

describe("a library of Linux", () => {
  const bytes = readFileSync(path.join(webgpu, "linux-x64/dawn.node"));

  it("says which libraries and versions it needs", () => {
    const problems = problemsOf(bytes, { os: "linux", cpu: "x64", libc: "glibc", target: "x86_64-linux-gnu.2.2" });
    expect(problems).toContain("it needs libstdc++.so.6, which not every machine has");
    expect(problems.filter((problem) => /^it needs GLIBC_2\.\d+, younger than 2\.2$/.test(problem))).not.toEqual([]);
    expect(problems.filter((problem) => /of Node|by which Node|it is for/.test(problem))).toEqual([]);
  });

  it("is not for another processor", () => {
    const platform = { os: "linux", cpu: "arm64", libc: "glibc", target: "aarch64-linux-gnu.2.17" };
    expect(problemsOf(bytes, platform)).toContain("it is for x64");
  });
});

describe("a library of Windows", () => {
  it("says what it is bound to, and by what Node opens it", () => {
    const found = inspectPe(readFileSync(path.join(webgpu, "win32-x64/dawn.node")));
    expect([found.cpu, found.exports.includes("napi_register_module_v1")]).toEqual(["x64", true]);
    expect(found.libraries.map((name) => name.toLowerCase())).toContain("kernel32.dll");
    expect(found.nodeImports).toContain("napi_create_function");
  });
});

describe("a library of macOS", () => {
  const slice = arm64SliceOf(readFileSync(path.join(webgpu, "darwin-universal/dawn.node")));

  it("says what it needs, and its signature fits its pages", () => {
    const found = inspectMachO(slice);
    expect([found.cpu, found.signature]).toEqual(["arm64", "valid"]);
    expect(found.libraries).toContain("/usr/lib/libSystem.B.dylib");
    expect(found.exports).toContain("napi_register_module_v1");
    expect(found.unbound).toContain("napi_create_function");
    expect(found.system).toMatch(/^\d+\.\d+$/);
  });

  it("is broken with one bit turned over", () => {
    const turned = Buffer.from(slice);
    turned[turned.length >> 1]! ^= 1;
    expect(inspectMachO(turned).signature).toBe("broken");
  });
});

/** Of a file for several processors (<mach-o/fat.h>, big-endian): the part for Apple's. */
function arm64SliceOf(bytes: Buffer): Buffer {
  for (let k = 0; k < bytes.readUInt32BE(4); k++) {
    const [cpu, , offset, size] = [0, 4, 8, 12].map((field) => bytes.readUInt32BE(8 + 20 * k + field));
    if (cpu === 0x0100000c) return bytes.subarray(offset, offset! + size!);
  }
  throw new Error("no part for arm64");
}
