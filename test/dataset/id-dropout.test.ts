import { describe, expect, it } from "@jest/globals";
import { idDropoutKeys, idDropoutOf, isWithoutId } from "../../src/dataset/id-dropout.ts";
import { checkBatchSource, drawBatch, epochDraws } from "../../src/dataset/training-batches.ts";
import { neumf, smallSource } from "../support/engines/engine-cases.ts";

/** Who of 10,000 users is without an id. */
function without(share: number, { epoch = 0, step = 0, side = "users" as "users" | "items", seed = 1 } = {}): number[] {
  const dropout = idDropoutOf(share, idDropoutKeys(seed, epoch), step);
  if (dropout === null) return [];
  return Array.from({ length: 10_000 }, (_, entity) => entity).filter((entity) => isWithoutId(dropout, side, entity));
}

describe("ids that are left out", () => {
  it("are the share asked for", () => {
    for (const share of [0.1, 0.5, 0.9]) {
      const deviation = Math.sqrt(10_000 * share * (1 - share));
      expect(Math.abs(without(share).length - 10_000 * share)).toBeLessThan(4 * deviation);
    }
    expect(without(0)).toEqual([]);
    expect(idDropoutOf(2 ** -33, idDropoutKeys(1, 0), 0)).toBeNull(); // below what 32 bits can say
  });

  it("are the same again, and others in another step, epoch, side or seed", () => {
    const first = without(0.5);
    expect(without(0.5)).toEqual(first);
    for (const other of [{ step: 1 }, { epoch: 1 }, { side: "items" as const }, { seed: 2 }]) {
      const shared = new Set(without(0.5, other));
      const both = first.filter((entity) => shared.has(entity)).length;
      expect(Math.abs(both - 2500)).toBeLessThan(4 * Math.sqrt(10_000 * 0.25 * 0.75)); // independent: a quarter
    }
  });

  it("grow with the share: who is without an id at .3 is so at .6", () => {
    const more = new Set(without(0.6));
    expect(without(0.3).every((entity) => more.has(entity))).toBe(true);
  });

  it("stand in each batch of a source that asks for them, and change nothing else of it", () => {
    const plain = smallSource(neumf, "bce");
    const source = { ...plain, idDropout: 0.25 };
    const [draws, plainDraws] = [epochDraws(source, 3), epochDraws(plain, 3)];
    const batch = drawBatch(source, draws, 1);
    expect(batch.idDropout).toEqual(idDropoutOf(0.25, idDropoutKeys(source.seed, 3), 1));
    expect({ ...batch, idDropout: null }).toEqual(drawBatch(plain, plainDraws, 1));
  });

  it.each([-0.1, 1, Number.NaN])("are refused at a share of %p", (idDropout) => {
    const source = { ...smallSource(neumf, "bce"), idDropout };
    expect(() => checkBatchSource(source)).toThrow(`idDropout is ${idDropout}, expected a share from 0 to below 1`);
  });
});
