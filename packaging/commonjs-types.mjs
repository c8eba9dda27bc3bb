/**
 * Types for `require("lawn-ranker/...")`, beside those for `import`: dist/library/*.d.cts. Node requires our ES modules
 * as they are (20.19, 22.12 and newer); TypeScript's `node16` knows nothing of that, and refuses a package whose types
 * are those of an ES module. These are of CommonJS, and take each name from there.
 */
import { readdirSync, writeFileSync } from "node:fs";
import path from "node:path";

const library = path.resolve(import.meta.dirname, "../dist/library");
const MODE = 'with { "resolution-mode": "import" }';

for (const name of readdirSync(library).filter((file) => file.endsWith(".js"))) {
  const entry = path.basename(name, ".js");
  const module = `import("./${entry}.js", { with: { "resolution-mode": "import" } })`;
  const { names, classes } = await valuesOf(name);
  const lines = names.flatMap((value) => [
    `export declare const ${value}: typeof ${module}.${value};`,
    ...(classes.has(value) ? [`export type ${value} = ${module}.${value};`] : []),
  ]);
  // What is declared here hides what the star brings.
  const text = [`export type * from "./${entry}.js" ${MODE};`, ...lines, ""].join("\n");
  writeFileSync(path.join(library, `${entry}.d.cts`), text);
}

/** Of values, TypeScript's own list would do as well; what is there at run time is what `require` gives. */
async function valuesOf(file) {
  const values = await import(path.join(library, file));
  const names = Object.keys(values);
  const isClass = (name) => /^class\b/.test(Function.prototype.toString.call(values[name]));
  return { names, classes: new Set(names.filter((name) => typeof values[name] === "function" && isClass(name))) };
}
