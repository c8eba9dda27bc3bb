/** `lawn-ranker/tfjs` in a page: bundled for browsers as a module and as a script, and trained with in Chromium. */
import { execFile, spawnSync } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, it } from "@jest/globals";

const run = promisify(execFile);
const root = path.resolve(import.meta.dirname, "../../..");
const chromium = ["chromium", "chromium-browser", "google-chrome"].find(
  (name) => spawnSync(name, ["--version"]).status === 0,
);
const seconds = 1000;

/** Two steps of LAWN on one weight, which must keep its norm while the loss falls. */
const page = `
import * as tf from "@tensorflow/tfjs-core";
import "@tensorflow/tfjs-layers";
import "@tensorflow/tfjs-backend-cpu";
import { lawn } from "./library/tfjs.ts";
await tf.setBackend("cpu");
const weight = tf.variable(tf.tensor1d([3, 4]), true, "weight");
const optimizer = lawn(new tf.SGDOptimizer(0.1), { freeSteps: 0, constrain: () => true });
const loss = () => tf.sum(tf.square(tf.sub(weight, tf.tensor1d([5, 0]))));
const before = loss().dataSync()[0];
for (let step = 0; step < 2; step++) optimizer.minimize(loss);
const norm = tf.norm(weight).dataSync()[0];
document.body.textContent = Math.abs(norm - 5) < 1e-4 && loss().dataSync()[0] < before ? "trained" : "failed";
`;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "lawn-ranker-page-"));
});
afterAll(async () => rm(folder, { recursive: true, force: true }));

/** Of a text in the project's folder. esbuild refuses what a browser does not have, such as Node's own modules. */
async function bundle(text: string, format: "esm" | "iife"): Promise<string> {
  const out = path.join(folder, `${format}.js`);
  const flags = ["--bundle", "--platform=browser", `--format=${format}`, "--log-level=error", `--outfile=${out}`];
  const entry = run(path.join(root, "node_modules/.bin/esbuild"), [...flags, `--metafile=${out}.json`], { cwd: root });
  entry.child.stdin?.end(text);
  await entry;
  return out;
}

it.each(["esm", "iife"] as const)(
  "is bundled for browsers as %s, with every import static",
  async (format) => {
    const out = await bundle('export * from "./library/tfjs.ts";', format);
    const { inputs } = JSON.parse(await readFile(`${out}.json`, "utf8"));
    const own = Object.entries<{ imports: { path: string; kind: string }[] }>(inputs).filter(
      ([name]) => !name.startsWith("node_modules/"),
    );
    expect(own.map(([name]) => name)).toContain("src/engine/tfjs/lawn-optimizer.ts");
    const imports = own.flatMap(([, { imports }]) => imports);
    expect(imports.filter(({ kind }) => kind !== "import-statement")).toEqual([]);
  },
  300 * seconds,
);

const title = `trains in Chromium${chromium === undefined ? " (skipped: not installed)" : ""}`;
(chromium === undefined ? it.skip : it)(
  title,
  async () => {
    // A script may not await at its top.
    const wrapped = page.replace("await tf.setBackend", "(async () => {\nawait tf.setBackend").concat("})();");
    const script = await bundle(wrapped, "iife");
    const html = path.join(folder, "page.html");
    await writeFile(html, `<body><script src="${path.basename(script)}"></script></body>`);
    const flags = ["--headless", "--no-sandbox", "--disable-gpu", `--user-data-dir=${folder}/profile`];
    const waiting = ["--virtual-time-budget=20000", "--dump-dom"];
    const { stdout } = await run(chromium!, [...flags, ...waiting, `file://${html}`], { timeout: 200 * seconds });
    expect(stdout).toContain("trained");
  },
  300 * seconds,
);
