import { describe, it } from "@jest/globals";
import { expectValues, weightsAfterEachStep } from "../../support/engines/one-tensor.ts";

const config = { name: "lion", beta1: 0.5, beta2: 0.75, weightDecay: 0 } as const;

describe("lion", () => {
  it("moves by the whole rate, whatever the gradient's size, and not at all without one", () => {
    const [first] = weightsAfterEachStep({
      config,
      weight: [1, 1, 1],
      gradients: [[1e3, -1e-3, 0]],
      learningRate: 0.1,
    });
    expectValues(first, [0.9, 1.1, 1]);
  });

  it("looks past its momentum to the newest gradient, and remembers by the slower beta", () => {
    const [first, second, third] = weightsAfterEachStep({
      config,
      weight: [1, 1],
      gradients: [
        [4, 4],
        [-2, -0.5],
        [0, 0],
      ],
      learningRate: 0.1,
    });
    expectValues(first, [0.9, 0.9]); // sign(0.5 * 4); m = 0.25 * 4 = 1
    expectValues(second, [1, 0.8]); // 0.5 * 1 - 0.5 * 2 = -0.5, 0.5 * 1 - 0.5 * 0.5 = 0.25
    expectValues(third, [0.9, 0.7]); // m = 0.75 - 0.5 = 0.25, 0.75 - 0.125 = 0.625: without a gradient, on along m
  });

  it("keeps the sign at 0 where momentum and gradient cancel", () => {
    const [, second] = weightsAfterEachStep({ config, weight: [1], gradients: [[4], [-1]], learningRate: 0.1 });
    expectValues(second, [0.9]); // 0.5 * 1 - 0.5 * 1
  });

  it("decays the weight outside sign and momentum", () => {
    const [first, second] = weightsAfterEachStep({
      config: { ...config, weightDecay: 0.5 },
      weight: [1],
      gradients: [[4], [0]],
      learningRate: 0.1,
    });
    expectValues(first, [0.85]); // 1 - 0.1 (1 + 0.5 * 1)
    expectValues(second, [0.7075]); // 0.85 - 0.1 (1 + 0.5 * 0.85)
  });
});
