/** The table of platforms, and what is made of its rows. */
import path from "node:path";
import { describe, expect, it } from "@jest/globals";

interface Platform {
  readonly name: string;
  readonly os: string;
  readonly cpu: string;
  readonly libc?: string;
}

const file = path.resolve(import.meta.dirname, "../../packaging/platforms.mjs");
const { namesOf, packageNameOf, platforms, platformsCalled } = (await import(file)) as {
  readonly platforms: readonly Platform[];
  namesOf(words: readonly string[]): string[];
  packageNameOf(platform: Platform): string;
  platformsCalled(names: readonly string[]): readonly Platform[];
};

describe("the table of platforms", () => {
  it("names each row as src/engine/native/native-platform.ts names the machine", () => {
    for (const { name, os, cpu, libc } of platforms) {
      expect(name).toBe(`${os}-${cpu}${libc === "musl" ? "-musl" : ""}`);
      expect(libc === undefined).toBe(os !== "linux");
    }
  });
});

describe("the platforms that a command line asks for", () => {
  it("are parted by commas or blanks, and all for none", () => {
    expect(namesOf(["linux-x64,darwin-arm64", " win32-x64 "])).toEqual(["linux-x64", "darwin-arm64", "win32-x64"]);
    expect(platformsCalled(namesOf(["win32-x64,linux-x64"])).map(packageNameOf)).toEqual([
      "@lawn-ranker/native-linux-x64",
      "@lawn-ranker/native-win32-x64",
    ]);
    expect(platformsCalled(namesOf([""]))).toEqual(platforms);
  });

  it("are refused by name where there is none", () => {
    expect(() => platformsCalled(["linux-x64", "linux-x86"])).toThrow(
      "there is no platform linux-x86; expected some of linux-x64, linux-arm64,",
    );
  });
});
