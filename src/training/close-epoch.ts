/** What happens between two epochs: check, validate, choose, diagnose, record, checkpoint. */
import type { Snapshot, TrainingSession } from "../engine/engine.ts";
import type { EpochRecord } from "../runs/training-log.ts";
import { checkParameters } from "./divergence.ts";
import { observeEpoch, shouldStop } from "./early-stopping.ts";
import type { TrainingHooks, TrainingPlan } from "./training-plan.ts";
import type { KeptEpoch, TrainingState } from "./training-state.ts";

export interface ClosingOptions {
  readonly session: TrainingSession;
  readonly plan: TrainingPlan;
  /** With every step of its epoch done. */
  readonly state: TrainingState;
  readonly hooks: TrainingHooks;
}

/** Measures a finished epoch, records it, and moves on to the next. */
export async function closeEpoch({ session, plan, state, hooks }: ClosingOptions): Promise<TrainingState> {
  const started = hooks.elapsed();
  const epoch = state.epoch + 1;
  const learningRate = plan.learningRate(epoch * plan.stepsPerEpoch - 1);
  const snapshot = await session.snapshot();
  checkParameters(snapshot.parameters, { epoch, step: epoch * plan.stepsPerEpoch, learningRate });

  const metrics = hooks.validate === null ? null : await hooks.validate(session.scorer, snapshot.parameters);
  const { selection, best } = selectEpoch(plan, state, { epoch, metrics, snapshot });
  const lawn = lawnProgress(snapshot.optimizer);
  const phase = lawn !== null && lawn.constrainedBlocks > 0 ? "constrained" : "free";
  const { parameters } = snapshot;
  // Blocks that switch one by one have no common moment; the end of the first epoch that constrained any stands for it.
  const atSwitch =
    state.atSwitch ??
    (phase === "constrained" && plan.switchStep === null && hooks.diagnose !== null ? parameters : null);
  const diagnostics =
    hooks.diagnose === null ? null : await hooks.diagnose({ parameters, previous: state.previous, atSwitch });
  await hooks.epochDone({
    pass: plan.pass,
    epoch,
    step: epoch * plan.stepsPerEpoch,
    loss: state.lossSum / plan.samplesPerEpoch,
    learningRate,
    samplesPerSecond: plan.samplesPerEpoch / state.seconds,
    seconds: state.seconds,
    measuringSeconds: (hooks.elapsed() - started) / 1000,
    validation: metrics,
    diagnostics: diagnostics === null ? null : { ...diagnostics },
    phase,
    lawn,
    ...exchangeOf(session),
  });

  const next: TrainingState = {
    epoch,
    step: 0,
    lossSum: 0,
    seconds: 0,
    selection,
    best,
    previous: hooks.diagnose === null ? null : parameters,
    atSwitch,
  };
  if (epoch % plan.checkpointEveryEpochs === 0 || isFinished(plan, next)) await hooks.checkpoint({ ...next, snapshot });
  return next;
}

/** Whether the pass has trained all it should: its epochs are done, or patience ran out. */
export function isFinished(plan: TrainingPlan, state: TrainingState): boolean {
  if (state.epoch >= plan.epochs) return true;
  return state.step === 0 && plan.selection !== null && shouldStop(state.selection, plan.selection);
}

function selectEpoch(
  plan: TrainingPlan,
  state: TrainingState,
  observed: { readonly epoch: number; readonly metrics: KeptEpoch["metrics"] | null; readonly snapshot: Snapshot },
): Pick<TrainingState, "selection" | "best"> {
  const { epoch, metrics, snapshot } = observed;
  if (plan.selection === null || metrics === null) return state;
  const value = metrics[plan.selection.metric];
  if (value === undefined) throw new RangeError(`validation gave no ${plan.selection.metric}`);
  const selection = observeEpoch(state.selection, { epoch, value }, { mode: "max" });
  if (selection.bestEpoch !== epoch) return { selection, best: state.best };
  const { parameters } = snapshot;
  return { selection, best: { epoch, metrics, parameters, optimizer: keptState(plan, snapshot) } };
}

/** Of the optimizer, where the plan keeps it. */
export function keptState(plan: TrainingPlan, snapshot: Snapshot): Snapshot["optimizer"] {
  return plan.keepsOptimizer ? snapshot.optimizer : null;
}

function exchangeOf(session: TrainingSession): Pick<EpochRecord, "exchange"> {
  const exchanged = session.exchanged?.();
  if (exchanged === undefined) return {};
  const { ranks, steps, bytes } = exchanged;
  return { exchange: { ranks, bytesPerStep: steps === 0 ? 0 : bytes / steps } };
}

function lawnProgress(optimizer: Snapshot["optimizer"]): EpochRecord["lawn"] {
  if (optimizer === null) return null;
  const { "lawn.zeroBlocks": zeroBlocks, "lawn.keptBlocks": keptBlocks } = optimizer.numbers;
  if (zeroBlocks === undefined || keptBlocks === undefined) return null;
  let [constrainedBlocks, blocks] = [0, 0];
  for (const [name, isConstrained] of optimizer.tensors) {
    if (!name.startsWith("lawn.constrained/")) continue;
    blocks += isConstrained.length;
    for (const value of isConstrained) if (value !== 0) constrainedBlocks++;
  }
  return { constrainedBlocks, blocks, zeroBlocks, keptBlocks };
}
