import { describe, it } from "@jest/globals";
import { expectValues, weightsAfterEachStep } from "../../support/engines/one-tensor.ts";

const config = { name: "lamb", beta1: 0.5, beta2: 0.75, epsilon: 1, weightDecay: 0 } as const;
// Adam's step for these gradients is [2/3, 2/3]: adam.test.ts.
const problem = { weight: [3, 4], gradients: [[2, 2]], learningRate: 0.1 };

describe("lamb", () => {
  it("rescales the step to the tensor's norm, without weight decay too", () => {
    const [first] = weightsAfterEachStep({ ...problem, config });
    // ||w|| = 5: u = 5 [1, 1] / sqrt(2), and 0.1 * 5 / sqrt(2) = 0.3535533906
    expectValues(first, [2.6464466094, 3.6464466094]);
  });

  it("takes decoupled weight decay into the rescaled step", () => {
    const [first] = weightsAfterEachStep({ ...problem, config: { ...config, weightDecay: 0.5 } });
    // u = [2/3 + 1.5, 2/3 + 2], ||u|| = 3.4359213547, ratio 1.4552137502
    expectValues(first, [2.6847036875, 3.61194299996]);
  });

  it("leaves biases unscaled", () => {
    const [first] = weightsAfterEachStep({ ...problem, config, role: "bias" });
    expectValues(first, [3 - 0.2 / 3, 4 - 0.2 / 3]);
  });

  it("has ratio 1 where the weights or the step are all 0", () => {
    expectValues(weightsAfterEachStep({ ...problem, weight: [0, 0], config })[0], [-0.2 / 3, -0.2 / 3]);
    expectValues(weightsAfterEachStep({ ...problem, gradients: [[0, 0]], config })[0], [3, 4]);
  });
});
