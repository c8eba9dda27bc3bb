import { describe, expect, it } from "@jest/globals";
import { type EpochRecord, epochLine, parseTrainingLog, recordsThrough } from "../../src/runs/training-log.ts";

const record = (epoch: number, pass: EpochRecord["pass"] = "train"): EpochRecord => ({
  pass,
  epoch,
  step: 5 * epoch,
  loss: 0.3,
  learningRate: 0.001,
  samplesPerSecond: 1e5,
  seconds: 1,
  measuringSeconds: 0.1,
  validation: { "HR@10": 0.5 },
  diagnostics: null,
  phase: "free",
  lawn: null,
});

describe("a training log", () => {
  it("gives its records back", () => {
    const text = [record(1), record(2)].map(epochLine).join("");
    expect(parseTrainingLog(text, "log")).toEqual([record(1), record(2)]);
    expect(parseTrainingLog("", "log")).toEqual([]);
  });

  it("leaves out a last line that a crash tore, wherever it was torn", () => {
    const lines = [record(1), record(2)].map(epochLine);
    for (let length = 0; length < lines[1]!.length; length++) {
      expect(parseTrainingLog(lines[0]! + lines[1]!.slice(0, length), "log")).toEqual([record(1)]);
    }
  });

  it("refuses a damaged line within, by its number", () => {
    const text = `${epochLine(record(1))}{"epoch":\n${epochLine(record(3))}`;
    expect(() => parseTrainingLog(text, "training.jsonl")).toThrow(
      /^training\.jsonl:2: not JSON \(.*\); the log was changed by something else/,
    );
    expect(() => parseTrainingLog('{"epoch":0}\n', "training.jsonl")).toThrow(
      /training\.jsonl:1: not an epoch: pass: .*/,
    );
  });

  it("keeps what a checkpoint stands on: earlier epochs, and the whole pass before", () => {
    const records = [record(1), record(2), record(3), record(1, "refit"), record(2, "refit")];
    expect(recordsThrough(records, "train", 2)).toEqual([record(1), record(2)]);
    expect(recordsThrough(records, "refit", 1)).toEqual([record(1), record(2), record(3), record(1, "refit")]);
  });
});
