/** Before the first test: a folder that all test files of one run share, for what is made once and used by several. */
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";

export default async function makeRunFolder() {
  process.env.TEST_RUN_FOLDER = await mkdtemp(path.join(tmpdir(), "lawn-ranker-run-"));
}
