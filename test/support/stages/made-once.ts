/**
 * What costs seconds to make is made once a run of the tests, by the first test file that wants it,
 * whichever worker runs that.
 */
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rename, rmdir } from "node:fs/promises";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** The folder `name` of the run, which `make` has filled. It belongs to all: read it, write elsewhere. */
export async function madeOnce(name: string, make: (folder: string) => Promise<void>): Promise<string> {
  const folder = path.join(runFolder(), name);
  while (!existsSync(folder)) {
    const isOurs = await mkdir(`${folder}.lock`).then(
      () => true,
      () => false,
    );
    if (!isOurs) {
      await sleep(50);
      continue;
    }
    try {
      if (existsSync(folder)) break; // made while we asked for the lock
      const unfinished = await mkdtemp(`${folder}.`);
      await make(unfinished);
      await rename(unfinished, folder);
    } finally {
      await rmdir(`${folder}.lock`); // where it failed, the next in line fails for itself
    }
  }
  return folder;
}

function runFolder(): string {
  const folder = process.env.TEST_RUN_FOLDER;
  if (folder === undefined)
    throw new Error("TEST_RUN_FOLDER is not set; jest.config.js sets it for every run: npm test");
  return folder;
}
