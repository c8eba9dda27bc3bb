/**
 * Which epoch to keep and when to give up, decided on one validation metric. The state is plain data with no history,
 * so a checkpoint carries it and a resumed run decides as the uninterrupted one would have.
 */

export interface EarlyStoppingOptions {
  /** Epochs in a row without a better value before training stops; Infinity only picks the best epoch. */
  readonly patience: number;
  /** Whether a greater (HR, NDCG) or a smaller (loss) value is better. */
  readonly mode: "max" | "min";
}

/** Numbers only; survives JSON. */
export interface EarlyStoppingState {
  /** From 1; 0 before anything was observed. */
  readonly bestEpoch: number;
  /** Null before anything was observed. */
  readonly bestValue: number | null;
  /** Epochs observed since the best one. */
  readonly epochsWithoutGain: number;
}

export const nothingObserved: EarlyStoppingState = { bestEpoch: 0, bestValue: null, epochsWithoutGain: 0 };

/**
 * The state after `epoch` (from 1, ascending) validated at `value`. A tie keeps the earlier epoch: less training, less
 * to explain. `state.bestEpoch === epoch` afterwards says that this epoch is the one to keep.
 */
export function observeEpoch(
  state: EarlyStoppingState,
  observed: { readonly epoch: number; readonly value: number },
  options: Pick<EarlyStoppingOptions, "mode">,
): EarlyStoppingState {
  const { epoch, value } = observed;
  if (Number.isNaN(value)) {
    throw new RangeError(
      `early stopping: epoch ${epoch} validated at NaN, expected a number; the evaluator should have refused`,
    );
  }
  if (isBetter(value, state.bestValue, options.mode))
    return { bestEpoch: epoch, bestValue: value, epochsWithoutGain: 0 };
  return { ...state, epochsWithoutGain: state.epochsWithoutGain + 1 };
}

/** Whether patience has run out. */
export function shouldStop(state: EarlyStoppingState, options: Pick<EarlyStoppingOptions, "patience">): boolean {
  return state.epochsWithoutGain >= options.patience && state.bestEpoch > 0;
}

function isBetter(value: number, best: number | null, mode: "max" | "min"): boolean {
  if (best === null) return true;
  return mode === "max" ? value > best : value < best;
}
