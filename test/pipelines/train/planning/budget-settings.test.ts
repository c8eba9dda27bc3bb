import { describe, expect, it } from "@jest/globals";
import { budgetSettings } from "../../../../pipelines/train/planning/budget-settings.ts";
import { parseConfig } from "../../../../src/config/parse.ts";
import type { PlannedSetting } from "../../../../src/config/schemas/planning-settings.ts";
import { trainSchema } from "../../../../src/config/schemas/train-schema.ts";

const configOf = (values: Readonly<Record<string, unknown>>) =>
  parseConfig({ schema: trainSchema, layers: [{ source: "test", values }], flags: {} });
const none = new Set<PlannedSetting>();

describe("what follows from a plan", () => {
  const config = configOf({
    batchSize: 1024,
    epochs: 20,
    optimizer: { name: "lawn-adam", learningRate: 0.001 },
    schedule: { warmupEpochs: 3 },
    lawn: { freeEpochs: 6 },
  });

  it("is nothing where batch size and epochs stay", () => {
    const plan = { epochs: 20, batchSize: 1024, refit: false };
    expect(budgetSettings(config, plan, none)).toEqual({ settings: plan, reasons: [] });
  });

  it("is a rate with the square root of the batch size, and phases of no larger a share", () => {
    // sqrt(4) = 2; a third of 6 epochs is 2; 3 of 20 epochs were less, so up to a third
    const { settings, reasons } = budgetSettings(config, { epochs: 6, batchSize: 4096, refit: false }, none);
    expect(settings).toEqual({
      epochs: 6,
      batchSize: 4096,
      refit: false,
      optimizer: { learningRate: 0.002 },
      lawn: { freeEpochs: 2 },
      schedule: { warmupEpochs: 2 },
    });
    expect(reasons).toHaveLength(3);
  });

  it("keeps a share that was larger", () => {
    const long = configOf({ epochs: 10, optimizer: { name: "lawn-adam" }, lawn: { freeEpochs: 5 } });
    const { settings } = budgetSettings(long, { epochs: 4, batchSize: 1024, refit: false }, none);
    expect(settings).toMatchObject({ lawn: { freeEpochs: 2 } }); // half of 4
  });

  it("is a rate in proportion for plain gradient descent", () => {
    const sgd = configOf({ batchSize: 1000, optimizer: { name: "momentum", learningRate: 0.1 } });
    const { settings } = budgetSettings(sgd, { epochs: 20, batchSize: 4000, refit: false }, none);
    expect(settings).toMatchObject({ optimizer: { learningRate: 0.4 } });
  });

  it("leaves alone what is held, and a rate that an expression gives", () => {
    const plan = { epochs: 6, batchSize: 4096, refit: false };
    const held = new Set<PlannedSetting>(["optimizer.learningRate", "lawn.freeEpochs", "schedule.warmupEpochs"]);
    expect(budgetSettings(config, plan, held)).toEqual({ settings: plan, reasons: [] });
    const expression = configOf({ batchSize: 1024, epochs: 6, schedule: { name: "0.01 / step" } });
    expect(budgetSettings(expression, plan, none).settings).not.toHaveProperty("optimizer");
  });
});
