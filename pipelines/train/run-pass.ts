/** One pass of training with its effects: an engine session, the recorder and the display around the loop. */
import type { TrainConfig } from "../../src/config/schemas/train-schema.ts";
import type { BatchSource } from "../../src/dataset/training-batches.ts";
import type { Engine, Snapshot } from "../../src/engine/engine.ts";
import type { RankerSpec } from "../../src/ranker/ranker-spec.ts";
import { foldSides } from "../../src/ranker/side.ts";
import { measureDiagnostics } from "../../src/training/diagnostics.ts";
import { makeProbe } from "../../src/training/probe.ts";
import { probeValues } from "../../src/training/probe-values.ts";
import { type TrainingOutcome, trainRanker } from "../../src/training/train-ranker.ts";
import type { TrainingHooks, TrainingPlan } from "../../src/training/training-plan.ts";
import { beginning, type ResumePoint } from "../../src/training/training-state.ts";
import { openDisplay } from "../progress/train-progress.ts";
import type { RunRecorder } from "../runs/run-recorder.ts";
import type { StageContext } from "../stage.ts";
import { sessionOptionsOf } from "../training/configured-training.ts";
import { sidesOf, type TrainedData } from "../training/training-dataset.ts";
import { openTensorboardFile, type TensorboardFile } from "./tensorboard-file.ts";

export interface PassOptions {
  readonly config: TrainConfig;
  readonly spec: RankerSpec;
  readonly dataset: TrainedData;
  readonly engine: Engine;
  readonly source: BatchSource;
  readonly plan: TrainingPlan;
  readonly validate: TrainingHooks["validate"];
  /** Where an interrupted pass goes on; null begins it. */
  readonly from: ResumePoint | null;
  /** What a warm start begins with; null begins with initial values. Of no concern to one that goes on. */
  readonly start: Snapshot | null;
  /** Kept in every resume file of this pass. */
  readonly labels: Readonly<Record<string, string>>;
  readonly recorder: RunRecorder;
  readonly context: StageContext;
}

export async function runPass(options: PassOptions): Promise<TrainingOutcome> {
  const { config, dataset, engine, source, plan, from, recorder, context } = options;
  await recorder.rewindLog(plan.pass, from?.epoch ?? 0);
  const session = await engine.open(
    sessionOptionsOf(config, dataset, { source, start: from?.snapshot ?? options.start }),
  );
  const board = config.tensorboard
    ? await openTensorboardFile(recorder.directory, {
        pass: plan.pass,
        resumptions: recorder.manifest.resumptions,
        step: (from?.epoch ?? 0) * plan.stepsPerEpoch,
        now: context.now,
      })
    : null;
  const display = openDisplay(plan, (from?.epoch ?? 0) * plan.stepsPerEpoch + (from?.step ?? 0), context);
  try {
    return await trainRanker({
      session,
      plan,
      state: from ?? beginning,
      signal: context.signal,
      hooks: {
        elapsed: context.elapsed,
        validate: options.validate,
        diagnose: config.diagnostics ? diagnosis(options, session, board) : null,
        epochDone: async (record) => {
          display.epoch(record);
          await recorder.log(record);
          await board?.epoch(record);
        },
        checkpoint: (point) => saveCheckpoint(options, point),
        progress: display.step,
      },
    });
  } finally {
    display.close();
    session.close();
    await board?.close();
  }
}

type Session = Awaited<ReturnType<Engine["open"]>>;

/** What an epoch's diagnostics are measured by, on a probe of the source. */
export function diagnosis(
  { config, spec, dataset, source }: Pick<PassOptions, "config" | "spec" | "dataset" | "source">,
  session: Session,
  board: TensorboardFile | null,
): NonNullable<TrainingHooks["diagnose"]> {
  const probe = makeProbe(source);
  const sides = sidesOf(config, dataset);
  const blocks = config.lawn?.granularity === "row" ? "row" : "layer";
  return async ({ parameters, previous, atSwitch }) => {
    const gradient = await session.gradient(probe.batch);
    board?.histograms(probeValues(foldSides(spec, parameters, sides), probe));
    return measureDiagnostics({ spec, sides, probe, parameters, gradient, previous, atSwitch, blocks });
  };
}

/** The resume file first: it holds the best parameters too, so that a crash between the two writes loses nothing. */
async function saveCheckpoint(options: PassOptions, point: ResumePoint): Promise<void> {
  const { config, spec, dataset, plan, labels, recorder } = options;
  await recorder.saveResume({ spec, point, labels: { ...labels, pass: plan.pass } });
  if (point.best !== null) {
    await recorder.saveChosen({ spec, sides: sidesOf(config, dataset), ...point.best, pass: plan.pass });
  }
}
