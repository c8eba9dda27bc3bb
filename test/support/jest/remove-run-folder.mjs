/** After the last test: the folder of make-run-folder.mjs goes. */
import { rm } from "node:fs/promises";

export default async function removeRunFolder() {
  await rm(process.env.TEST_RUN_FOLDER, { recursive: true, force: true });
}
