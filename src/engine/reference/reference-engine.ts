/**
 * The engine that is right because it is plain: what every other engine is held to, and what runs where no other can.
 * One thread, no dependencies; float32, or float64 when the parameters are (gradient checks need it).
 */
import { EngineError } from "../../errors.ts";
import { float32Ops, float64Ops } from "../../optimizer/arrays/float-ops.ts";
import { precisionOf } from "../check-ranker.ts";
import { checkedSessionOptions } from "../check-session-options.ts";
import type { Engine } from "../engine.ts";
import type { EngineProvider } from "../engine-provider.ts";
import { withOwnErrors } from "../own-errors.ts";
import { openReferenceSession } from "./reference-session.ts";

const DESCRIPTION = "reference: plain loops, 1 thread, float32";

export const referenceProvider: EngineProvider = {
  name: "reference",
  probe: async () => ({ available: true, description: DESCRIPTION }),
  open: async ({ threads }) => {
    if (threads !== undefined && threads !== 1) {
      throw new EngineError(`reference engine: threads is ${threads}, but it runs on 1 thread; leave threads out`);
    }
    return referenceEngine;
  },
};

export const referenceEngine: Engine = {
  name: "reference",
  description: DESCRIPTION,
  open: async (given) =>
    withOwnErrors("reference engine: no session", () => {
      const options = checkedSessionOptions(given);
      return precisionOf(options.start.parameters) === "float64"
        ? openReferenceSession(options, { ops: float64Ops(), allocate: (length) => new Float64Array(length) })
        : openReferenceSession(options, { ops: float32Ops(), allocate: (length) => new Float32Array(length) });
    }),
};
