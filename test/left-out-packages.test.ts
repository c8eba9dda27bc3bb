/** Packages that npm left out are told by name, with what brings them back; other errors are left alone. */
import { createRequire } from "node:module";
import { describe, expect, it } from "@jest/globals";
import { leftOutRemedy } from "../src/left-out-packages.ts";

const notFound = (message: string, code = "MODULE_NOT_FOUND"): Error => Object.assign(new Error(message), { code });

describe("a package that was left out", () => {
  it.each([
    [
      "Cannot find module '@duckdb/node-bindings-linux-x64/duckdb.node'\nRequire stack:",
      "@duckdb/node-bindings-linux-x64",
    ],
    ["Cannot find module 'apache-arrow'", "apache-arrow"],
  ])("is named: %j", (message, name) => {
    expect(leftOutRemedy(notFound(message), "1.2.3")).toBe(
      `the package ${name} is not installed: npm left optional packages out, or a lock file written on another platform ` +
        "lost them; run npm uninstall lawn-ranker && npm install --include=optional lawn-ranker@1.2.3 (in a clone: npm ci)",
    );
  });

  it("is known by Node's own errors", async () => {
    const required = await tried(() => createRequire(import.meta.url)("lawn-ranker-is-not-here/file.js"));
    expect(leftOutRemedy(required, "1.2.3")).toContain("the package lawn-ranker-is-not-here is not installed");
    const imported = notFound("Cannot find package 'nowhere' imported from /a/b.js", "ERR_MODULE_NOT_FOUND");
    expect(leftOutRemedy(imported, "1.2.3")).toContain("the package nowhere is not installed");
  });

  it.each([
    notFound("Cannot find module './own-file.js'"),
    notFound("Cannot find module '/work/own-file.js' imported from /work/other.js", "ERR_MODULE_NOT_FOUND"),
    notFound("no such file", "ENOENT"),
    new Error("Cannot find module 'zod'"),
    "Cannot find module 'zod'",
    null,
  ])("is not seen in %s", (error) => {
    expect(leftOutRemedy(error, "1.2.3")).toBeNull();
  });
});

async function tried(action: () => unknown): Promise<unknown> {
  try {
    return await action();
  } catch (error) {
    return error;
  }
}
