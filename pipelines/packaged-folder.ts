/** Folders of JSON files that this program brings along: recommended settings and ready studies. */
import { existsSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

/** Beside this file in the sources; the compiled program finds them in the package's own pipelines folder. */
export function packagedFolder(name: "configs" | "studies"): string {
  const here = path.dirname(fileURLToPath(import.meta.url));
  const beside = path.join(here, name);
  return existsSync(beside) ? beside : path.join(here, "..", "..", "pipelines", name);
}
