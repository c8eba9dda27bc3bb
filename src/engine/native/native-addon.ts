/** The compiled addon: its functions as they are (addon/addon.cpp), loaded once. */
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { EngineError, firstLineOf } from "../../errors.ts";
import { findNativeBinary } from "./find-native-binary.ts";
import { chosenBinary, nativePlatform } from "./native-platform.ts";
import { checkNativeRules, type NativeRule } from "./native-rules.ts";
import type { NativeSettings } from "./native-settings.ts";

const require = createRequire(import.meta.url);

/** Owned by the addon; collected with the object, or emptied by closeSession. */
export interface NativeSession {
  readonly nativeSession: unique symbol;
}

/** Keys of one epoch: what src/random.ts derives from seed and epoch. */
export interface NativeEpochKeys {
  readonly leftBits: number;
  readonly rightBits: number;
  readonly roundKeys: Uint32Array;
  readonly negativesLow: number;
  readonly negativesHigh: number;
  /** Of IdDropout; 0 for none. */
  readonly idThreshold: number;
  /** [steps of the span, 4]: low and high of the users' key, then of the items'; empty for none. */
  readonly idKeys: Uint32Array;
}

/**
 * Columns of a batch: labels under bce, negatives where a positive is compared, null for the other; weights may be null
 * under both.
 */
export interface NativeColumns {
  readonly users: Uint32Array;
  readonly items: Uint32Array;
  readonly labels: Float32Array | null;
  readonly negatives: Uint32Array | null;
  readonly weights: Float32Array | null;
  /** 1, and no masks, unless rows share their negatives. */
  readonly blockRows: number;
  readonly maskOffsets: Uint32Array | null;
  readonly masked: Uint32Array | null;
  /** Threshold, low and high of the users' key, low and high of the items'; null where every id counts. */
  readonly idDropout: Uint32Array | null;
}

export const tensorKinds = { value: 0, gradient: 1, velocity: 2, square: 3 } as const;
export type TensorKind = (typeof tensorKinds)[keyof typeof tensorKinds];

/**
 * Checks sizes and indices for the safety of memory alone, and in few words (addon/check-columns.hpp): those for people
 * are in engine/check-*.ts. One call at a time may be at work on a session.
 */
export interface NativeAddon {
  /** INTERFACE of the sources it was built from; missing in older ones. */
  readonly interfaceNumber?: () => number;
  /** The rules it was built with. */
  rules(): readonly NativeRule[];
  /** The set it would run: the best of this processor for "", or "" if it lacks the one named. */
  instructionSet(wanted: string): string;
  openSession(settings: NativeSettings): NativeSession;
  closeSession(session: NativeSession): void;
  /** Bytes that the arrays of all sessions and of work under way in this process take. */
  heldBytes(): number;
  /** Copies a tensor out, or in when `writes` is 1. */
  copyTensor(session: NativeSession, kind: TensorKind, tensor: number, array: Float32Array, writes: 0 | 1): void;
  copyGroup(
    session: NativeSession,
    group: number,
    targets: Float64Array,
    constrained: Float64Array,
    writes: 0 | 1,
  ): void;
  /** [steps done, switchedAt, zeroBlocks, keptBlocks] */
  copyCounts(session: NativeSession, counts: Float64Array, writes: 0 | 1): void;
  /** Of one side (0 users, 1 items), under a lazy rule whose slots decay; counts are to be written before. */
  copyLastSteps(session: NativeSession, side: 0 | 1, lastSteps: Float64Array, writes: 0 | 1): void;
  /** Due after tensors were written. */
  parametersChanged(session: NativeSession): void;
  step(
    session: NativeSession,
    learningRate: number,
    users: Uint32Array,
    items: Uint32Array,
    labels: Float32Array | null,
    negatives: Uint32Array | null,
    weights: Float32Array | null,
    blockRows: number,
    maskOffsets: Uint32Array | null,
    masked: Uint32Array | null,
    idDropout: Uint32Array | null,
  ): Promise<number>;
  /** The gradient waits in the tensors until clearGradient. */
  gradient(
    session: NativeSession,
    users: Uint32Array,
    items: Uint32Array,
    labels: Float32Array | null,
    negatives: Uint32Array | null,
    weights: Float32Array | null,
    blockRows: number,
    maskOffsets: Uint32Array | null,
    masked: Uint32Array | null,
    idDropout: Uint32Array | null,
  ): Promise<number>;
  clearGradient(session: NativeSession): void;
  train(
    session: NativeSession,
    keys: NativeEpochKeys,
    firstStep: number,
    learningRates: Float64Array,
    losses: Float64Array,
  ): Promise<number>;
  scorePairs(session: NativeSession, users: Uint32Array, items: Uint32Array, scores: Float32Array): Promise<number>;
  scoreCatalogue(session: NativeSession, users: Uint32Array, scores: Float32Array): Promise<number>;
  topItems(
    session: NativeSession,
    users: Uint32Array,
    k: number,
    maskedOffsets: Uint32Array | null,
    maskedItems: Uint32Array | null,
    items: Uint32Array,
    scores: Float32Array,
  ): Promise<number>;
  rankCatalogue(session: NativeSession, users: Uint32Array, ...questions: NativeQuestions): Promise<number>;
  /**
   * Of users by what they have. What item n gives: weights of columns[offsets[n] .. offsets[n + 1]), or, both null, of
   * every item.
   */
  rankItemWeights(
    instructionSet: string,
    threads: number,
    items: number,
    offsets: Uint32Array | null,
    columns: Uint32Array | null,
    weights: Float32Array,
    ownOffsets: Uint32Array,
    ownItems: Uint32Array,
    ...questions: NativeQuestions
  ): Promise<number>;
  /** Inverts [size, size] in place; resolves to 0 where it is not positive definite. */
  invertMatrix(instructionSet: string, threads: number, size: number, matrix: Float32Array): Promise<number>;
  /**
   * `sizes` is [rows, otherRows, width, weight]; resolves to 0 where a system is not positive
   * definite. See native-algebra.ts.
   */
  sweepFactors(
    instructionSet: string,
    threads: number,
    sizes: Float64Array,
    offsets: Uint32Array,
    columns: Uint32Array,
    confidences: Float32Array | null,
    other: Float32Array,
    ridge: Float64Array,
    own: Float32Array,
  ): Promise<number>;
}

/** What is asked of catalogues, and what is filled: scores, counts, lists and bins. See native-answers.ts. */
export type NativeQuestions = readonly [
  positiveOffsets: Uint32Array,
  positives: Uint32Array,
  maskedOffsets: Uint32Array,
  masked: Uint32Array,
  k: number,
  scores: Float32Array,
  counts: Uint32Array,
  lists: Uint32Array,
  bins: Float64Array | null,
];

export type LoadedAddon =
  | {
      readonly addon: NativeAddon;
      readonly file: string;
      /** Why this file, in words. */
      readonly origin: string;
      /** What helps where it will not do. */
      readonly remedy: string;
    }
  | { readonly addon: null; readonly reason: string; readonly remedy: string };

let loaded: LoadedAddon | undefined;

/** This package's addon, looked for once. */
export function loadNativeAddon(): LoadedAddon {
  loaded ??= loadNativeAddonFrom(packageRoot(), chosenBinary());
  return loaded;
}

/**
 * Raised, here and as kInterface of addon/addon.cpp, with what any function takes or a setting holds: an addon of older
 * sources would pass over what it does not know, such as weights.
 */
const INTERFACE = 8;

/** Throws EngineError where the addon was built from sources with another interface. */
export function checkNativeInterface({ interfaceNumber }: Pick<NativeAddon, "interfaceNumber">, remedy: string): void {
  const found = interfaceNumber?.() ?? 1;
  if (found === INTERFACE) return;
  throw new EngineError(
    `native engine: built from other sources (interface ${found}, expected ${INTERFACE}); ${remedy}`,
  );
}

/** Throws EngineError where the addon cannot be loaded, or was built from other sources. */
export function requireNativeAddon(): NativeAddon {
  const found = loadNativeAddon();
  if (found.addon === null) throw new EngineError(`native engine: ${found.reason}; ${found.remedy}`);
  checkNativeInterface(found.addon, found.remedy);
  checkNativeRules(found.addon.rules(), found.remedy);
  return found.addon;
}

/** The file `chosen`, else that of the package whose package.json is in `folder`. Never throws. */
export function loadNativeAddonFrom(folder: string, chosen?: string): LoadedAddon {
  const found = findNativeBinary(folder, { platform: nativePlatform, chosen });
  if (found.file === null) return { addon: null, reason: found.reason, remedy: found.remedy };
  try {
    return { ...found, addon: require(found.file) };
  } catch (error) {
    return { addon: null, reason: `it cannot be loaded (${firstLineOf(error)})`, remedy: found.remedy };
  }
}

/** The folder of package.json, above both src/engine/native and dist/src/engine/native. */
function packageRoot(): string {
  let folder = import.meta.dirname;
  while (!existsSync(path.join(folder, "package.json"))) {
    const parent = path.dirname(folder);
    if (parent === folder) throw new EngineError("package.json not found above the native engine");
    folder = parent;
  }
  return folder;
}
