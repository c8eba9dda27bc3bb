/** What stays visible of a training pass, on a terminal of sixty columns too. */
import { Writable } from "node:stream";
import { describe, expect, it } from "@jest/globals";
import { openDisplay } from "../../../pipelines/progress/train-progress.ts";
import type { EpochRecord } from "../../../src/runs/training-log.ts";
import type { TrainingPlan } from "../../../src/training/training-plan.ts";

const plan = {
  pass: "train",
  epochs: 20,
  stepsPerEpoch: 100,
  selection: { metric: "NDCG@10", patience: 5 },
} as unknown as TrainingPlan; // of which the display reads no more
const epoch = {
  epoch: 1,
  step: 100,
  loss: 0.34567,
  validation: { "NDCG@10": 0.2701 },
  samplesPerSecond: 1_234_567,
  phase: "free",
} as unknown as EpochRecord;

const events: object[] = [];

function trainedOn(columns: number): string {
  let text = "";
  const write = (chunk: unknown, _: unknown, done: () => void): void => {
    text += String(chunk);
    done();
  };
  const terminal = Object.assign(new Writable({ write }), { isTTY: true, columns }) as unknown as NodeJS.WriteStream;
  let now = 0;
  const display = openDisplay(plan, 0, {
    terminal,
    log: () => {},
    report: (event) => events.push(event),
    elapsed: () => (now += 1000),
  });
  display.epoch(epoch);
  display.step({ epoch: 2, step: 1, loss: 0.33333, samplesPerSecond: 1_200_000 } as never); // the display reads no more
  display.close();
  return text;
}

/** What stands on the screen in the end: lines that stay, and the last state of the one below them. */
function screenOf(text: string): readonly string[] {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: what a terminal is told
  const plain = text.replaceAll(/\u001b\[(?:\?\d+[hl]|[\d;]*[A-Z])|\u001b[78]/g, "\r");
  return plain.split("\n").map((line) => {
    const states = line.split("\r").filter((state) => state.trim() !== "");
    return states.at(-1) ?? "";
  });
}

describe("training on a terminal", () => {
  it("leaves a line an epoch above the bar", () => {
    const [line, below] = screenOf(trainedOn(120));
    expect(line).toMatch(/^train epoch 1\/20 {2}loss 0\.3457 {2}validation NDCG@10 0\.2701 {2}1,234,567 samples\/s/);
    expect(below).toMatch(/^train {2}[█░]{10,40} {2}epoch 2\/20 {2}loss 0\.3333 {2}NDCG@10 0\.2701 {2}1,200,000/);
  });

  it("keeps loss, metric and time left at sixty columns", () => {
    const below = screenOf(trainedOn(60))[1]!;
    expect(below).toMatch(/epoch 2\/20 {2}loss 0\.3333 {2}NDCG@10 0\.2701 {2}left \d+:\d\d$/);
    expect(below.length).toBeLessThan(60);
  });

  it("tells programs of each epoch by its record, and of steps in between", () => {
    events.length = 0;
    trainedOn(120);
    expect(events).toEqual([
      { kind: "epoch", epochs: 20, ...epoch },
      {
        ...{ kind: "step", pass: "train", epochs: 20, stepsPerEpoch: 100 },
        ...{ epoch: 2, step: 1, loss: 0.33333, samplesPerSecond: 1_200_000 },
      },
    ]);
  });
});
