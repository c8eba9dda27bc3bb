/** What npm installs, unpacked: packed once a run of the tests, from a clone in which nothing was built. */
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { cp, mkdir, readdir, symlink } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { cloneInto } from "./compiled-program.ts";
import { madeOnce } from "./made-once.ts";

const root = path.resolve(import.meta.dirname, "../../..");
const run = promisify(execFile);

/** Its folder, below a node_modules whose other packages are those installed here. */
export async function packedPackage(): Promise<string> {
  const made = await madeOnce("packed", async (folder) => {
    const clone = path.join(folder, "clone");
    await mkdir(clone);
    await cloneInto(clone);
    await run("npm", ["pack", "--silent", "--pack-destination", folder], { cwd: clone });
    const tarball = (await readdir(folder)).find((name) => name.endsWith(".tgz"));
    await run("tar", ["-xzf", tarball!], { cwd: folder });
    const unpacked = path.join(folder, "package");
    // The packages themselves are those installed here: what is tested is our tarball, not the registry.
    await symlink(path.join(root, "node_modules"), path.join(unpacked, "node_modules"), "dir");
    // The same sources as here need no other native build than the one here.
    const built = path.join(root, "build/Release");
    if (existsSync(built)) await cp(built, path.join(unpacked, "build/Release"), { recursive: true });
  });
  return path.join(made, "package");
}

/** Links it, and `others`, into a program's folder. */
export async function installInto(folder: string, others: readonly string[] = []): Promise<void> {
  await mkdir(path.join(folder, "node_modules"), { recursive: true });
  const places = [
    ["lawn-ranker", await packedPackage()],
    ...others.map((name) => [name, path.join(root, "node_modules", name)]),
  ];
  for (const [name, place] of places) await symlink(place!, path.join(folder, "node_modules", name!), "dir");
}
