/**
 * Every engine that the contracts run over: those of open-engine's table, and the tfjs engine once for each
 * backend installed for tests.
 */

import { lossNames } from "../../../src/config/losses/loss-names.ts";
import type { Engine } from "../../../src/engine/engine.ts";
import type { TfjsBackend } from "../../../src/engine/engine-provider.ts";
import { type EngineAvailability, engineAvailability, openEngine } from "../../../src/engine/open-engine.ts";
import type { LossName } from "../../../src/ranker/loss.ts";

export interface EngineVariant extends EngineAvailability {
  /** For test titles, such as "tfjs on wasm". */
  readonly title: string;
  /** The losses it has; it refuses the others by name. */
  readonly losses: readonly LossName[];
  /** Whether it trains cosines; else it refuses them by name. */
  readonly hasCosine: boolean;
  /** Whether rows may share negatives in a ranker with layers; else it is refused by name. */
  readonly sharesLayers: boolean;
  /** Whether rules may step the rows of a batch alone; else they are refused by name. */
  readonly hasLazyRules: boolean;
  /** Whether users and items may be sums of rows, without their ids in a share of batches; else refused by name. */
  readonly hasSides: boolean;
  open(): Promise<Engine>;
}

/** The webgpu engine may run on a software adapter, which only tests put up with. */
const allowed = { allowSoftwareAdapter: true };
const pairLosses: readonly LossName[] = ["bce", "bpr"];
const tfjsBackends: readonly TfjsBackend[] = ["cpu", "wasm"];

export async function engineVariants(): Promise<readonly EngineVariant[]> {
  const variants: EngineVariant[] = [];
  for (const availability of await engineAvailability(allowed)) {
    const { name, available } = availability;
    if (name === "webgpu") {
      variants.push({
        ...availability,
        title: name,
        losses: lossNames,
        hasCosine: true,
        sharesLayers: false,
        hasLazyRules: false,
        hasSides: true,
        open: () => openEngine(name, allowed),
      });
      continue;
    }
    if (name !== "tfjs" || !available) {
      variants.push({
        ...availability,
        title: name,
        losses: lossNames,
        hasCosine: true,
        sharesLayers: true,
        hasLazyRules: true,
        hasSides: true,
        open: () => openEngine(name),
      });
      continue;
    }
    for (const tfjsBackend of tfjsBackends) {
      const open = () => openEngine(name, { tfjsBackend });
      const { description } = await open();
      variants.push({
        ...availability,
        description,
        title: `${name} on ${tfjsBackend}`,
        losses: pairLosses,
        hasCosine: false,
        sharesLayers: false,
        hasLazyRules: true,
        hasSides: false,
        open,
      });
    }
  }
  return variants;
}
