/**
 * The fast engine: a whole training step fused in C++ (kernels/), vectorised for the processor it meets and spread over threads.
 * Same start and same batches give the same bits whatever the number of threads; between instruction sets sums are added in
 * another order, and results differ by float32 rounding. Every kernel names its plain twin.
 */
import { availableParallelism } from "node:os";
import { EngineError } from "../../errors.ts";
import { checkSessionOptions, precisionOf } from "../check-session-options.ts";
import type { Engine } from "../engine.ts";
import type { EngineProvider } from "../engine-provider.ts";
import { loadNativeAddon, type NativeAddon, requireNativeAddon } from "./native-addon.ts";
import { type NativeTrainingSession, openNativeSession } from "./native-session.ts";
import type { NativeMachine } from "./native-settings.ts";

export type InstructionSet = "baseline" | "avx2" | "avx512";

export interface NativeOptions {
  /** Absent: as many as the cores this process may use, at most 16; beyond that there is no more work to share. */
  readonly threads?: number;
  /** Absent: the best that the processor has. */
  readonly instructionSet?: InstructionSet;
}

export interface NativeEngine extends Engine {
  open(options: Parameters<Engine["open"]>[0]): Promise<NativeTrainingSession>;
}

const MOST_THREADS = 16;

export const nativeProvider: EngineProvider = {
  name: "native",
  probe: async () => {
    const found = loadNativeAddon();
    if (found.addon === null) return { available: false, reason: found.reason, remedy: found.remedy };
    return { available: true, description: describe(machineOf(found.addon, {})) };
  },
  open: async (options) => openNativeEngine(options),
};

/** Throws EngineError where the addon is not built, or the processor or the thread count will not do. */
export function openNativeEngine(options: NativeOptions = {}): NativeEngine {
  const addon = requireNativeAddon();
  const machine = machineOf(addon, options);
  return {
    name: "native",
    description: describe(machine),
    async open(session) {
      checkSessionOptions(session);
      if (precisionOf(session.start.parameters) !== "float32") {
        throw new EngineError(
          "native engine: parameters are float64, expected float32; the reference engine takes float64",
        );
      }
      return openNativeSession(addon, session, machine);
    },
  };
}

function machineOf(addon: NativeAddon, { threads, instructionSet }: NativeOptions): NativeMachine {
  const wanted = threads ?? Math.min(MOST_THREADS, availableParallelism());
  if (!Number.isSafeInteger(wanted) || wanted < 1 || wanted > MOST_THREADS) {
    throw new EngineError(`native engine: threads is ${wanted}, expected 1 to ${MOST_THREADS}`);
  }
  const found = addon.instructionSet(instructionSet ?? "");
  if (found === "") throw new EngineError(`native engine: this processor has no ${instructionSet}; leave it out`);
  return { threads: wanted, instructionSet: found };
}

function describe({ threads, instructionSet }: NativeMachine): string {
  const names: Readonly<Record<string, string>> = { avx2: "AVX2+FMA", avx512: "AVX-512" };
  return `native: ${names[instructionSet] ?? "baseline vectors"}, ${threads} thread${threads === 1 ? "" : "s"}, float32`;
}
