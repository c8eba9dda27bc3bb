/** What the settings of the loss offer is what there is. */
import { describe, expect, it } from "@jest/globals";
import { lossSettings } from "../../../src/config/schemas/loss-settings.ts";
import { trainSchema } from "../../../src/config/schemas/train-schema.ts";
import { hasMasses, negativeSources, sharesNegatives } from "../../../src/dataset/training-batches.ts";
import { lossNames } from "../../../src/ranker/loss.ts";

describe("settings of the loss", () => {
  it("offer every loss and every source of negatives", () => {
    expect(lossSettings.loss.unwrap().options).toEqual(lossNames);
    expect(lossSettings.negativesFrom.unwrap().options).toEqual(negativeSources);
  });

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
