/**
 * The stage `doctor`: what this machine offers, which engine would run and why, and whether results could be written.
 */
import { mkdtemp, rmdir, stat } from "node:fs/promises";
import { availableParallelism, cpus, freemem, totalmem } from "node:os";
import path from "node:path";
import { type DoctorConfig, doctorSchema } from "../src/config/schemas/doctor-schema.ts";
import { loadNativeAddon } from "../src/engine/native/native-addon.ts";
import { type EngineAvailability, engineAvailability } from "../src/engine/open-engine.ts";
import { messageOf } from "../src/errors.ts";
import type { Stage, StageContext, StageResult } from "./stage.ts";

export const doctorStage: Stage<typeof doctorSchema> = {
  name: "doctor",
  schema: doctorSchema,
  run: examine,
};

/** The reference engine is some thirty times slower than the native one. */
const SLOW = "all works, but slowly: the fast engine is not here, see above";
/** As package.json has it under `engines`; a test holds them together. */
const LEAST_NODE = [20, 15] as const;

async function examine(config: DoctorConfig, context: StageContext): Promise<StageResult> {
  const engines = await engineAvailability();
  const chosen = engines.find((engine) => engine.isAutomatic && engine.available) ?? null;
  const binary = loadNativeAddon();
  const folders = await Promise.all([config.dataRoot, config.modelsRoot].map(examineFolder));
  const { environment } = context;
  const nodeIsRecent = isRecent(environment.node);
  const isHealthy = nodeIsRecent && chosen !== null && folders.every((folder) => folder.isWritable);
  const cores = availableParallelism();
  const lines = [
    `lawn-ranker ${environment.packageVersion}${environment.gitCommit === null ? "" : ` (commit ${environment.gitCommit})`}`,
    `node ${environment.node} on ${environment.platform}${nodeIsRecent ? "" : `: too old, expected ${LEAST_NODE.join(".")} or newer`}`,
    `cores ${cores} (${cpus()[0]?.model.trim() ?? "unknown"}), memory ${gibibytes(totalmem())} GiB, ${gibibytes(freemem())} free`,
    ...engines.map((engine) => engineLine(engine, engine === chosen)),
    ...(binary.addon === null ? [] : [`native binary ${binary.file}: ${binary.origin}`]),
    ...folders.map(
      ({ folder, isWritable, problem }) => `${folder}: ${isWritable ? "writable" : `not writable: ${problem}`}`,
    ),
    isHealthy ? (chosen.name === "reference" ? SLOW : "all is well") : "not everything is well, see above",
  ];
  return {
    json: {
      stage: "doctor",
      isHealthy,
      packageVersion: environment.packageVersion,
      gitCommit: environment.gitCommit,
      node: environment.node,
      platform: environment.platform,
      cores,
      memoryBytes: totalmem(),
      engine: chosen?.name ?? null,
      engines,
      nativeBinary: binary.addon === null ? null : { file: binary.file, origin: binary.origin },
      folders,
    },
    text: lines.join("\n"),
    exitCode: isHealthy ? 0 : 1,
  };
}

function isRecent(version: string): boolean {
  const [major = 0, minor = 0] = version.slice(1).split(".").map(Number);
  return major > LEAST_NODE[0] || (major === LEAST_NODE[0] && minor >= LEAST_NODE[1]);
}

function engineLine(engine: EngineAvailability, isChosen: boolean): string {
  const { name, available, description, reason, remedy, isAutomatic } = engine;
  if (!available) return `engine ${name}: cannot run: ${reason}; ${remedy}`;
  if (!isAutomatic) return `engine ${name}: ${description} - only by name: --engine ${name}`;
  return `engine ${name}: ${description}${isChosen ? " - would run: the fastest that can" : ""}`;
}

interface ExaminedFolder {
  readonly folder: string;
  readonly isWritable: boolean;
  readonly problem: string;
}

/** A folder that is not there yet counts by the nearest one above it, where it would be made. Leaves nothing behind. */
async function examineFolder(folder: string): Promise<ExaminedFolder> {
  try {
    const existing = await nearestExisting(path.resolve(folder));
    // Trying beats asking: root passes every permission check and still cannot write to a read-only file system.
    await rmdir(await mkdtemp(path.join(existing, ".lawn-ranker-doctor-")));
    return { folder, isWritable: true, problem: "" };
  } catch (error) {
    return { folder, isWritable: false, problem: messageOf(error) };
  }
}

async function nearestExisting(folder: string): Promise<string> {
  const found = await stat(folder).catch(() => null);
  if (found !== null || path.dirname(folder) === folder) return folder;
  return nearestExisting(path.dirname(folder));
}

function gibibytes(bytes: number): string {
  return (bytes / 2 ** 30).toFixed(1);
}
