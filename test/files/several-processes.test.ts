/** Real processes that want one lock at once, the one before having died with it, or move one link. */
import { type ChildProcess, fork } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { beforeAll, describe, expect, it } from "@jest/globals";
import { compiledPackage } from "../support/stages/compiled-program.ts";
import { useTemporaryFolder } from "../support/stages/temporary-folder.ts";

const temporary = useTemporaryFolder();
let contender = "";

/** Moves a link to and fro, and says how often it could not. */
const MOVER = `
import { replaceLink } from "PACKAGE/dist/src/files/write-file.js";
import { workName } from "PACKAGE/dist/src/files/work-names.js";
const [, , link, target] = process.argv;
let failures = 0;
for (let move = 0; move < 200; move++) {
  await replaceLink(link, target, workName(link, { place: "here", processId: process.pid })).catch(() => failures++);
}
process.send(failures);
`;

/** Told the name of a lock: takes it, is alone in `inside` for a moment, and says what it saw. */
const SCRIPT = `
import { open, rm } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { takeLock } from "PACKAGE/dist/src/files/lock-file.js";
import { processIdentity } from "PACKAGE/dist/pipelines/process-identity.js";
const isAlive = (id) => { try { process.kill(id, 0); return true; } catch { return false; } };
const identity = processIdentity({ processId: process.pid, random: String(process.pid), isAlive });
process.on("message", async ({ lock, dies }) => {
  try {
    const release = await takeLock(lock, { ...identity, now: Date.now });
    if (dies) process.kill(process.pid, "SIGKILL");
    const inside = lock + "-inside";
    const alone = await open(inside, "wx").then((file) => file.close().then(() => true), () => false);
    await sleep(15);
    if (alone) await rm(inside);
    await release();
    process.send(alone ? "held" : "not alone");
  } catch (error) {
    process.send(/is at work here/.test(error.message) ? "refused" : error.stack);
  }
});
process.send("ready");
`;

beforeAll(async () => {
  const program = await compiledPackage();
  contender = temporary("contender.mjs");
  writeFileSync(contender, SCRIPT.replaceAll("PACKAGE", program));
}, 240_000);

const answer = (child: ChildProcess): Promise<unknown> =>
  new Promise((resolve) => {
    child.once("message", resolve);
    child.once("exit", () => resolve("gone"));
  });

async function start(): Promise<ChildProcess> {
  const child = fork(contender, { execArgv: [] });
  await answer(child);
  return child;
}

describe("two processes", () => {
  it("point one link at their runs at once, 200 times each, and never fail", async () => {
    const folder = temporary("links");
    mkdirSync(folder);
    const script = temporary("mover.mjs");
    writeFileSync(script, MOVER.replaceAll("PACKAGE", await compiledPackage()));
    const link = path.join(folder, "latest");
    const movers = ["a", "b"].map((target) => fork(script, [link, target], { execArgv: [] }));
    expect(await Promise.all(movers.map(answer))).toEqual([0, 0]);
    expect(["a", "b"]).toContain(readlinkSync(link));
    expect(readdirSync(folder)).toEqual(["latest"]);
  }, 120_000);
});

describe("four contenders", () => {
  it("never hold a lock two at once in 60 rounds, each after a holder that was killed", async () => {
    const folder = temporary("rounds");
    mkdirSync(folder);
    const children = await Promise.all([1, 2, 3, 4].map(start));
    const dead = await start();
    const died = answer(dead);
    const left = path.join(folder, "left");
    dead.send({ lock: left, dies: true });
    expect(await died).toBe("gone");
    const stale = readFileSync(left, "utf8");
    const seen: unknown[] = [];
    for (let round = 0; round < 60; round++) {
      const lock = path.join(folder, `lock-${round}`);
      writeFileSync(lock, stale);
      const answers = children.map(answer);
      for (const child of children) child.send({ lock, dies: false });
      const said = await Promise.all(answers);
      expect(said).toContain("held");
      seen.push(...said);
    }
    for (const child of children) child.kill();
    expect(seen.filter((word) => word !== "held" && word !== "refused")).toEqual([]);
    expect(readdirSync(folder)).toEqual(["left"]);
  }, 120_000);
});
