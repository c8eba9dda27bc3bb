import { describe, it } from "@jest/globals";
import { expectValues, weightsAfterEachStep } from "../../support/engines/one-tensor.ts";

const config = { name: "adamw", beta1: 0.5, beta2: 0.75, epsilon: 1, weightDecay: 0.5 } as const;

describe("adamw", () => {
  it("decays the weight outside the moments", () => {
    const [first, second] = weightsAfterEachStep({ config, weight: [1], gradients: [[2], [1]], learningRate: 0.1 });
    // 1 (1 - 0.1 * 0.5) - 0.1 * 2/3, Adam's own step being 2/3 (adam.test.ts)
    const afterFirst = 0.95 - 0.2 / 3;
    expectValues(first, [afterFirst]);
    expectValues(second, [0.95 * afterFirst - 0.05308155917]); // Adam's second step: 0.5308155917
  });

  it("decays biases too, as PyTorch does", () => {
    const [first] = weightsAfterEachStep({ config, weight: [1], gradients: [[0]], learningRate: 0.1, role: "bias" });
    expectValues(first, [0.95]);
  });
});
