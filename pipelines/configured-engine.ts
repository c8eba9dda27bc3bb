/**
 * The engine that a stage's settings ask for: the one place where they become an engine's
 * options, so that none gets lost.
 */
import type { Engine } from "../src/engine/engine.ts";
import type { TrainingTask } from "../src/engine/engine-lacks.ts";
import type { TfjsBackend } from "../src/engine/engine-provider.ts";
import type { Ranks } from "../src/engine/mpi/ranks.ts";
import { type EngineChoice, openEngine } from "../src/engine/open-engine.ts";

/** As the settings of these names: null and false leave the choice to the engine. */
export interface EngineSettings {
  readonly engine: EngineChoice;
  readonly threads: number | null;
  readonly tfjsBackend: TfjsBackend | null;
  readonly allowSoftwareAdapter: boolean;
  /** Of training steps; false where nothing is trained. */
  readonly halfPrecision: boolean;
  /** Of which `auto` takes an engine that has all; empty where nothing is trained. */
  readonly trains: readonly TrainingTask[];
}

/**
 * Says which engines were passed over. Throws EngineError where the engine cannot run here or cannot honour a setting.
 * `ranks` are those that train together, of which this process leads; null for this process alone.
 */
export function openConfiguredEngine(
  settings: EngineSettings,
  log: (line: string) => void,
  ranks: Ranks | null = null,
): Promise<Engine> {
  const { engine, threads, tfjsBackend, allowSoftwareAdapter, halfPrecision, trains } = settings;
  return openEngine(engine, {
    onPassedOver: log,
    trains: trains.map((task) => ({ ...task, isShared: ranks !== null })),
    ...(ranks === null ? {} : { ranks }),
    ...(threads === null ? {} : { threads }),
    ...(tfjsBackend === null ? {} : { tfjsBackend }),
    allowSoftwareAdapter,
    halfPrecision,
  });
}
