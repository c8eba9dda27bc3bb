/** Folders for results come with those above them, or a StorageError says why they cannot. */
import { existsSync } from "node:fs";
import { stat, symlink, writeFile } from "node:fs/promises";
import { describe, expect, it } from "@jest/globals";
import { cannotWrite, makeFolder } from "../../src/files/make-folder.ts";
import { useTemporaryFolder } from "../support/stages/temporary-folder.ts";

describe("a folder for results", () => {
  const place = useTemporaryFolder();

  it("is made with every folder above it, and again without complaint, by two at once too", async () => {
    await Promise.all([makeFolder(place("a/b/c"), "choose another"), makeFolder(place("a/b/c"), "choose another")]);
    await makeFolder(place("a/b/c"), "choose another");
    expect((await stat(place("a/b/c"))).isDirectory()).toBe(true);
  });

  it("is refused where a file, or a link to nowhere, is in the way", async () => {
    await writeFile(place("file"), "");
    await symlink(place("nowhere"), place("link"));
    for (const folder of [place("file"), place("file/below"), place("link")]) {
      await expect(makeFolder(folder, "choose another")).rejects.toThrow(
        `${folder}: cannot write there (a file is in the way, ${codeOf(folder)}); choose another`,
      );
    }
  });

  // Node's own recursive mkdir never returns there.
  (existsSync("/proc/self") ? it : it.skip)("is refused where the file system takes none, as /proc", async () => {
    await expect(makeFolder("/proc/lawn-ranker/run", "choose another")).rejects.toThrow(
      "/proc/lawn-ranker/run: cannot write there (no such folder, and none can be made, ENOENT); choose another",
    );
  });

  it("leaves errors alone that say nothing about the place", () => {
    const other = Object.assign(new Error("too many open files"), { code: "EMFILE" });
    expect(cannotWrite("here", "choose another", other)).toBe(other);
  });

  function codeOf(folder: string): string {
    return folder === place("link") ? "EEXIST" : "ENOTDIR";
  }
});
