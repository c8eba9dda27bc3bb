/**
 * Which engines there are, which can run here, and the one that `auto` means. An engine joins
 * with one line of `providers`.
 */
import { EngineError } from "../errors.ts";
import type { Engine, EngineName } from "./engine.ts";
import { type Lack, lackOf, refuseLack, type TrainingTask } from "./engine-lacks.ts";
import type { EngineOptions, EngineProbe, EngineProvider } from "./engine-provider.ts";
import { openMpiEngine } from "./mpi/mpi-engine.ts";
import type { Ranks } from "./mpi/ranks.ts";
import { nativeProvider, openNativeEngine } from "./native/native-engine.ts";
import { referenceProvider } from "./reference/reference-engine.ts";
import { tfjsProvider } from "./tfjs/tfjs-engine.ts";
import { webgpuProvider } from "./webgpu/webgpu-engine.ts";

export type EngineChoice = "auto" | EngineName;

export interface OpenEngineOptions extends EngineOptions {
  /**
   * Told, under `auto`, of each engine passed over though one would expect it here: one line with
   * the reason and the remedy.
   */
  readonly onPassedOver?: (line: string) => void;
  /** What is to be trained: `auto` takes an engine that has all of it, one that is named and has not is refused. */
  readonly trains?: readonly TrainingTask[];
  /** The processes that train together, of which this one leads; absent for this process alone. */
  readonly ranks?: Ranks;
}

export interface EngineAvailability {
  readonly name: EngineName;
  readonly available: boolean;
  /** What it would run as; empty when it cannot. */
  readonly description: string;
  /** Why it cannot run, and what would help; empty when it can. */
  readonly reason: string;
  readonly remedy: string;
  /** Whether `auto` may choose it; the others run only when named. */
  readonly isAutomatic: boolean;
}

/** Fastest first: `auto` takes the first that can run. */
const automatic: readonly EngineProvider[] = [webgpuProvider, nativeProvider, referenceProvider];
/** Slower than what `auto` finds on the same machine: for those who want them by name. */
const byNameOnly: readonly EngineProvider[] = [tfjsProvider];
const providers: readonly EngineProvider[] = [...automatic, ...byNameOnly];

/** Throws EngineError when the engine chosen by name cannot run here, has not what is to be trained, or an option. */
export async function openEngine(choice: EngineChoice, options: OpenEngineOptions = {}): Promise<Engine> {
  const { onPassedOver: _onPassedOver, trains, ranks, ...engineOptions } = options;
  refuseForeignOptions(choice, engineOptions);
  if (choice === "auto") return openFirst(automatic, options);
  const provider = providerOf(choice);
  for (const task of trains ?? []) refuseLack(provider.name, task);
  return openOn(ranks, provider, engineOptions);
}

/** Those that cannot be one of several ranks have been refused. */
async function openOn(ranks: Ranks | undefined, provider: EngineProvider, options: EngineOptions): Promise<Engine> {
  if (ranks === undefined) return provider.open(options);
  const { threads } = options;
  const own = openNativeEngine({ exchange: ranks.exchange, ...(threads === undefined ? {} : { threads }) });
  return openMpiEngine(own, ranks);
}

/** The first of `candidates` that can run here. Throws EngineError where none can. */
export async function openFirst(candidates: readonly EngineProvider[], options: OpenEngineOptions): Promise<Engine> {
  const { onPassedOver, trains = [], ranks, ...engineOptions } = options;
  for (const provider of candidates) {
    const probe = await provider.probe(engineOptions);
    if (!probe.available) {
      if (!probe.isNormal) onPassedOver?.(`${provider.name} engine passed over: ${probe.reason}; ${probe.remedy}`);
      continue;
    }
    const lack = firstLack(provider.name, trains);
    if (lack === null) return openOn(ranks, provider, engineOptions);
    onPassedOver?.(`${provider.name} engine passed over: ${lack.what}`);
  }
  throw new EngineError("no engine can run on this machine");
}

/** What an engine has not of what is to be trained; null where it has all. */
export function firstLack(engine: EngineName, trains: readonly TrainingTask[]): Lack | null {
  return trains.map((task) => lackOf(engine, task)).find((lack) => lack !== null) ?? null;
}

/** Every engine there is, for `doctor` and error messages: first those of `auto`, in the order it tries them. */
export async function engineAvailability(options: EngineOptions = {}): Promise<readonly EngineAvailability[]> {
  return Promise.all(providers.map(async (provider) => availabilityOf(provider, await provider.probe(options))));
}

function availabilityOf(provider: EngineProvider, probe: EngineProbe): EngineAvailability {
  const { name } = provider;
  const isAutomatic = automatic.includes(provider);
  return probe.available
    ? { name, available: true, description: probe.description, reason: "", remedy: "", isAutomatic }
    : { name, available: false, description: "", reason: probe.reason, remedy: probe.remedy, isAutomatic };
}

/** What one engine alone understands must not vanish when another runs. */
function refuseForeignOptions(
  choice: EngineChoice,
  { tfjsBackend, allowSoftwareAdapter, halfPrecision }: EngineOptions,
): void {
  if (allowSoftwareAdapter === true && choice !== "webgpu") {
    throw new EngineError(
      `engine ${choice}: a software adapter is allowed, which only the webgpu engine can use; leave it out, or take --engine webgpu`,
    );
  }
  if (halfPrecision === true && choice !== "webgpu") {
    throw new EngineError(
      `engine ${choice}: half precision is asked for, which only the webgpu engine has; leave it out, or take --engine webgpu`,
    );
  }
  if (tfjsBackend !== undefined && choice !== "tfjs") {
    throw new EngineError(
      `engine ${choice}: tfjs backend is ${tfjsBackend}, which only the tfjs engine has; leave it out, or take --engine tfjs`,
    );
  }
}

function providerOf(name: EngineName): EngineProvider {
  const provider = providers.find((candidate) => candidate.name === name);
  if (provider === undefined) {
    const known = providers.map((candidate) => candidate.name).join(", ");
    throw new EngineError(`engine ${name} is not part of this version; choose one of: auto, ${known}`);
  }
  return provider;
}
