import { describe, it } from "@jest/globals";
import { expectValues, weightsAfterEachStep } from "../../support/engines/one-tensor.ts";

const plain = { name: "sgd", weightDecay: 0 } as const;
const heavyBall = { momentum: 0.9, weightDecay: 0 } as const;
const problem = {
  weight: [1, -2],
  gradients: [
    [0.5, 1],
    [1, 0],
  ],
  learningRate: 0.1,
};

describe("sgd", () => {
  it("moves against the gradient", () => {
    const [first, second] = weightsAfterEachStep({ ...problem, config: plain });
    expectValues(first, [0.95, -2.1]); // 1 - 0.1 * 0.5, -2 - 0.1 * 1
    expectValues(second, [0.85, -2.1]); // 0.95 - 0.1 * 1
  });

  it("adds weight decay to the gradient", () => {
    const [first] = weightsAfterEachStep({ ...problem, config: { ...plain, weightDecay: 0.1 } });
    expectValues(first, [0.94, -2.08]); // g + d w = [0.6, 0.8]
  });

  it("takes the first gradient whole into the heavy ball's velocity", () => {
    const [first, second] = weightsAfterEachStep({ ...problem, config: { ...heavyBall, name: "momentum" } });
    expectValues(first, [0.95, -2.1]); // b = g
    expectValues(second, [0.805, -2.19]); // b = 0.9 [0.5, 1] + [1, 0] = [1.45, 0.9]
  });

  it("looks ahead along Nesterov's velocity", () => {
    const [first, second] = weightsAfterEachStep({ ...problem, config: { ...heavyBall, name: "nesterov" } });
    expectValues(first, [0.905, -2.19]); // g + 0.9 b = [0.95, 1.9]
    expectValues(second, [0.6745, -2.271]); // [1, 0] + 0.9 [1.45, 0.9] = [2.305, 0.81]
  });
});
