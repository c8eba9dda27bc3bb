/** The manifest of a study being made, kept true from the first trial to the last file. */
import path from "node:path";
import { readJsonIfThere } from "../../src/files/json-file.ts";
import { writeFileAtomically } from "../../src/files/write-file.ts";
import { hashOf } from "../../src/runs/run-directory.ts";
import type { StoredStudy } from "../../src/runs/stored-study.ts";
import { studyFiles } from "../../src/runs/study-directory.ts";
import { type StudyManifest, studyManifestSchema } from "../../src/runs/study-manifest.ts";
import type { StageContext } from "../stage.ts";

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

  /** Takes up the manifest of an earlier session, or begins one; written at once. */
  static async open(
    made: { readonly folder: string; readonly stored: StoredStudy; readonly workers: number },
    context: StageContext,
  ): Promise<StudyRecorder> {
    const earlier = await readStudyManifest(made.folder);
    const recorder = new StudyRecorder(made.folder, newManifest(made, earlier, context), context);
    await recorder.save({});
    return recorder;
  }

  async save(change: Partial<StudyManifest>): Promise<void> {
    this.#manifest = {
      ...this.#manifest,
      seconds: this.#earlierSeconds + (this.#elapsed() - this.#startedAt) / 1000,
      ...change,
    };
    await writeFileAtomically(
      path.join(this.#folder, studyFiles.manifest),
      `${JSON.stringify(this.#manifest, null, 2)}\n`,
    );
  }

  async finish(files: StudyManifest["files"], trials: StudyManifest["trials"]): Promise<void> {
    await this.save({ status: "done", reason: null, files, trials });
  }
}

/** Null when the folder, or the file in it, is not there. Throws DataError for a damaged one. */
async function readStudyManifest(folder: string): Promise<StudyManifest | null> {
  const words = { what: "the manifest of a study", remedy: "begin anew with --force" };
  return readJsonIfThere(path.join(folder, studyFiles.manifest), studyManifestSchema, words);
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
