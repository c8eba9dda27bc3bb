/** ./lawn-ranker, the command of a clone. */
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, expect, it } from "@jest/globals";

const clone = mkdtempSync(path.join(tmpdir(), "a clone "));
afterAll(() => rmSync(clone, { recursive: true }));

it("runs what was compiled from whatever folder it is called, and says how to where nothing was", () => {
  copyFileSync(path.resolve(import.meta.dirname, "../../lawn-ranker"), path.join(clone, "lawn-ranker"));
  const call = () => spawnSync(path.join(clone, "lawn-ranker"), ["score", "a b"], { cwd: tmpdir(), encoding: "utf8" });
  const { status, stderr } = call();
  expect(status).toBe(1);
  expect(stderr).toBe(`lawn-ranker: not built yet; run: make -C "${clone}" build\n`);
  mkdirSync(path.join(clone, "dist/pipelines"), { recursive: true });
  writeFileSync(path.join(clone, "dist/pipelines/cli.js"), "console.log(process.argv.slice(2).join('|'))");
  expect(call().stdout).toBe("score|a b\n");
});
