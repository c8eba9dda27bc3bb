import { describe, it } from "@jest/globals";
import { expectValues, weightsAfterEachStep } from "../../support/engines/one-tensor.ts";

// Epsilon 1, so that a wrong place for it would show.
const config = { name: "adagrad", epsilon: 1, weightDecay: 0 } as const;

describe("adagrad", () => {
  it("divides by the root of all squares so far, plus epsilon", () => {
    const [first, second] = weightsAfterEachStep({ config, weight: [1], gradients: [[3], [4]], learningRate: 0.1 });
    expectValues(first, [0.925]); // s = 9: 3 / (3 + 1) = 0.75
    expectValues(second, [0.925 - 0.4 / 6]); // s = 25: 4 / (5 + 1)
  });

  it("adds weight decay to the gradient, before the squares", () => {
    const [first] = weightsAfterEachStep({
      config: { ...config, weightDecay: 0.5 },
      weight: [2],
      gradients: [[2]],
      learningRate: 0.1,
    });
    expectValues(first, [1.925]); // g = 2 + 0.5 * 2 = 3, as above
  });
});
