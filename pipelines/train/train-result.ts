/** What train tells people and scripts when it is done, or was stopped. */
import path from "node:path";
import { shellCommand } from "../../src/config/shell-command.ts";
import type { BaselinesRecord } from "../../src/runs/baselines-record.ts";
import type { MetricsDocument } from "../../src/runs/metrics-document.ts";
import { runFiles } from "../../src/runs/run-directory.ts";
import { INTERRUPTED, type StageResult, type Stopped } from "../stage.ts";
import { rivalLines } from "./rivals/rival-lines.ts";

/** The content of metrics.json stands in it where the dataset has test items. */
export type TrainResult = Partial<MetricsDocument> & {
  readonly stage: "train";
  readonly status: "done";
  /** The folder of the run. */
  readonly run: string;
  /** How the run stands to the baselines fitted beside it; null where none were. */
  readonly verdict: BaselinesRecord["verdict"];
};

export function interrupted(directory: string, reason: string): Stopped {
  const config = path.join(directory, runFiles.config);
  const run = directory.includes("/") ? directory : `./${directory}`; // a folder, not a name below --models-root
  const command = shellCommand("lawn-ranker", "train", "--config", config, "--run", run, "--resume");
  const text = `${directory}: ${reason}; go on with: ${command}`;
  return { json: { stage: "train", status: "interrupted", run: directory, reason }, text, exitCode: INTERRUPTED };
}

export function finished(
  directory: string,
  document: MetricsDocument | null,
  baselines: BaselinesRecord | null,
): StageResult<TrainResult> {
  const lines = [directory];
  if (document !== null) {
    lines.push(`test: ${document.protocol}, ${document.users} users, epoch ${document.epoch}`);
    for (const [name, value] of Object.entries(document.metrics))
      lines.push(`  ${name.padEnd(14)} ${value.toFixed(4)}`);
  }
  lines.push(...rivalLines(baselines));
  const verdict = baselines?.verdict ?? null;
  return { json: { stage: "train", status: "done", run: directory, ...document, verdict }, text: lines.join("\n") };
}
