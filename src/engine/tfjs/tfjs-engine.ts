/**
 * TensorFlow.js as an engine: node-gpu on CUDA, the TensorFlow library on the CPU, WebAssembly, or plain
 * JavaScript. The packages are optional peers; nothing of them is loaded until this engine is asked for. Never
 * chosen by auto: docs/engines/tfjs.md says why.
 */
import { EngineError, messageOf } from "../../errors.ts";
import { precisionOf } from "../check-ranker.ts";
import { checkedSessionOptions } from "../check-session-options.ts";
import type { Engine } from "../engine.ts";
import { refuseLack, taskOfSession } from "../engine-lacks.ts";
import type { EngineProvider } from "../engine-provider.ts";
import { withOwnErrors } from "../own-errors.ts";
import { openBackend } from "./tfjs-backend.ts";
import { installCommand, MissingPackage } from "./tfjs-packages.ts";

export const tfjsProvider: EngineProvider = {
  name: "tfjs",
  probe: async () => {
    try {
      const { description } = await openBackend(undefined);
      return { available: true, description };
    } catch (error) {
      const reason = messageOf(error);
      return error instanceof MissingPackage
        ? { available: false, reason: "no TensorFlow.js package is installed", remedy: installCommand("wasm") }
        : { available: false, reason, remedy: "name another backend with --tfjs-backend" };
    }
  },
  open: async ({ threads, tfjsBackend }) => {
    if (threads !== undefined) {
      throw new EngineError(`tfjs engine: threads is ${threads}, but its backends choose their own; leave threads out`);
    }
    const backend = await openBackend(tfjsBackend);
    return {
      name: "tfjs",
      description: backend.description,
      async open(given) {
        const options = withOwnErrors("tfjs engine: no session", () => checkedSessionOptions(given));
        refuseLack("tfjs", taskOfSession(options));
        if (precisionOf(options.start.parameters) !== "float32") {
          throw new EngineError(
            "tfjs engine: parameters are float64, expected float32; the reference engine takes float64",
          );
        }
        const { openTfjsSession } = await import("./tfjs-session.ts");
        return openTfjsSession(backend, options);
      },
    } satisfies Engine;
  },
};
