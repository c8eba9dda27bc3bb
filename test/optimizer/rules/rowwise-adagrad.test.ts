import { describe, it } from "@jest/globals";
import { float64Ops } from "../../../src/optimizer/arrays/float-ops.ts";
import { expectValues, weightsAfterEachStep } from "../../support/engines/one-tensor.ts";
import { startRun } from "../../support/engines/optimizer-cases.ts";

// Epsilon 1, so that a wrong place for it would show.
const base = { name: "rowwise-adagrad", epsilon: 1, weightDecay: 0 } as const;
const table = [{ name: "userDot", shape: [2, 2], role: "embedding" as const }];

function rowsAfter(gradients: readonly (readonly number[])[], weightDecay = 0) {
  const config = { base: { ...base, weightDecay }, lawn: null };
  const weights = new Map([["userDot", Float64Array.of(1, 1, 2, 2)]]);
  const run = startRun({ config, ops: float64Ops(), parameters: table, weights });
  let { at } = run;
  for (const gradient of gradients) {
    const masks = { users: Float64Array.of(1, 1), items: new Float64Array(0) };
    const step = { gradients: new Map([["userDot", Float64Array.from(gradient)]]), learningRate: 0.1 };
    at = run.optimizer.step({ ...at, ...step, rowsOfBatch: masks });
  }
  return { weights: at.parameters.get("userDot"), squares: at.memory.slots.get("userDot")?.square };
}

describe("row-wise AdaGrad", () => {
  it("divides a row by the root of the mean of all its squares so far, plus epsilon", () => {
    // s = (7^2 + 1^2) / 2 = 25: 7 / (5 + 1) and 1 / (5 + 1). The other row: s = (0 + 18) / 2 = 9.
    const once = rowsAfter([[7, 1, 0, Math.sqrt(18)]]);
    expectValues(once.weights, [1 - 0.7 / 6, 1 - 0.1 / 6, 2, 2 - (0.1 * Math.sqrt(18)) / 4]);
    expectValues(once.squares, [25, 9]);
    // s = 25 + (12^2 + 12^2) / 2 = 169: 12 / (13 + 1)
    const twice = rowsAfter([
      [7, 1, 0, 0],
      [12, 12, 0, 0],
    ]);
    expectValues(twice.weights, [1 - 0.7 / 6 - 1.2 / 14, 1 - 0.1 / 6 - 1.2 / 14, 2, 2]);
  });

  it("adds weight decay to the gradient, before the squares", () => {
    // g = (2.5, 2.5) + 0.5 (1, 1) = (3, 3): s = 9, 3 / (3 + 1); and (0, 0) + 0.5 (2, 2): s = 1, 1 / (1 + 1)
    expectValues(rowsAfter([[2.5, 2.5, 0, 0]], 0.5).weights, [0.925, 0.925, 1.95, 1.95]);
  });

  it("is AdaGrad on what has no rows of ids", () => {
    const [first] = weightsAfterEachStep({ config: base, weight: [1, 1], gradients: [[3, 0]], learningRate: 0.1 });
    expectValues(first, [0.925, 1]); // s = (9, 0): 3 / (3 + 1)
  });
});
