/**
 * models/studies/<study>/: the names of its files. A trial's files are named for the trial, so
 * any process can write them.
 */
import path from "node:path";

export const studyFiles = {
  /** What was run, whether it is done, and the hash of every file: study-manifest.ts. */
  manifest: "manifest.json",
  /** The study as it was carried out, every setting resolved: study-schema.ts in src/config. */
  study: "study.json",
  /** Arms, chosen settings, intervals and paired tests: study-summary.ts. */
  summary: "summary.json",
  /** A row per trial. */
  trials: "trials.arrow",
  /** A row per user of each final trial. */
  perUser: "per-user.arrow",
  markdown: "table.md",
  latex: "table.tex",
  /** Folder of a file per trial. */
  trialsFolder: "trials",
  lock: "lock",
} as const;

/** The record of a trial: trial-record.ts. Relative to the study's folder. */
export function trialFile(id: string): string {
  return `${studyFiles.trialsFolder}/${id}.json`;
}

/** Test outcomes of a final trial, a row per user. Relative to the study's folder. */
export function trialPerUserFile(id: string): string {
  return `${studyFiles.trialsFolder}/${id}.per-user.arrow`;
}

/** Where a trial that halving has cut short can go on, whatever the rung: for all that begin with the same settings. */
export function trialSnapshotFile(id: string): string {
  return `${studyFiles.trialsFolder}/${id.replace(/(t\d+)-e\d+$/, "$1")}.resume.safetensors`;
}

/** Whose file this is, of either kind; null for a file of no trial. */
export function trialOf(file: string): string | null {
  const { dir, base } = path.posix.parse(file);
  return dir === studyFiles.trialsFolder ? (/^(.+?)(?:\.per-user\.arrow|\.json)$/.exec(base)?.[1] ?? null) : null;
}
