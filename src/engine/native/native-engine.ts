/**
 * The fast engine: a whole training step fused in C++ (kernels/), vectorised for the processor it meets and spread over
 * threads. Same start and same batches give the same bits whatever the number of threads; between instruction sets sums
 * are added in another order, and results differ by float32 rounding. Every kernel names its plain twin.
 */
import { EngineError } from "../../errors.ts";
import { precisionOf } from "../check-ranker.ts";
import { checkedSessionOptions } from "../check-session-options.ts";
import type { Engine } from "../engine.ts";
import { refuseLack, taskOfSession } from "../engine-lacks.ts";
import type { EngineProvider } from "../engine-provider.ts";
import { withOwnErrors } from "../own-errors.ts";
import { loadNativeAddon, requireNativeAddon } from "./native-addon.ts";
import { describeMachine, machineOf, type NativeOptions } from "./native-machine.ts";
import { type NativeTrainingSession, openNativeSession } from "./native-session.ts";

export interface NativeEngine extends Engine {
  open(options: Parameters<Engine["open"]>[0]): Promise<NativeTrainingSession>;
}

export const nativeProvider: EngineProvider = {
  name: "native",
  probe: async () => {
    const found = loadNativeAddon();
    if (found.addon === null) return { available: false, reason: found.reason, remedy: found.remedy };
    return { available: true, description: describeMachine(machineOf(found.addon, {})) };
  },
  open: async (options) => openNativeEngine(options),
};

/** Throws EngineError where the addon is not built, or the processor or the thread count will not do. */
export function openNativeEngine(options: NativeOptions = {}): NativeEngine {
  const addon = requireNativeAddon();
  const machine = machineOf(addon, options);
  return {
    name: "native",
    description: describeMachine(machine),
    open: async (options) =>
      withOwnErrors("native engine: no session", () => {
        const session = checkedSessionOptions(options);
        refuseLack("native", taskOfSession(session));
        if (precisionOf(session.start.parameters) !== "float32") {
          throw new EngineError(
            "native engine: parameters are float64, expected float32; the reference engine takes float64",
          );
        }
        return openNativeSession(addon, session, machine);
      }),
  };
}
