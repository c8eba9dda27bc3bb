/**
 * The training loop: epochs of steps on any engine, with validation, best-epoch selection and checkpoints. Effects come
 * in as hooks. How steps are grouped into calls and how often a checkpoint is taken never shows in the result.
 */
import type { Snapshot, TrainingSession } from "../engine/engine.ts";
import type { Parameters } from "../ranker/ranker-spec.ts";
import { closeEpoch, isFinished, keptState } from "./close-epoch.ts";
import { checkLoss, checkParameters } from "./divergence.ts";
import { Pace } from "./pace.ts";
import type { TrainingHooks, TrainingPlan } from "./training-plan.ts";
import type { TrainingState } from "./training-state.ts";

export type TrainingOutcome =
  | {
      readonly kind: "finished";
      readonly epoch: number;
      readonly parameters: Parameters;
      /** Of the chosen epoch; null unless the plan keeps it. */
      readonly optimizer: Snapshot["optimizer"];
      /** Of the chosen epoch; null where nothing was validated. */
      readonly validation: Readonly<Record<string, number>> | null;
      readonly epochsTrained: number;
      readonly stoppedEarly: boolean;
    }
  | { readonly kind: "interrupted"; readonly epoch: number; readonly step: number };

export interface TrainingOptions {
  /** Opened with `state`'s snapshot, or with initial values. */
  readonly session: TrainingSession;
  readonly plan: TrainingPlan;
  readonly state: TrainingState;
  readonly hooks: TrainingHooks;
  /** When aborted, the steps under way are finished, a checkpoint is taken, and the outcome is `interrupted`. */
  readonly signal: AbortSignal;
}

/** Throws DivergenceError when loss or parameters stop being finite; nothing is checkpointed then. */
export async function trainRanker({ session, plan, state, hooks, signal }: TrainingOptions): Promise<TrainingOutcome> {
  const pace = new Pace();
  let current = state;
  while (!isFinished(plan, current)) {
    current = await trainEpoch({ session, plan, state: current, hooks, signal, pace });
    if (current.step < plan.stepsPerEpoch) {
      await takeCheckpoint({ session, plan, state: current, hooks });
      return { kind: "interrupted", epoch: current.epoch + 1, step: current.step };
    }
    current = await closeEpoch({ session, plan, state: current, hooks });
  }
  const kept = current.best ?? (await lastEpoch(session, plan, current.epoch));
  return {
    kind: "finished",
    epoch: kept.epoch,
    parameters: kept.parameters,
    optimizer: kept.optimizer,
    validation: kept.metrics,
    epochsTrained: current.epoch,
    stoppedEarly: current.epoch < plan.epochs,
  };
}

async function lastEpoch(session: TrainingSession, plan: TrainingPlan, epoch: number) {
  const snapshot = await session.snapshot();
  return { epoch, parameters: snapshot.parameters, optimizer: keptState(plan, snapshot), metrics: null };
}

type EpochOptions = Omit<TrainingOptions, "signal">;

/** The state after the epoch's last step, or earlier when interrupted. */
async function trainEpoch(options: EpochOptions & { signal: AbortSignal; pace: Pace }): Promise<TrainingState> {
  const { session, plan, hooks, signal, pace } = options;
  let state = options.state;
  while (state.step < plan.stepsPerEpoch && !signal.aborted) {
    const firstStep = state.epoch * plan.stepsPerEpoch + state.step;
    if (firstStep === plan.switchStep && hooks.diagnose !== null) {
      state = { ...state, atSwitch: (await session.snapshot()).parameters };
    }
    const count = Math.min(pace.steps, stepsToNextStop(plan, state));
    const learningRates = Float64Array.from({ length: count }, (_, k) => plan.learningRate(firstStep + k));
    const started = hooks.elapsed();
    const losses = await session.train({ epoch: state.epoch, firstStep: state.step, learningRates });
    const milliseconds = hooks.elapsed() - started;
    pace.observe(count, milliseconds);
    state = afterSteps(plan, state, { losses, learningRates, seconds: milliseconds / 1000 });
    const samples = samplesIn(plan, state.step);
    hooks.progress({
      epoch: state.epoch + 1,
      step: state.step,
      loss: state.lossSum / samples,
      samplesPerSecond: samples / state.seconds,
    });
    const isStop = plan.checkpointEverySteps !== null && (firstStep + count) % plan.checkpointEverySteps === 0;
    if (isStop && state.step < plan.stepsPerEpoch) await takeCheckpoint({ session, plan, state, hooks });
  }
  return state;
}

/** A call into the engine ends at the epoch's end, at a step that must be checkpointed, and before LAWN's switch. */
function stepsToNextStop(plan: TrainingPlan, state: TrainingState): number {
  const done = state.epoch * plan.stepsPerEpoch + state.step;
  const toEpochEnd = plan.stepsPerEpoch - state.step;
  const every = plan.checkpointEverySteps;
  const toCheckpoint = every === null ? Infinity : every - (done % every);
  const toSwitch = plan.switchStep !== null && plan.switchStep > done ? plan.switchStep - done : Infinity;
  return Math.min(toEpochEnd, toCheckpoint, toSwitch);
}

function afterSteps(
  plan: TrainingPlan,
  state: TrainingState,
  done: { readonly losses: Float64Array; readonly learningRates: Float64Array; readonly seconds: number },
): TrainingState {
  let { lossSum } = state;
  for (const [k, loss] of done.losses.entries()) {
    const step = state.step + k;
    checkLoss(loss, {
      epoch: state.epoch + 1,
      step: state.epoch * plan.stepsPerEpoch + step + 1,
      learningRate: done.learningRates[k]!,
    });
    lossSum += loss * (samplesIn(plan, step + 1) - samplesIn(plan, step));
  }
  return { ...state, step: state.step + done.losses.length, lossSum, seconds: state.seconds + done.seconds };
}

/** Samples in the first `steps` batches of an epoch; the last batch may be short. */
function samplesIn(plan: TrainingPlan, steps: number): number {
  return Math.min(steps * plan.batchSize, plan.samplesPerEpoch);
}

async function takeCheckpoint({ session, plan, state, hooks }: EpochOptions): Promise<void> {
  const snapshot = await session.snapshot();
  const step = state.epoch * plan.stepsPerEpoch + state.step;
  checkParameters(snapshot.parameters, {
    epoch: state.epoch + 1,
    step,
    learningRate: plan.learningRate(Math.max(0, step - 1)),
  });
  await hooks.checkpoint({ ...state, snapshot });
}
