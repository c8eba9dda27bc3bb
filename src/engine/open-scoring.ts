/** The engine that serves fixed parameters: the native one where it is built, else the reference one. */
import type { Parameters, RankerSpec } from "../ranker/ranker-spec.ts";
import { loadNativeAddon } from "./native/native-addon.ts";
import { openNativeScoring } from "./native/native-scoring.ts";
import { openReferenceScoring } from "./reference/reference-scoring.ts";
import type { ScoringSession } from "./scoring-session.ts";

export interface OpenScoringOptions {
  readonly engine: "auto" | "native" | "reference";
  /** Of the native engine; absent takes the cores this process may use. */
  readonly threads?: number;
}

/** Throws EngineError when the engine chosen by name cannot run here. */
export function openScoring(
  ranker: { readonly spec: RankerSpec; readonly parameters: Parameters },
  { engine, ...options }: OpenScoringOptions,
): ScoringSession {
  const isNative = engine === "native" || (engine === "auto" && loadNativeAddon().addon !== null);
  return isNative ? openNativeScoring(ranker, options) : openReferenceScoring(ranker);
}
