/** Users held out of training: who, with which rows to be found, and that it is by the seed alone. */
import { describe, expect, it } from "@jest/globals";
import { keepAll } from "../../../src/interactions/interaction-log.ts";
import { SPLIT_PART } from "../../../src/interactions/splitting/split.ts";
import { splitByUsers } from "../../../src/interactions/splitting/split-by-users.ts";
import { splitLog } from "../../../src/interactions/splitting/split-log.ts";
import { logOf } from "../../support/data/interaction-log.ts";

const { train, validation, test, profile } = SPLIT_PART;
/** 20 users of 10 rows each, oldest first, and one of two rows. */
const rows = [
  ...Array.from({ length: 20 }, (_, user) =>
    Array.from({ length: 10 }, (_unused, item) => ({ user, item, time: item })),
  ),
  [0, 1].map((item) => ({ user: 20, item, time: item })),
].flat();
const log = logOf(rows, { users: 21, items: 10 });
const request = { kind: "users", share: 0.1, positives: 0.3, rowsAreInOrder: false, seed: 1 } as const;

const partsOfUsers = (parts: Uint8Array) =>
  Array.from({ length: 21 }, (_, user) => [...parts.subarray(log.userOffsets[user], log.userOffsets[user + 1])]);

describe("split users", () => {
  it("holds out a share of users for validation and as many for test, with a share of their rows to be found", () => {
    const { parts, kind, rule, counts, coldUsers } = splitLog(log, keepAll(log), request);
    const users = partsOfUsers(parts);
    // 0.1 of 20 are 2 for each; 0.3 of 10 rows are 3.
    for (const part of [validation, test]) {
      const held = users.filter((own) => own.includes(part));
      expect(held).toHaveLength(2);
      for (const own of held) {
        expect(own.filter((one) => one === part)).toHaveLength(3);
        expect(own.filter((one) => one === profile)).toHaveLength(7);
      }
    }
    expect(users.filter((own) => own.every((part) => part === train))).toHaveLength(17);
    expect(users[20]).toEqual([train, train]); // too short to hold out
    expect([kind, counts, coldUsers.users]).toEqual(["users", { heldOutUsers: 4, usersTooShortToHoldOut: 1 }, 0]);
    expect(rule).toContain("2 users drawn by seed 1 are held out for test and 2 for validation");
  });

  it("finds the newest row alone where that is asked for", () => {
    const { parts } = splitByUsers(log, keepAll(log), { share: 0.1, positives: "newest", seed: 1 });
    const held = partsOfUsers(parts).filter((own) => own.includes(profile));
    expect(held).toHaveLength(4);
    for (const own of held)
      expect([...own.slice(0, 9), [validation, test].includes(own[9] as 2 | 3)]).toEqual([
        ...new Array<number>(9).fill(profile),
        true,
      ]);
    const withoutTimes = logOf(
      rows.map(({ user, item }) => ({ user, item })),
      { users: 21, items: 10 },
    );
    expect(() => splitLog(withoutTimes, keepAll(withoutTimes), { ...request, positives: "newest" })).toThrow(
      "--held-out-rows newest needs to know what is newest",
    );
    expect(splitLog(withoutTimes, keepAll(withoutTimes), request).kind).toBe("users"); // a share needs no times
  });

  it("is the same by the same seed, another by another, and none of the rows that cleaning took out", () => {
    const partsOf = (seed: number, kept = keepAll(log)) => [...splitByUsers(log, kept, { ...request, seed }).parts];
    expect(partsOf(1)).toEqual(partsOf(1));
    expect(partsOf(2)).not.toEqual(partsOf(1));
    const kept = keepAll(log).map((_, row) => (row % 2 === 0 ? 1 : 0));
    for (const [row, part] of partsOf(1, kept).entries()) if (kept[row] === 0) expect(part).toBe(SPLIT_PART.none);
  });

  it("tells of pairs to be found that stand in the same user's profile too", () => {
    const repeats = Array.from({ length: 12 }, (_, user) =>
      Array.from({ length: 6 }, (_unused, k) => ({ user, item: k % 2, time: k })),
    ).flat();
    const twice = logOf(repeats, { users: 12, items: 2 });
    const { leaks } = splitLog(twice, keepAll(twice), { ...request, positives: "newest" });
    expect(leaks.evaluatedPairsInTrain).toBe(2); // 0.1 of 12 is 1 for validation, 1 for test, a row each
  });

  it("refuses a share that holds out nobody, or leaves nobody", () => {
    expect(() => splitLog(log, keepAll(log), { ...request, share: 0.01 })).toThrow("raise --held-out-users");
    const few = logOf(rows.slice(0, 40), { users: 21, items: 10 });
    expect(() => splitLog(few, keepAll(few), { ...request, share: 0.5 })).toThrow("leaves no train rows");
  });
});
