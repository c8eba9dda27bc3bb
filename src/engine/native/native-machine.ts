/** What of this machine the native engine uses: threads and an instruction set, chosen or checked. */
import { availableParallelism } from "node:os";
import { EngineError } from "../../errors.ts";
import type { GradientExchange } from "../engine-provider.ts";
import type { NativeAddon } from "./native-addon.ts";
import type { NativeMachine } from "./native-settings.ts";

export type InstructionSet = "baseline" | "avx2" | "avx512";

export interface NativeOptions {
  /** Absent: as many as the cores this process may use, at most 16; beyond that there is no more work to share. */
  readonly threads?: number;
  /** Absent: the best that the processor has. */
  readonly instructionSet?: InstructionSet;
  /** Absent: this process trains alone. */
  readonly exchange?: GradientExchange;
}

const MOST_THREADS = 16;

/** Throws EngineError where the processor or the thread count will not do. */
export function machineOf(addon: NativeAddon, { threads, instructionSet, exchange }: NativeOptions): NativeMachine {
  const wanted = threads ?? Math.min(MOST_THREADS, availableParallelism());
  if (!Number.isSafeInteger(wanted) || wanted < 1 || wanted > MOST_THREADS) {
    throw new EngineError(`native engine: threads is ${wanted}, expected 1 to ${MOST_THREADS}`);
  }
  const found = addon.instructionSet(instructionSet ?? "");
  if (found === "") throw new EngineError(`native engine: this processor has no ${instructionSet}; leave it out`);
  return { threads: wanted, instructionSet: found, exchange: exchange ?? null };
}

export function describeMachine({ threads, instructionSet }: NativeMachine): string {
  const names: Readonly<Record<string, string>> = { avx2: "AVX2+FMA", avx512: "AVX-512" };
  return `native: ${names[instructionSet] ?? "baseline vectors"}, ${threads} thread${threads === 1 ? "" : "s"}, float32`;
}
