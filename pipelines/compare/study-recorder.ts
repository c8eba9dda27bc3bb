/** The manifest of a study being made, kept true from the first trial to the last file. */
import { rm } from "node:fs/promises";
import path from "node:path";
import { DataError } from "../../src/errors.ts";
import { readSealedJsonIfThere } from "../../src/files/json-file.ts";
import { fileProblem } from "../../src/files/recorded-files.ts";
import { sealedText } from "../../src/files/sealed-text.ts";
import { writeFileAtomically } from "../../src/files/write-file.ts";
import { hashOf } from "../../src/runs/run-directory.ts";
import type { StoredStudy } from "../../src/runs/stored-study.ts";
import { studyFiles, trialFile, trialOf } from "../../src/runs/study-directory.ts";
import { type StudyManifest, studyManifestSchema } from "../../src/runs/study-manifest.ts";
import type { StageContext } from "../stage.ts";
import { hasTrial } from "../trials/trial-files.ts";

export class StudyRecorder {
  readonly #folder: string;
  #manifest: StudyManifest;
  readonly #elapsed: () => number;
  readonly #startedAt: number;
  readonly #earlierSeconds: number;

  private constructor(folder: string, manifest: StudyManifest, { elapsed }: Pick<StageContext, "elapsed">) {
    this.#folder = folder;
    this.#manifest = manifest;
    this.#elapsed = elapsed;
    this.#startedAt = elapsed();
    this.#earlierSeconds = manifest.seconds;
  }

  /**
   * Takes up the manifest of an earlier session, or begins one; written at once. Throws DataError, before, where a
   * trial that the manifest vouches for was changed since.
   */
  static async open(
    made: { readonly folder: string; readonly stored: StoredStudy; readonly workers: number },
    context: StageContext,
  ): Promise<StudyRecorder> {
    const earlier = await readStudyManifest(made.folder);
    const files = await unchangedTrials(made.folder, earlier);
    const recorder = new StudyRecorder(made.folder, { ...newManifest(made, earlier, context), files }, context);
    await recorder.save({});
    return recorder;
  }

  async save(change: Partial<StudyManifest>): Promise<void> {
    this.#manifest = {
      ...this.#manifest,
      seconds: this.#earlierSeconds + (this.#elapsed() - this.#startedAt) / 1000,
      ...change,
    };
    await writeFileAtomically(path.join(this.#folder, studyFiles.manifest), sealedText(this.#manifest));
  }

  async finish(files: StudyManifest["files"], trials: StudyManifest["trials"]): Promise<void> {
    await this.save({ status: "done", reason: null, files, trials });
  }
}

/** Removes a study that was in the folder, its manifest first: without it the folder is no study. */
export async function clearStudy(folder: string): Promise<void> {
  const { manifest, lock: _, ...others } = studyFiles;
  for (const name of [manifest, ...Object.values(others), "report.html"]) {
    await rm(path.join(folder, name), { force: true, recursive: true });
  }
}

/** Null when the folder, or the file in it, is not there. Throws DataError for a damaged one. */
async function readStudyManifest(folder: string): Promise<StudyManifest | null> {
  const words = {
    what: "the manifest of a study",
    remedy: "put it back, or remove it and give the same command again: trials are kept",
  };
  return readSealedJsonIfThere(path.join(folder, studyFiles.manifest), studyManifestSchema, words);
}

/** Of the files that a finished study recorded, those of trials; a trial without its record will be run again. */
async function unchangedTrials(folder: string, earlier: StudyManifest | null): Promise<StudyManifest["files"]> {
  const there: StudyManifest["files"] = {};
  for (const [name, content] of Object.entries(earlier?.files ?? {})) {
    const id = trialOf(name);
    if (id === null || !(await hasTrial(folder, id))) continue;
    const problem = await fileProblem({ path: path.join(folder, name), role: "output", ...content });
    if (problem !== null) {
      throw new DataError(`${problem}; put it back, or remove ${trialFile(id)} and the trial is run again`);
    }
    there[name] = content;
  }
  return there;
}

function newManifest(
  { folder, stored, workers }: { readonly folder: string; readonly stored: StoredStudy; readonly workers: number },
  earlier: StudyManifest | null,
  context: StageContext,
): StudyManifest {
  const { packageVersion, gitCommit, node, platform } = context.environment;
  const { study, engine, datasets } = stored;
  return {
    stage: "compare",
    status: "running",
    reason: null,
    study: path.basename(path.resolve(folder)),
    studyHash: hashOf({ study, engine, datasets }),
    datasets: datasets.filter(({ name }, index) => datasets.findIndex((other) => other.name === name) === index),
    engine,
    workers,
    packageVersion,
    gitCommit,
    node,
    platform,
    startedAt: earlier?.startedAt ?? new Date(context.now()).toISOString(),
    resumptions: earlier === null ? 0 : earlier.resumptions + 1,
    seconds: earlier?.seconds ?? 0,
    trials: earlier?.trials ?? { planned: 0, finished: 0, diverged: 0 },
    files: {},
  };
}
