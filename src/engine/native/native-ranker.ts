/** A ranker and its loss as the plain numbers that the addon reads: all that scoring needs of a session's settings. */
import type { LossConfig } from "../../ranker/loss.ts";
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

export interface NativeLoss {
  /** By which the addon finds it among its own. */
  readonly name: LossConfig["name"];
  /** Of ccl, else 0. */
  readonly margin: number;
  readonly negativeWeight: number;
  /** Of softmax, else null. */
  readonly itemLogQ: Float32Array | null;
}

export const noLossNumbers = { margin: 0, negativeWeight: 0, itemLogQ: null } as const;

export function nativeRanker(spec: RankerSpec): NativeRanker {
  return { ...spec, tower: Uint32Array.from(spec.tower), cosineTemperature: spec.cosineTemperature ?? 0 };
}
