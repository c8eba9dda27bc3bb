import { describe, it } from "@jest/globals";
import { expectValues, weightsAfterEachStep } from "../../support/engines/one-tensor.ts";

const config = { name: "rmsprop", decay: 0.75, epsilon: 1, weightDecay: 0 } as const;

describe("rmsprop", () => {
  it("divides by the root of the running mean of squares, plus epsilon", () => {
    const [first, second] = weightsAfterEachStep({ config, weight: [1], gradients: [[2], [3]], learningRate: 0.1 });
    expectValues(first, [0.9]); // s = 0.25 * 4 = 1: 2 / (1 + 1) = 1
    // s = 0.75 * 1 + 0.25 * 9 = 3: 3 / (sqrt(3) + 1) = 1.0980762114
    expectValues(second, [0.9 - 0.10980762114]);
  });

  it("adds weight decay to the gradient, before the squares", () => {
    const [first] = weightsAfterEachStep({
      config: { ...config, weightDecay: 0.5 },
      weight: [2],
      gradients: [[1]],
      learningRate: 0.1,
    });
    expectValues(first, [1.9]); // g = 1 + 0.5 * 2 = 2, as above
  });
});
