import { describe, expect, it } from "@jest/globals";
import { knownMassesOf, shareMasses } from "../../src/dataset/known-masses.ts";
import type { BatchSource } from "../../src/dataset/training-batches.ts";
import { massesOf } from "../../src/dataset/training-batches.ts";
import { checkedSource } from "../../src/engine/check-source.ts";
import { neumf, smallSource } from "../support/engines/engine-cases.ts";

const source: BatchSource = { ...smallSource(neumf, "softmax"), negativesFrom: "popularity", negativesPower: 0.75 };

describe("masses of a source", () => {
  it("are found once, and are those of the view that an engine makes", () => {
    const masses = massesOf(source);
    expect(masses).not.toBeNull();
    expect(massesOf(source)).toBe(masses);
    expect(massesOf(checkedSource(source, "softmax", neumf))).toBe(masses);
  });

  it("are found anew for another power, other columns and another catalogue", () => {
    const { interactions, seen } = source;
    const others = [
      { ...source, negativesPower: 0.5 },
      { ...source, interactions: { ...interactions, itemColumn: interactions.itemColumn.slice() } },
      { ...source, seen: { ...seen, itemsSorted: seen.itemsSorted.slice() } },
      { ...source, interactions: { ...interactions, items: interactions.items + 1 } },
    ];
    for (const other of others) {
      const masses = knownMassesOf(source); // found last, so that `other` differs in this one thing
      shareMasses(source, other);
      expect(knownMassesOf(other)).not.toBe(masses);
      expect(knownMassesOf(source)).toEqual(masses);
    }
    const view = { ...source, interactions: { ...interactions } };
    shareMasses(source, view);
    expect(knownMassesOf(view)).toBe(knownMassesOf(source));
  });

  it("are known of the source once a view of it was asked first", () => {
    const fresh = { ...source };
    const first = massesOf(checkedSource(fresh, "softmax", neumf));
    expect(massesOf(checkedSource(fresh, "softmax", neumf))).toBe(first);
    expect(massesOf(fresh)).toBe(first);
    expect(first).toEqual(massesOf(source));
  });
});
