/**
 * Packs what npm publishes into dist-packages/: lawn-ranker, and for each platform a package with its binary alone.
 *
 *   node packaging/make-packages.mjs                            every platform of platforms.mjs
 *   node packaging/make-packages.mjs linux-x64,darwin-arm64     these
 *
 * The main package lists those packages, at its own version, as optional dependencies: npm installs the one that fits
 * the machine. They are written into the packed package.json alone. In the repository they would need entries in
 * package-lock.json, with the hashes of tarballs that a version has only after it was published, and `npm ci` in a
 * clone would look for them. napi-rs writes its lists at this moment too.
 */
import { execFileSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { addonFile } from "../src/engine/native/compile/translation-units.mjs";
import { binaryFolderOf, namesOf, packageNameOf, platforms, platformsCalled, root } from "./platforms.mjs";

const packages = path.join(root, "dist-packages");
const staging = path.join(root, "build/packages");

try {
  makePackages(platformsCalled(namesOf(process.argv.slice(2))));
} catch (error) {
  console.error(`packages: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}

function makePackages(chosen) {
  const missing = chosen.filter((platform) => !existsSync(path.join(binaryFolderOf(platform), addonFile)));
  if (missing.length > 0) {
    const names = missing.map(({ name }) => name).join(",");
    throw new Error(`no binary for ${names}; run: make prebuilds TARGETS=${names}`);
  }
  for (const folder of [packages, staging]) {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
  }
  const manifest = readManifest(root);
  const tarballs = [...chosen.map((platform) => packPlatform(platform, manifest)), packMain(chosen, manifest)];
  for (const file of tarballs) {
    console.error(`${path.relative(root, file)}: ${(statSync(file).size / 1e6).toFixed(2)} MB`);
  }
  const left = platforms.filter((platform) => !chosen.includes(platform)).map(({ name }) => name);
  if (left.length > 0) console.error(`not packed, and unknown to this lawn-ranker: ${left.join(", ")}`);
}

function packPlatform(platform, { version, license, engines }) {
  const folder = path.join(staging, platform.name);
  mkdirSync(folder);
  const name = packageNameOf(platform);
  const system = platform.name.replaceAll("-", " ");
  writeManifest(folder, {
    name,
    version,
    description: `The native engine of lawn-ranker for ${system}`,
    license,
    main: addonFile,
    files: [addonFile],
    engines,
    os: [platform.os],
    cpu: [platform.cpu],
    ...(platform.libc === undefined ? {} : { libc: [platform.libc] }),
    preferUnplugged: true, // a shared library cannot be loaded from inside an archive
  });
  writeFileSync(
    path.join(folder, "README.md"),
    `# ${name}\n\nThe native engine of lawn-ranker ${version}, compiled for ${system}. Install \`lawn-ranker\`: it brings ` +
      "this package\nwhere it fits. The sources are those of lawn-ranker's repository, `src/engine/native`; the binary " +
      "holds LLVM's C++\nlibrary (Apache-2.0 with LLVM exceptions) too.\n",
  );
  copyFileSync(path.join(root, "LICENSE"), path.join(folder, "LICENSE"));
  copyFileSync(path.join(binaryFolderOf(platform), addonFile), path.join(folder, addonFile));
  return pack(folder, packages, ["--ignore-scripts"]);
}

/** What `npm pack` makes of the repository, with the optional dependencies added. */
function packMain(chosen, { version }) {
  const tarball = pack(root, staging, []);
  execFileSync("tar", ["-xzf", tarball, "-C", staging]); // into package/
  const folder = path.join(staging, "package");
  const manifest = readManifest(folder);
  const own = Object.fromEntries(chosen.map((platform) => [packageNameOf(platform), version]));
  const optionalDependencies = { ...manifest.optionalDependencies, ...own };
  writeManifest(folder, { ...manifest, optionalDependencies });
  return pack(folder, packages, ["--ignore-scripts"]);
}

function pack(folder, destination, flags) {
  const args = ["pack", "--json", ...flags, "--pack-destination", destination];
  const [{ filename }] = JSON.parse(execFileSync("npm", args, { cwd: folder, encoding: "utf8" }));
  return path.join(destination, filename);
}

function readManifest(folder) {
  return JSON.parse(readFileSync(path.join(folder, "package.json"), "utf8"));
}

function writeManifest(folder, manifest) {
  writeFileSync(path.join(folder, "package.json"), `${JSON.stringify(manifest, null, 2)}\n`);
}
