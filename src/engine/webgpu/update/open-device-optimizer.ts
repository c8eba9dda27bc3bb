/** A session's optimizer from its settings and the state it goes on from. */

import { float32Ops } from "../../../optimizer/arrays/float-ops.ts";
import { buildOptimizer } from "../../../optimizer/build-optimizer.ts";
import type { OptimizerConfig } from "../../../optimizer/optimizer-config.ts";
import type { OptimizerState } from "../../../optimizer/optimizer-state.ts";
import { importState } from "../../../optimizer/optimizer-transfer.ts";
import type { DeviceOptimizer } from "./device-optimizer.ts";
import { type OptimizerParts, openFusedOptimizer } from "./fused-optimizer.ts";

export interface DeviceOptimizerOptions extends OptimizerParts {
  readonly config: OptimizerConfig;
  /** Null for a fresh state. */
  readonly state: OptimizerState | null;
}

export async function openDeviceOptimizer(options: DeviceOptimizerOptions): Promise<DeviceOptimizer> {
  const { config, parameters, state } = options;
  const ops = float32Ops();
  // Never stepped: it says which slots and blocks there are, and reads the state.
  const optimizer = buildOptimizer({ config, parameters, ops });
  return openFusedOptimizer({
    ...options,
    slotNames: optimizer.slots.map(({ name }) => name),
    groups: optimizer.groups,
    memory: state === null ? null : importState(ops, optimizer, state),
  });
}
