/** How fast this machine trains these settings: a session that is thrown away, a few hundred milliseconds of steps. */

import type { TrainConfig } from "../../../src/config/schemas/train-schema.ts";
import type { ItemsByUser } from "../../../src/dataset/interaction-dataset.ts";
import { samplesPerEpoch } from "../../../src/dataset/training-batches.ts";
import type { Engine, TrainingSession } from "../../../src/engine/engine.ts";
import type { Parameters } from "../../../src/ranker/ranker-spec.ts";
import type { MeasuredSpeed } from "../../../src/runs/planning-record.ts";
import { Pace } from "../../../src/training/pace.ts";
import type { TrainingPlan } from "../../../src/training/training-plan.ts";
import { seenItems } from "../../dataset/seen-items.ts";
import { evaluateSplit } from "../../measures/evaluate-split.ts";
import { withTrainedScorer } from "../../measures/held-out-scorers.ts";
import type { StageContext } from "../../stage.ts";
import {
  batchSourceOf,
  planOf,
  rankerOf,
  sessionOptionsOf,
  validatedUsers,
} from "../../training/configured-training.ts";
import { rankerInTraining } from "../../training/ranker-in-training.ts";
import type { TrainingDataset } from "../../training/training-dataset.ts";
import { diagnosis } from "../run-pass.ts";

const STEP_MILLISECONDS = 300;
const CLOSING_MILLISECONDS = 100;
const MOST_REPETITIONS = 5;
const LONG_MILLISECONDS = 1000;

export interface SpeedOptions {
  readonly config: TrainConfig;
  readonly dataset: TrainingDataset;
  /** Of its train split; found unless given. */
  readonly seen?: ItemsByUser;
  readonly engine: Engine;
  readonly context: Pick<StageContext, "elapsed" | "signal">;
}

export interface Speed extends MeasuredSpeed {
  /** Of one validation. */
  readonly secondsPerValidation: number;
}

/** What is measured first warms caches and compilers, and does not count where more follows. */
export async function measureSpeed(options: SpeedOptions): Promise<Speed> {
  const { config, dataset, engine, context } = options;
  const source = batchSourceOf(config, dataset, {
    interactions: dataset.train,
    seen: options.seen ?? seenItems(dataset, ["train"]),
  });
  const selects = dataset.candidatesValidation.users.length > 0;
  const plan = planOf({ config, source, pass: "train", epochs: config.epochs, selects });
  const session = await engine.open(sessionOptionsOf(config, dataset, { source, start: null }));
  try {
    const stepMilliseconds = await timeSteps(session, plan, context);
    const spec = rankerOf(config, dataset);
    const diagnose = config.diagnostics ? diagnosis({ config, spec, dataset, source }, session, null) : null;
    const validate = async (parameters: Parameters): Promise<void> => {
      const { candidates, k: ks } = config;
      const usersSample = validatedUsers(config);
      const ranker = () => rankerInTraining({ directory: config.dataset, config, dataset, parameters });
      const question = { dataset, split: "validation" as const, signal: context.signal };
      await withTrainedScorer(session.scorer, { engine, ranker }, question, (scorer) =>
        evaluateSplit({ scorer, dataset, split: question.split, candidates, ks, usersSample }),
      );
    };
    let validation = 0;
    const close = async (): Promise<void> => {
      const { parameters } = await session.snapshot();
      if (selects) validation = await timed(context, () => validate(parameters));
      await diagnose?.({ parameters, previous: parameters, atSwitch: null });
    };
    const closing = await meanTime(context, close);
    return {
      batchSize: config.batchSize,
      samplesPerSecond: (1000 * samplesPerEpoch(source)) / (stepMilliseconds * plan.stepsPerEpoch),
      secondsPerEpoch: (stepMilliseconds * plan.stepsPerEpoch + closing) / 1000,
      secondsPerValidation: validation / 1000,
    };
  } finally {
    session.close();
  }
}

/** Milliseconds of a step, over as many epochs as it takes. */
async function timeSteps(
  session: TrainingSession,
  plan: TrainingPlan,
  context: SpeedOptions["context"],
): Promise<number> {
  const pace = new Pace();
  const last = plan.epochs * plan.stepsPerEpoch - 1;
  let [epoch, step, counted, milliseconds] = [0, 0, 0, 0];
  for (let call = 0; milliseconds < STEP_MILLISECONDS && counted < MOST_STEPS; call++) {
    const count = Math.min(pace.steps, plan.stepsPerEpoch - step);
    const first = epoch * plan.stepsPerEpoch + step;
    const learningRates = Float64Array.from({ length: count }, (_, k) => plan.learningRate(Math.min(first + k, last)));
    const spent = await timed(context, () => session.train({ epoch, firstStep: step, learningRates }));
    pace.observe(count, spent);
    if (call > 0) [counted, milliseconds] = [counted + count, milliseconds + spent];
    step += count;
    if (step === plan.stepsPerEpoch) [epoch, step] = [epoch + 1, 0];
  }
  return milliseconds / counted;
}

/** A clock that stands still must not keep this going. */
const MOST_STEPS = 100_000;

/** Milliseconds: of one time where it is long, as a validation on a whole catalogue, else over a few repetitions. */
async function meanTime(context: SpeedOptions["context"], work: () => Promise<unknown>): Promise<number> {
  const first = await timed(context, work);
  if (first >= LONG_MILLISECONDS) return first;
  let [count, milliseconds] = [0, 0];
  for (; count < MOST_REPETITIONS && milliseconds < CLOSING_MILLISECONDS; count++)
    milliseconds += await timed(context, work);
  return milliseconds / count;
}

async function timed({ elapsed }: SpeedOptions["context"], work: () => Promise<unknown>): Promise<number> {
  const started = elapsed();
  await work();
  return elapsed() - started;
}
