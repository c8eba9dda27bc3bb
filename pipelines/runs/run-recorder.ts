/** A run being made: every file of its directory is written here, whole or not at all, and its manifest kept true. */
import { open, readdir, readFile, rm, stat } from "node:fs/promises";
import path from "node:path";
import type { Snapshot } from "../../src/engine/engine.ts";
import { DataError } from "../../src/errors.ts";
import { errorCode } from "../../src/files/error-code.ts";
import { readTextIfThere, sha256Of } from "../../src/files/file-content.ts";
import { sealedText } from "../../src/files/sealed-text.ts";
import { writeFileAtomically } from "../../src/files/write-file.ts";
import { decodeCheckpoint, encodeCheckpoint } from "../../src/ranker/checkpoint.ts";
import type { Parameters, RankerSpec } from "../../src/ranker/ranker-spec.ts";
import { foldSides, hasSides, type Sides } from "../../src/ranker/side.ts";
import type { Manifest } from "../../src/runs/manifest.ts";
import {
  keptDatasetFiles,
  keptDatasetFolder,
  keptFeaturesFile,
  runFiles,
  TUNING_FOLDER,
} from "../../src/runs/run-directory.ts";
import { studyFiles } from "../../src/runs/study-directory.ts";
import { type EpochRecord, epochLine, parseTrainingLog, recordsThrough } from "../../src/runs/training-log.ts";
import { encodeOptimizer } from "../../src/training/optimizer-file.ts";
import { encodeResume, type ResumeFile } from "../../src/training/resume-checkpoint.ts";
import type { StageContext } from "../stage.ts";
import { readManifest } from "./stored-run.ts";

type RecorderContext = Pick<StageContext, "now" | "elapsed" | "peakMemoryBytes">;

/** The parameters a run stands for, and which epoch of which pass they are. */
export interface ChosenParameters {
  /** Of the tables as they were trained, whose rows the sides are sums of. */
  readonly spec: RankerSpec;
  readonly sides: Sides;
  readonly parameters: Parameters;
  /** The optimizer's state that goes with them; null unless it is kept. */
  readonly optimizer: Snapshot["optimizer"];
  /** From 1. */
  readonly epoch: number;
  readonly pass: EpochRecord["pass"];
}

export class RunRecorder {
  readonly directory: string;
  #manifest: Manifest;
  readonly #context: RecorderContext;
  readonly #startedAt: number;
  readonly #earlierSeconds: number;
  #savedChoice = "";

  constructor(directory: string, manifest: Manifest, context: RecorderContext) {
    this.directory = directory;
    this.#manifest = manifest;
    this.#context = context;
    this.#startedAt = context.elapsed();
    this.#earlierSeconds = manifest.seconds;
  }

  get manifest(): Manifest {
    return this.#manifest;
  }

  async saveConfig(config: Readonly<Record<string, unknown>>): Promise<void> {
    await writeFileAtomically(this.#path("config"), `${JSON.stringify(config, null, 2)}\n`);
  }

  async saveManifest(change: Partial<Manifest>): Promise<void> {
    this.#manifest = {
      ...this.#manifest,
      seconds: this.#earlierSeconds + (this.#context.elapsed() - this.#startedAt) / 1000,
      peakMemoryBytes: Math.max(this.#manifest.peakMemoryBytes, this.#context.peakMemoryBytes()),
      ...change,
    };
    await writeFileAtomically(this.#path("manifest"), sealedText(this.#manifest));
  }

  /** Cuts off what training past `epoch` of `pass` had logged before it was lost; that will be trained again. */
  async rewindLog(pass: EpochRecord["pass"], epoch: number): Promise<void> {
    const records = recordsThrough(await this.epochs(), pass, epoch);
    await writeFileAtomically(this.#path("log"), records.map(epochLine).join(""));
  }

  /** What has been logged so far, of both passes and from before an interruption too. */
  async epochs(): Promise<readonly EpochRecord[]> {
    const file = this.#path("log");
    return parseTrainingLog((await readTextIfThere(file)) ?? "", file);
  }

  async log(record: EpochRecord): Promise<void> {
    const file = await open(this.#path("log"), "a");
    try {
      await file.writeFile(epochLine(record));
      await file.sync();
    } finally {
      await file.close();
    }
  }

  async saveResume(file: ResumeFile): Promise<void> {
    await writeFileAtomically(this.#path("resume"), encodeResume(file));
    await this.saveManifest({});
  }

  async hasResume(): Promise<boolean> {
    return (await stat(this.#path("resume")).catch(() => null)) !== null;
  }

  /**
   * Writes the checkpoint unless this very choice is there already, its sides folded: whoever opens a run finds a plain
   * ranker of users and items. The same parameters give the same bytes.
   */
  async saveChosen(chosen: ChosenParameters): Promise<void> {
    const choice = `${chosen.pass} ${chosen.epoch}`;
    if (choice === this.#savedChoice) return;
    await this.#saveRanker(chosen, { parameters: "checkpoint", rows: "rows", optimizer: "optimizer" });
    this.#savedChoice = choice;
  }

  /** Keeps the ranker that validation selected, before a refit puts another in its place. */
  async saveSelected(chosen: ChosenParameters): Promise<void> {
    await this.#saveRanker(chosen, {
      parameters: "selected",
      rows: "selectedRows",
      optimizer: "selectedOptimizer",
    });
  }

  /** What saveSelected kept, folded, in an earlier session too. Throws DataError where it is not there. */
  async readSelected(): Promise<Pick<ChosenParameters, "spec" | "parameters">> {
    const file = this.#path("selected");
    const bytes = await readFile(file).catch((error: unknown) => {
      if (errorCode(error) !== "ENOENT") throw error;
      throw new DataError(`${file} is missing; put it back or train anew with --force`);
    });
    const { spec, parameters } = decodeCheckpoint(bytes, file);
    return { spec, parameters };
  }

  async #saveRanker(
    { spec, sides, parameters, optimizer, epoch, pass }: ChosenParameters,
    files: Readonly<Record<"parameters" | "rows" | "optimizer", keyof typeof runFiles>>,
  ): Promise<void> {
    const { dataset } = this.#manifest;
    const metadata = { dataset: dataset.name, datasetHash: dataset.contentHash, epoch: String(epoch), pass };
    // State and rows first: should this end between the two, they are written again with the ranker.
    if (optimizer !== null) await writeFileAtomically(this.#path(files.optimizer), encodeOptimizer(optimizer));
    else await rm(this.#path(files.optimizer), { force: true }); // of another epoch, from a session that kept it
    const encoded = (ranker: Pick<ChosenParameters, "spec" | "parameters">) =>
      encodeCheckpoint({ ...ranker, extras: new Map(), metadata });
    const rows = this.#path(files.rows);
    if (hasSides(sides)) await writeFileAtomically(rows, encoded({ spec, parameters }));
    else await rm(rows, { force: true });
    await writeFileAtomically(this.#path(files.parameters), encoded(foldSides(spec, parameters, sides)));
  }

  /**
   * Closes the record: hashes of all files, and status done. Whatever ends the process before has left what --resume
   * needs; what is still to be done after (settle) can be done again.
   */
  async finish({ outcome, rankers }: Pick<Manifest, "outcome" | "rankers">): Promise<void> {
    const files: Record<string, { bytes: number; sha256: string }> = {};
    const { resume, lock, manifest, ...own } = runFiles;
    const kept = [...keptDatasetFiles, keptFeaturesFile].map((name) => path.posix.join(keptDatasetFolder, name));
    for (const name of [...Object.values(own), ...kept, ...(await tuningRecords(this.directory))]) {
      const described = await describeFile(path.join(this.directory, name));
      if (described !== null) files[name] = described;
    }
    const finishedAt = new Date(this.#context.now()).toISOString();
    await this.saveManifest({
      status: "done",
      reason: null,
      outcome,
      ...(rankers === undefined ? {} : { rankers }),
      finishedAt,
      files,
    });
  }

  /** Says why it failed, unless the disk holds it as done: a finished run stays finished. */
  async fail(reason: string): Promise<void> {
    if ((await readManifest(this.directory))?.status === "done") return;
    await this.saveManifest({ status: "failed", reason });
  }

  #path(file: keyof typeof runFiles): string {
    return path.join(this.directory, runFiles[file]);
  }
}

/** Of a run whose settings were searched, relative to its folder. */
async function tuningRecords(directory: string): Promise<readonly string[]> {
  const folder = path.posix.join(TUNING_FOLDER, studyFiles.trialsFolder);
  const names = await readdir(path.join(directory, folder)).catch(() => []);
  return names.filter((name) => name.endsWith(".json")).map((name) => path.posix.join(folder, name));
}

async function describeFile(file: string): Promise<{ bytes: number; sha256: string } | null> {
  if (!(await stat(file).catch(() => null))?.isFile()) return null;
  const bytes = await readFile(file);
  return { bytes: bytes.length, sha256: sha256Of(bytes) };
}
