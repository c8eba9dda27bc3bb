/** What goes with what among the settings of the loss. */
import { describe, expect, it } from "@jest/globals";
import { negativeSources } from "../../../src/config/losses/loss-names.ts";
import { trainSchema } from "../../../src/config/schemas/train-schema.ts";
import { hasMasses, sharesNegatives } from "../../../src/dataset/training-batches.ts";

describe("settings of the loss", () => {
  it.each(negativeSources)(
    "know whether negatives from %s are shared, and whether popularity has a say",
    (negativesFrom) => {
      const accepts = (settings: object) => trainSchema.safeParse({ negativesFrom, model: "mf", ...settings }).success;
      expect(accepts({ loss: "softmax" })).toBe(true);
      expect(accepts({ loss: "bce" })).toBe(!sharesNegatives({ negativesFrom }));
      expect(accepts({ loss: "softmax", negativesPower: 0.5 })).toBe(hasMasses(negativesFrom));
    },
  );
});
