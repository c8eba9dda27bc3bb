/** Folded vectors: their inner product is the logit, for every ranker that is linear in the item. */
import { describe, expect, it } from "@jest/globals";
import { foldVectors, isFoldable } from "../../src/export/folded-vectors.ts";
import { openForward } from "../../src/ranker/forward.ts";
import { rankerSpecOf } from "../../src/ranker/ranker-presets.ts";
import { rankerCases } from "../support/engines/ranker-cases.ts";

const foldable = rankerCases().filter(({ spec }) => isFoldable(spec));

describe("folded vectors", () => {
  it.each(foldable.map((ranker) => [ranker.name, ranker] as const))(
    "of %s give its logits",
    (_, { spec, parameters }) => {
      const { width, users, items } = foldVectors(spec, parameters);
      const { logit } = openForward(spec, parameters);
      for (let user = 0; user < spec.users; user++) {
        for (let item = 0; item < spec.items; item++) {
          let product = 0;
          for (let i = 0; i < width; i++) product += users[user * width + i]! * items[item * width + i]!;
          // The item's weighted values are rounded to float32 once more.
          expect(product).toBeCloseTo(logit(user, item), 5);
        }
      }
    },
  );

  it("are as the head of the file says, worked by hand", () => {
    const spec = rankerSpecOf("gmf", {
      users: 1,
      items: 1,
      shape: { dot: 1, gmf: 1, embedding: 1, tower: [], idBiases: true },
    });
    const of = (value: number) => Float32Array.of(value);
    const parameters = new Map([
      ["userDot", of(2)],
      ["itemDot", of(3)],
      ["userGmf", of(5)],
      ["itemGmf", of(7)],
      ["userMlp", of(11)],
      ["itemMlp", of(13)],
      ["userBias", of(17)],
      ["itemBias", of(19)],
      ["head.weight", Float32Array.of(2, 3, 4)],
      ["head.bias", of(23)],
    ]);
    const { users, items } = foldVectors(spec, parameters);
    expect([...users]).toEqual([2, 5, 1, 17 + 23 + 3 * 11]);
    expect([...items]).toEqual([3, 2 * 7, 19 + 4 * 13, 1]);
  });

  it("are refused for a ranker with hidden layers", () => {
    const { spec, parameters } = rankerCases().find(({ name }) => name === "neumf")!;
    expect(isFoldable(spec)).toBe(false);
    expect(() => foldVectors(spec, parameters)).toThrow("no inner product");
  });
});
