import { describe, expect, it } from "@jest/globals";
import { ruleNumbers } from "../../src/engine/rule-numbers.ts";

const sums = { decay: 1, share: 1 };

describe("ruleNumbers", () => {
  it("takes means by betas", () => {
    const adam = { name: "adam", beta1: 0.75, beta2: 0.5, epsilon: 1, weightDecay: 0 } as const;
    expect(ruleNumbers(adam)).toEqual({ first: { decay: 0.75, share: 0.25 }, second: { decay: 0.5, share: 0.5 } });
  });

  it("adds to a velocity whole gradients, and to a mean of squares a share", () => {
    const momentum = { name: "momentum", momentum: 0.75, weightDecay: 0 } as const;
    expect(ruleNumbers(momentum)).toEqual({ first: { decay: 0.75, share: 1 }, second: sums });
    const rmsprop = { name: "rmsprop", decay: 0.75, epsilon: 1, weightDecay: 0 } as const;
    expect(ruleNumbers(rmsprop)).toEqual({ first: sums, second: { decay: 0.75, share: 0.25 } });
  });

  it("lets sums of squares grow", () => {
    expect(ruleNumbers({ name: "adagrad", epsilon: 1, weightDecay: 0 })).toEqual({ first: sums, second: sums });
  });
});
