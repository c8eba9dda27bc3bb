/** What a person sees of a training pass: a line an epoch, and below it, or now and then, loss, pace and time left. */
import type { EpochRecord } from "../../src/runs/training-log.ts";
import type { StepProgress, TrainingPlan } from "../../src/training/training-plan.ts";
import { clockText } from "./clock-text.ts";
import { type DisplayContext, openProgressDisplay } from "./progress-display.ts";

export interface TrainingDisplay {
  step(progress: StepProgress): void;
  epoch(record: EpochRecord): void;
  close(): void;
}

export function openDisplay(plan: TrainingPlan, stepsDone: number, context: DisplayContext): TrainingDisplay {
  const left = timeLeft(plan, stepsDone, context);
  const display = openProgressDisplay(
    {
      format: `{pass}  {bar}  epoch {epoch}/${plan.epochs}  loss {loss}  {metric}  {speed}  left {left}`,
      spare: ["speed", "bar", "pass", "epoch"],
      total: plan.epochs * plan.stepsPerEpoch,
      done: stepsDone,
      words: { pass: plan.pass, epoch: 1, loss: "?", metric: "", speed: "?", left: "?" },
      secondsBetweenLines: 30,
    },
    context,
  );
  return {
    step(progress) {
      const { epoch, step, loss, samplesPerSecond } = progress;
      const done = (epoch - 1) * plan.stepsPerEpoch + step;
      const speed = speedText(samplesPerSecond);
      display.show({
        done,
        event: { kind: "step", pass: plan.pass, epochs: plan.epochs, stepsPerEpoch: plan.stepsPerEpoch, ...progress },
        words: () => ({ epoch, loss: loss.toFixed(4), speed, left: left(done) }),
        line: () =>
          `${title(plan, epoch)}  step ${step}/${plan.stepsPerEpoch}  loss ${loss.toFixed(4)}  ${speed}  left ${left(done)}`,
      });
    },
    epoch(record) {
      const metric = metricText(plan, record);
      const parts = [
        title(plan, record.epoch),
        `loss ${record.loss.toFixed(4)}`,
        ...(metric === "" ? [] : [metric]),
        speedText(record.samplesPerSecond),
        record.phase,
      ];
      display.show({
        done: record.step,
        event: { kind: "epoch", epochs: plan.epochs, ...record },
        words: () => ({ metric: metric.replace("validation ", "") }),
        line: () => [...parts, `left ${left(record.step)}`].join("  "),
        isNews: true,
      });
    },
    close: () => display.close(),
  };
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
