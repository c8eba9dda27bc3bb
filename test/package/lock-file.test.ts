/**
 * The lock file pins every platform's packages: `npm ci` refuses one that was written where a
 * mirror lacks some of them.
 */
import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "@jest/globals";

interface LockedPackage {
  readonly version?: string;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

const root = path.resolve(import.meta.dirname, "../..");
const lock: { readonly packages: Readonly<Record<string, LockedPackage>> } = JSON.parse(
  readFileSync(path.join(root, "package-lock.json"), "utf8"),
);

describe("package-lock.json", () => {
  it("has an entry for every optional dependency of every package", () => {
    const missing = Object.entries(lock.packages).flatMap(([location, { optionalDependencies = {} }]) =>
      Object.keys(optionalDependencies).filter((name) => !isLocked(location, name)),
    );
    expect(missing).toEqual([]);
  });

  it("names no registry host", () => {
    expect(JSON.stringify(lock)).not.toContain('"resolved"');
  });
});

/** Whether `name` is found from `location` as Node looks it up: in its own node_modules, then in each enclosing one. */
function isLocked(location: string, name: string): boolean {
  for (let folder = location; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf("node_modules/") - 1))) {
    if (`${folder === "" ? "" : `${folder}/`}node_modules/${name}` in lock.packages) return true;
    if (folder === "") return false;
  }
}
