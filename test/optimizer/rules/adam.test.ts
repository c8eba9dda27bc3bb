import { describe, it } from "@jest/globals";
import { expectValues, weightsAfterEachStep } from "../../support/engines/one-tensor.ts";

const config = { name: "adam", beta1: 0.5, beta2: 0.75, epsilon: 1, weightDecay: 0 } as const;

describe("adam", () => {
  it("corrects both moments' bias, with epsilon outside the root", () => {
    const [first, second] = weightsAfterEachStep({ config, weight: [1], gradients: [[2], [1]], learningRate: 0.1 });
    // m = 1, v = 1; mh = 1 / 0.5 = 2, vh = 1 / 0.25 = 4; 2 / (2 + 1)
    expectValues(first, [1 - 0.2 / 3]);
    // m = 0.5 + 0.5 = 1, v = 0.75 + 0.25 = 1; mh = 1 / 0.75 = 4/3, vh = 1 / 0.4375 = 16/7; (4/3) / (4 /
    // sqrt(7) + 1) = 0.5308155917
    expectValues(second, [0.8802517742]);
  });

  it("takes L2 into the moments", () => {
    const [first] = weightsAfterEachStep({
      config: { ...config, weightDecay: 0.5 },
      weight: [1],
      gradients: [[1.5]],
      learningRate: 0.1,
    });
    expectValues(first, [1 - 0.2 / 3]); // g = 1.5 + 0.5 * 1 = 2, as above
  });

  it("moves by the rate in its first step, whatever the gradient's size", () => {
    const tiny = { ...config, beta1: 0.9, beta2: 0.999, epsilon: 1e-12 };
    const [first] = weightsAfterEachStep({
      config: tiny,
      weight: [1, 1],
      gradients: [[1e3, -1e-3]],
      learningRate: 0.1,
    });
    expectValues(first, [0.9, 1.1 - 1e-10]); // 1e-3 / (1e-3 + 1e-12) = 1 - 1e-9
  });
});
