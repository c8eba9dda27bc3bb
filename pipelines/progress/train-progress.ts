/** What a person sees of a training pass: a bar on a terminal, a line an epoch elsewhere. */
import { Presets, SingleBar } from "cli-progress";
import type { EpochRecord } from "../../src/runs/training-log.ts";
import type { StepProgress, TrainingPlan } from "../../src/training/training-plan.ts";
import type { StageContext } from "../stage.ts";
import { clockText } from "./clock-text.ts";

export interface TrainingDisplay {
  step(progress: StepProgress): void;
  epoch(record: EpochRecord): void;
  close(): void;
}

type DisplayContext = Pick<StageContext, "terminal" | "log" | "elapsed">;

export function openDisplay(plan: TrainingPlan, stepsDone: number, context: DisplayContext): TrainingDisplay {
  const left = timeLeft(plan, stepsDone, context);
  return context.terminal === null
    ? lineDisplay(plan, left, context)
    : barDisplay(plan, { left, stepsDone, terminal: context.terminal });
}

/** Seconds left at the pace since `stepsDone`, measuring included; patience may end it sooner. */
function timeLeft(plan: TrainingPlan, stepsDone: number, { elapsed }: DisplayContext): (step: number) => string {
  const started = elapsed();
  return (step) => {
    if (step <= stepsDone) return "?";
    const secondsPerStep = (elapsed() - started) / 1000 / (step - stepsDone);
    return clockText(secondsPerStep * (plan.epochs * plan.stepsPerEpoch - step));
  };
}

const SECONDS_BETWEEN_LINES = 30;

function lineDisplay(
  plan: TrainingPlan,
  left: (step: number) => string,
  { log, elapsed }: DisplayContext,
): TrainingDisplay {
  let lastLine = elapsed();
  return {
    step: (progress) => {
      if (elapsed() - lastLine < 1000 * SECONDS_BETWEEN_LINES) return;
      lastLine = elapsed();
      const done = (progress.epoch - 1) * plan.stepsPerEpoch + progress.step;
      log(
        `${title(plan, progress.epoch)}  step ${progress.step}/${plan.stepsPerEpoch}  loss ${progress.loss.toFixed(4)}  ${speedText(progress.samplesPerSecond)}  left ${left(done)}`,
      );
    },
    epoch: (record) => {
      lastLine = elapsed();
      const metric = metricText(plan, record);
      log(
        `${title(plan, record.epoch)}  loss ${record.loss.toFixed(4)}${metric === "" ? "" : `  ${metric}`}  ${speedText(record.samplesPerSecond)}  ${record.phase}  left ${left(record.step)}`,
      );
    },
    close: () => {},
  };
}

function barDisplay(
  plan: TrainingPlan,
  options: { left: (step: number) => string; stepsDone: number; terminal: NodeJS.WriteStream },
): TrainingDisplay {
  const format = `${plan.pass} {bar} epoch {epoch}/${plan.epochs}  loss {loss}  {metric}  {speed}  left {left}`;
  const bar = new SingleBar({ format, stream: options.terminal, hideCursor: true }, Presets.shades_classic);
  let metric = "";
  bar.start(plan.epochs * plan.stepsPerEpoch, options.stepsDone, {
    epoch: 1,
    loss: "?",
    metric,
    speed: "?",
    left: "?",
  });
  return {
    step: ({ epoch, step, loss, samplesPerSecond }) => {
      const done = (epoch - 1) * plan.stepsPerEpoch + step;
      bar.update(done, {
        epoch,
        loss: loss.toFixed(4),
        metric,
        speed: speedText(samplesPerSecond),
        left: options.left(done),
      });
    },
    epoch: (record) => {
      metric = metricText(plan, record);
      bar.update(record.step, { metric });
    },
    close: () => bar.stop(),
  };
}

function title(plan: TrainingPlan, epoch: number): string {
  return `${plan.pass} epoch ${epoch}/${plan.epochs}`;
}

function metricText(plan: TrainingPlan, record: EpochRecord): string {
  const value = plan.selection === null ? undefined : record.validation?.[plan.selection.metric];
  return value === undefined ? "" : `validation ${plan.selection?.metric} ${value.toFixed(4)}`;
}

function speedText(samplesPerSecond: number): string {
  return `${Math.round(samplesPerSecond).toLocaleString("en")} samples/s`;
}
