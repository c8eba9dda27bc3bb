/** What a stage is to the command line: a name, its settings, and a function from settings to a result. */
import type { z } from "zod";
import type { ConfigLayer } from "../src/config/parse.ts";
import type { Processes } from "../src/files/processes.ts";
import type { ProgressEvent } from "./progress-event.ts";

/** `Json` is what it prints under --json, and what its function in the library resolves to. */
export interface Stage<Schema extends z.ZodType = z.ZodType, Json extends StageJson = StageJson> {
  /** One name everywhere: file pipelines/<name>.ts, command, make target, config block, `stage` in the manifest. */
  readonly name: string;
  /** Every setting, nested as in the config file; flags come from the settings' notes (src/config/setting.ts). */
  readonly schema: Schema;
  /**
   * Settings this program recommends for what the user gave (nested, before defaults and checks): weaker than the
   * config file and the flags, stronger than the schema's defaults. Each layer's source is shown to the user.
   */
  recommend?(given: Readonly<Record<string, unknown>>): Promise<readonly RecommendedLayer[]>;
  run(config: z.output<Schema>, context: StageContext): Promise<StageResult<Json>>;
  /**
   * Where another process runs the stage and this one works for it: does so, and resolves to true when that is over;
   * false where this process runs it. `given` as for `recommend`. It prints no result.
   */
  follow?(given: Readonly<Record<string, unknown>>, world: OutsideWorld): Promise<boolean>;
}

export interface RecommendedLayer extends ConfigLayer {
  /** Why, setting by setting, where a rule chose; empty where the source is the reason. */
  readonly choices: readonly ChosenSetting[];
}

export interface ChosenSetting {
  /** Keys from the top of the config, such as ["optimizer", "learningRate"]. */
  readonly path: readonly string[];
  readonly value: number | string | boolean;
  /** A few words. */
  readonly reason: string;
}

/** The outside world as arguments: stages never touch `process`. */
export interface StageContext extends Processes {
  /** Monotonic milliseconds since the program began. */
  elapsed(): number;
  /** Peak resident memory of this process so far. */
  peakMemoryBytes(): number;
  /** What this process may still take, about: of the machine, or of the limit that its container has. */
  freeMemoryBytes(): number;
  /** For people, on stderr, one line each: progress, warnings, reports. Silent under --quiet. */
  readonly log: (line: string) => void;
  /** For programs: how far the work is, as values. Bars and their lines say the same. */
  readonly report: (event: ProgressEvent) => void;
  /** stderr when it is a terminal, for progress bars; null elsewhere. */
  readonly terminal: NodeJS.WriteStream | null;
  /** Aborted by the first Ctrl-C or SIGTERM; a second one ends the process. */
  readonly signal: AbortSignal;
  /**
   * Starts this program once more, with these arguments and nothing on stdin; it ends when this process does, however
   * that ends. Absent where stages run inside another program.
   */
  startAgain?(args: readonly string[]): StartedProgram;
  /** Sources of the recommended settings in force, weakest first: see Stage.recommend. */
  readonly recommendations: readonly string[];
  /** What a rule chose among them, setting by setting. */
  readonly choices: readonly ChosenSetting[];
  /** Dotted names of the settings that were given as flags: what is planned leaves them as they are. */
  readonly givenAsFlags: readonly string[];
  readonly environment: Environment;
}

/** What a stage is handed by the program it runs in; how its settings came about is added by whoever gathers them. */
export type OutsideWorld = Omit<StageContext, "recommendations" | "choices" | "givenAsFlags">;

export interface StartedProgram {
  /** Its exit status; null when a signal ended it. Never rejects. */
  readonly ended: Promise<number | null>;
  /** Asks it to end soon. */
  stop(): void;
}

export interface Environment {
  readonly packageVersion: string;
  readonly node: string;
  readonly platform: string;
  /** Commit of the checkout the program runs from; null outside a checkout. */
  readonly gitCommit: string | null;
  readonly variables: Readonly<Record<string, string | undefined>>;
}

export type StageResult<Json extends StageJson = StageJson> = Finished<Json> | Stopped;

export type StageJson = Readonly<Record<string, unknown>>;

interface Finished<Json extends StageJson> {
  /** Printed as one JSON line on stdout under --json. */
  readonly json: Json;
  /** Printed on stdout for people otherwise; may have several lines. Under --quiet, where the exit status is not 0. */
  readonly text: string;
  /** 0 unless the work says otherwise: where `verify` finds changed files, or `gate` keeps a run out. */
  readonly exitCode?: 0 | 1 | 3 | 4;
}

/** What is left of a stage after Ctrl-C: where it goes on, in words, and no result. */
export interface Stopped extends Omit<Finished<StageJson>, "exitCode"> {
  readonly exitCode: typeof INTERRUPTED;
}

/** The exit status of a stage that was stopped. */
export const INTERRUPTED = 130;
