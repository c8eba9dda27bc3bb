/** What is loaded with a file of this program, by its import lines: files and packages. */
import { readFileSync } from "node:fs";
import path from "node:path";

const root = path.resolve(import.meta.dirname, "../../..");

/** Paths and names of packages. Imports of types alone vanish when compiled; those by `import()` come later. */
export function loadedWith(file: string, found = new Set<string>()): Set<string> {
  if (found.has(file)) return found;
  found.add(file);
  if (!file.startsWith(root)) return found;
  const statements = readFileSync(file, "utf8").matchAll(
    /^(import|export)\s+(type\s)?([^;"']*?)from\s+["']([^"']+)["']/gm,
  );
  for (const [, , isType, names, specifier] of statements) {
    const onlyTypes = /^\{(\s*type\s[^,}]+,?)+\s*\}\s*$/.test(names!);
    if (isType !== undefined || onlyTypes) continue;
    loadedWith(specifier!.startsWith(".") ? path.resolve(path.dirname(file), specifier!) : specifier!, found);
  }
  return found;
}

/** Sorted, without Node's own. `file` from the root. */
export function packagesLoadedWith(file: string): readonly string[] {
  const loaded = [...loadedWith(path.join(root, file))];
  return loaded.filter((name) => !name.startsWith(root) && !name.startsWith("node:")).sort();
}
