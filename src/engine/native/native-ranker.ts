/** A ranker as the plain numbers that the addon reads, apart from those of training, which a server does not load. */
import type { RankerSpec } from "../../ranker/ranker-spec.ts";

export interface NativeRanker {
  readonly users: number;
  readonly items: number;
  readonly dot: number;
  readonly gmf: number;
  readonly embedding: number;
  readonly tower: Uint32Array;
  readonly idBiases: boolean;
  /** 0 for none. */
  readonly cosineTemperature: number;
}

/** Of losses that have none of their own. */
export const noLossNumbers = { margin: 0, negativeWeight: 0, itemLogQ: null } as const;

export function nativeRanker(spec: RankerSpec): NativeRanker {
  return { ...spec, tower: Uint32Array.from(spec.tower), cosineTemperature: spec.cosineTemperature ?? 0 };
}
