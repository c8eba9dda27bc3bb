/**
 * What can be said here of every platform's packed binary: what it needs of a machine, and, where a Node of that
 * platform runs, what it computes. Prints a table; exit status 1 where anything is amiss.
 *
 *   node packaging/check-prebuilds.mjs                       every platform of platforms.mjs
 *   node packaging/check-prebuilds.mjs linux-x64,win32-x64   these
 *
 * Takes the tarballs of dist-packages (make packages). This Node runs its own platform; build/nodes/<platform>, a
 * command that takes Node's arguments, runs another (packaging/fetch-nodes.sh makes them). Without one a binary is only
 * inspected.
 */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { nativePlatform } from "../dist/src/engine/native/native-platform.js";
import { addonFile } from "../src/engine/native/compile/translation-units.mjs";
import { problemsOf } from "./inspect/problems.mjs";
import { namesOf, packageNameOf, platformsCalled, root } from "./platforms.mjs";

/** Of a tensor's largest value, after the steps of prove-engine.mjs: float32 against float64. */
const MOST_ERROR = 1e-4;

const scratch = path.join(root, "build/check-prebuilds");
const tarballs = path.join(root, "dist-packages");
const here = nativePlatform();

try {
  mkdirSync(scratch, { recursive: true });
  const rows = platformsCalled(namesOf(process.argv.slice(2))).map(checkPlatform);
  rows.push(...checkCompiled());
  writeFileSync(path.join(scratch, "results.json"), `${JSON.stringify(rows, null, 2)}\n`);
  for (const row of rows) console.log(lineOf(row));
  console.log(agreementOf(rows));
  if (rows.some(({ problems }) => problems.length > 0)) process.exitCode = 1;
} catch (error) {
  console.error(`check-prebuilds: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}

function checkPlatform(platform) {
  const { name } = platform;
  const modules = path.join(scratch, name, "node_modules");
  rmSync(path.join(scratch, name), { recursive: true, force: true });
  const folder = path.join(modules, "lawn-ranker");
  unpack(/^lawn-ranker-\d/, folder);
  const own = path.join(modules, packageNameOf(platform));
  unpack(new RegExp(`^lawn-ranker-native-${name}-\\d`), own);
  const file = path.join(own, addonFile);
  const proof = prove(name, folder);
  const problems = [...problemsOf(readFileSync(file), platform), ...proof.problems];
  return { ...proof, name, bytes: statSync(file).size, problems };
}

/** What the compiler of this machine made, to compare with. */
function checkCompiled() {
  const file = path.join(root, "build/Release", addonFile);
  const name = `${here}, compiled here`;
  return existsSync(file) ? [{ ...prove(here, root), name, bytes: statSync(file).size }] : [];
}

function unpack(pattern, folder) {
  const file = existsSync(tarballs) ? readdirSync(tarballs).find((name) => pattern.test(name)) : undefined;
  if (file === undefined) throw new Error(`dist-packages has no ${pattern.source}*.tgz; run: make packages`);
  mkdirSync(folder, { recursive: true });
  execFileSync("tar", ["-xzf", path.join(tarballs, file), "-C", folder, "--strip-components=1"]);
}

/** What prove-engine.mjs finds; `runBy` is null where no Node of the platform runs here. */
function prove(platform, folder) {
  const foreign = path.join(root, "build/nodes", platform);
  const node = platform === here ? process.execPath : existsSync(foreign) ? foreign : null;
  if (node === null) return { runBy: null, origin: null, trainings: [], problems: [] };
  const output = path.join(scratch, "proof.json");
  rmSync(output, { force: true });
  const args = [path.join(import.meta.dirname, "prove-engine.mjs"), folder, output];
  execFileSync(node, args, { stdio: ["ignore", "ignore", "inherit"] });
  const { node: version, origin, problem, cpu, trainings } = JSON.parse(readFileSync(output, "utf8"));
  const problems =
    problem === undefined ? [...problemsOfTrainings(trainings), ...problemsOfDispatch(trainings, cpu)] : [problem];
  return { runBy: `node ${version}`, origin, trainings, problems };
}

function problemsOfTrainings(trainings) {
  const called = ({ name, instructionSet, threads }) => `${name} on ${instructionSet}, ${threads} threads`;
  const hashes = new Map(trainings.map((training) => [taskOf(training), training.hash]));
  return trainings.flatMap((training) => [
    ...(training.error <= MOST_ERROR ? [] : [`${called(training)}: ${training.error} away from the reference engine`]),
    ...(training.hash === hashes.get(taskOf(training)) ? [] : [`${called(training)}: bits depend on the threads`]),
  ]);
}

/** This processor runs the binaries of its own kind, emulated system or not: they must know all that it has. */
function problemsOfDispatch(trainings, cpu) {
  if (cpu !== process.arch || !existsSync("/proc/cpuinfo")) return [];
  const flags = new Set(readFileSync("/proc/cpuinfo", "utf8").split(/\s+/));
  const used = new Set(trainings.map(({ instructionSet }) => instructionSet));
  const unused = [
    ["avx2", "avx2"],
    ["avx512", "avx512bw"],
  ].filter(([set, flag]) => flags.has(flag) && !used.has(set));
  return unused.map(([set]) => `it does not see that this processor has ${set}`);
}

function taskOf({ name, instructionSet }) {
  return `${name} on ${instructionSet}`;
}

function lineOf({ name, bytes, problems, ...proof }) {
  const found = problems.map((problem) => `\n    ${problem}`).join("");
  const verdict = problems.length === 0 ? "ok" : "NOT OK";
  return `${name.padEnd(24)} ${(bytes / 1e6).toFixed(2)} MB  ${verdict}  ${proofText(proof)}${found}`;
}

function proofText({ runBy, trainings }) {
  if (runBy === null) return "inspected; no Node of this platform here";
  if (trainings.length === 0) return `run by ${runBy}`;
  const error = Math.max(...trainings.map((training) => training.error)).toExponential(1);
  return `run by ${runBy}: ${trainings.length} trainings, at most ${error} from the reference engine`;
}

/** Which binaries gave the same bits: a line for each instruction set, its groups parted by " | ". */
function agreementOf(rows) {
  const groups = new Map(); // instruction set -> all its hashes in one -> names
  for (const { name, trainings } of rows) {
    for (const set of new Set(trainings.map(({ instructionSet }) => instructionSet))) {
      const key = trainings
        .filter(({ instructionSet }) => instructionSet === set)
        .map(({ hash }) => hash)
        .join();
      const same = groups.get(set) ?? new Map();
      groups.set(set, same.set(key, [...(same.get(key) ?? []), name]));
    }
  }
  const lines = [...groups].map(
    ([set, same]) => `  ${set}: ${[...same.values()].map((names) => names.join(" = ")).join(" | ")}`,
  );
  return ["same bits on the same instruction set:", ...lines].join("\n");
}
