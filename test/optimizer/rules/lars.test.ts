import { describe, it } from "@jest/globals";
import { expectValues, weightsAfterEachStep } from "../../support/engines/one-tensor.ts";

const config = { name: "lars", momentum: 0.5, trustCoefficient: 0.1, epsilon: 0.5, weightDecay: 0 } as const;
const problem = {
  weight: [3, 4],
  gradients: [
    [0, 2],
    [0, 0],
  ],
  learningRate: 1,
};

describe("lars", () => {
  it("scales the gradient to a share of the tensor's norm inside the velocity", () => {
    const [first, second] = weightsAfterEachStep({ ...problem, config });
    expectValues(first, [3, 3.6]); // q = 0.1 * 5 / (2 + 0.5) = 0.2, b = 0.2 [0, 2]
    expectValues(second, [3, 3.4]); // b = 0.5 [0, 0.4]
  });

  it("takes weight decay into the ratio and into the gradient", () => {
    const [first] = weightsAfterEachStep({ ...problem, config: { ...config, weightDecay: 0.1 } });
    // q = 0.1 * 5 / (2 + 0.1 * 5 + 0.5) = 1/6, g + d w = [0.3, 2.4]
    expectValues(first, [2.95, 3.6]);
  });

  it("leaves biases unscaled", () => {
    expectValues(weightsAfterEachStep({ ...problem, config, role: "bias" })[0], [3, 2]);
  });

  it("has ratio 1 where the weights are all 0", () => {
    expectValues(weightsAfterEachStep({ ...problem, weight: [0, 0], config })[0], [0, -2]);
  });

  it("does not jump at a gradient of 0", () => {
    // The decay alone moves it: q = 0.1 * 5 / (0 + 0.1 * 5 + 0.5) = 0.5, g + d w = 0.1 [3, 4]
    const decaying = { ...config, weightDecay: 0.1 };
    const moved = (gradient: number) =>
      weightsAfterEachStep({ ...problem, gradients: [[gradient, gradient]], config: decaying })[0];
    expectValues(moved(0), [2.85, 3.8]);
    expectValues(moved(1e-12), [2.85, 3.8]);
  });
});
