/** A stage as a function of a program: settings in, its result out, and on the way what it tells. */
import type { z } from "zod";
import { settingTree } from "../src/config/setting-tree.ts";
import { runWithSettings } from "./command-line/run-with-settings.ts";
import type { StageEntry } from "./command-line/stage-entry.ts";
import { thisProcess } from "./outside-world.ts";
import type { ProgressEvent } from "./progress-event.ts";
import { INTERRUPTED, type StageJson } from "./stage.ts";

/** A line that the command would print on stderr: what was read, warnings, how far it is. */
export interface LogLine {
  readonly kind: "log";
  readonly line: string;
}

/** What a stage tells while it runs; `kind` tells them apart. */
export type StageEvent = LogLine | ProgressEvent;

export interface StageOptions {
  /** Aborted, the stage stops at the next safe place, as after Ctrl-C, and its promise is rejected with the reason. */
  readonly signal?: AbortSignal;
  /** Called between the steps of the work; what it throws ends the stage. */
  readonly progress?: (event: StageEvent) => void;
}

/** Rejects with the signal's reason where it was stopped, and with what the stage throws. */
export async function callStage<Schema extends z.ZodType, Json extends StageJson>(
  entry: StageEntry<Schema, Json>,
  settings: z.input<Schema>,
  options: StageOptions,
): Promise<Json> {
  const { signal = new AbortController().signal, progress = () => {} } = options;
  signal.throwIfAborted();
  const stage = await entry.load();
  const result = await runWithSettings(
    stage,
    settingTree(stage.schema),
    { layers: [{ source: "settings", values: settings }], flags: {}, problems: [] },
    { ...thisProcess(), log: (line) => progress({ kind: "log", line }), report: progress, terminal: null, signal },
  );
  if (result.exitCode === INTERRUPTED) throw signal.reason;
  return result.json;
}
