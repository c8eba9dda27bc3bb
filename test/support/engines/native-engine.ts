/** Whether the native engine is built here, and how its tests say so when it is not. */
import { describe } from "@jest/globals";
import { loadNativeAddon } from "../../../src/engine/native/native-addon.ts";
import type { InstructionSet } from "../../../src/engine/native/native-machine.ts";

const { addon, ...missing } = loadNativeAddon();

/** describe, or a skipped block whose title says why. */
export function describeNative(title: string, tests: () => void): void {
  if (addon !== null) describe(title, tests);
  else describe.skip(`${title} (skipped: ${"reason" in missing ? missing.reason : ""})`, tests);
}

/** The instruction sets that this processor has, best first. */
export const instructionSets: readonly InstructionSet[] = (["avx512", "avx2", "baseline"] as const).filter(
  (name) => addon?.instructionSet(name) === name,
);
