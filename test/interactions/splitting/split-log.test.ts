/** Every split on logs by hand, what it leaks, and who is left out. */
import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { ConfigError, DataError } from "../../../src/errors.ts";
import { keepAll } from "../../../src/interactions/interaction-log.ts";
import { GONE, renumber } from "../../../src/interactions/splitting/renumber.ts";
import { splitByRatio } from "../../../src/interactions/splitting/split-by-ratio.ts";
import { splitLog } from "../../../src/interactions/splitting/split-log.ts";
import { type LogRow, logOf } from "../../support/data/interaction-log.ts";

const [none, train, validation, test] = [0, 1, 2, 3];

describe("leave-last-out", () => {
  const request = { kind: "leave-last-out", rowsAreInOrder: false } as const;

  it("holds out the newest row and the one before, and leaves users of two rows in train", () => {
    const rows = [
      { user: 0, item: 0, time: 5 },
      { user: 0, item: 1, time: 5 }, // same time: the later row is newer
      { user: 0, item: 2, time: 1 },
      { user: 1, item: 0, time: 9 },
      { user: 1, item: 1, time: 8 },
    ];
    const log = logOf(rows, { users: 2, items: 3 });
    const split = splitLog(log, keepAll(log), request);
    // Sorted: user 0 items 2, 0, 1; user 1 items 1, 0.
    expect([...split.parts]).toEqual([train, validation, test, train, train]);
    expect(split.counts).toEqual({ usersTooShortToEvaluate: 1, usersDecidedByRowOrder: 1 });
    // Both rows of user 1 (times 8 and 9) are newer than the only test row (5): 2 of 3 train rows.
    expect(split.leaks.trainNewerThanMedianTest).toBeCloseTo(2 / 3, 12);
    expect(split.warnings.join()).toContain("leaks the future: 67 %");
  });

  it("warns where equal times leave most users to the order of the rows, and counts fewer", () => {
    // Users 0 and 1 have one time for all rows, user 2 three of them.
    const rows = [0, 1, 2].flatMap((user) => [0, 1, 2].map((item) => ({ user, item, time: user < 2 ? 7 : item })));
    const log = logOf(rows, { users: 3, items: 3 });
    const most = splitLog(log, keepAll(log), request);
    expect(most.warnings.join()).toContain("for 2 of 3 users the newest rows share one time");
    const some = splitLog(log, Uint8Array.of(0, 0, 0, 1, 1, 1, 1, 1, 1), request);
    expect(some.counts).toMatchObject({ usersDecidedByRowOrder: 1 });
    expect(some.warnings.join()).not.toContain("share one time");
  });

  it("looks only at rows that cleaning has kept", () => {
    const log = logOf(
      [0, 1, 2, 3].map((item) => ({ user: 0, item, time: item })),
      { users: 1, items: 4 },
    );
    expect([...splitLog(log, Uint8Array.of(1, 1, 1, 0), request).parts]).toEqual([train, validation, test, none]);
  });

  it("needs times, or the word that rows are in order", () => {
    const log = logOf(
      [0, 1, 2].map((item) => ({ user: 0, item })),
      { users: 1, items: 3 },
    );
    expect(() => splitLog(log, keepAll(log), request)).toThrow(ConfigError);
    expect([...splitLog(log, keepAll(log), { ...request, rowsAreInOrder: true }).parts]).toEqual([
      train,
      validation,
      test,
    ]);
  });
});

describe("by time", () => {
  const rows = [
    { user: 0, item: 0, time: 1 },
    { user: 0, item: 1, time: 4 },
    { user: 1, item: 0, time: 2 },
    { user: 1, item: 2, time: 6 },
    { user: 2, item: 1, time: 5 },
  ];
  const log = logOf(rows, { users: 3, items: 3 });

  it("cuts at the moments, and leaves out users who are new after them", () => {
    const cut = { kind: "moments", validationFromMs: 4, testFromMs: 5 } as const;
    const split = splitLog(log, keepAll(log), { kind: "time", cut });
    expect([...split.parts]).toEqual([train, validation, train, test, none]);
    expect(split.coldUsers).toEqual({ users: 1, rows: 1 });
    expect(split.leaks.trainNewerThanMedianTest).toBe(0);
    expect(split.warnings).toEqual([]);
  });

  it("meets the shares as nearly as equal times allow", () => {
    // Times 1 2 4 5 6: 0.2 of 5 rows is one row for test (from 6), one for validation (from 5): the
    // new user again, and refused.
    const cut = { kind: "shares", validationShare: 0.2, testShare: 0.2 } as const;
    expect(() => splitLog(log, keepAll(log), { kind: "time", cut })).toThrow(DataError);
    // 0.4: validation from the second of five times, 4; test from 6.
    const wider = { ...cut, validationShare: 0.4 };
    expect([...splitLog(log, keepAll(log), { kind: "time", cut: wider }).parts]).toEqual([
      train,
      validation,
      train,
      test,
      none,
    ]);
  });
});

describe("by ratio", () => {
  const rows: LogRow[] = Array.from({ length: 60 }, (_, k) => ({ user: k % 6, item: k }));
  const log = logOf(rows, { users: 6, items: 60 });

  it("takes the shares of each user's rows, whatever the seed", () => {
    fc.assert(
      fc.property(fc.nat(1000), (seed) => {
        const { parts } = splitByRatio(log, keepAll(log), { by: "user", validationShare: 0.2, testShare: 0.1, seed });
        for (let user = 0; user < 6; user++) {
          const own = [...parts.subarray(user * 10, user * 10 + 10)].sort();
          expect(own).toEqual([1, 1, 1, 1, 1, 1, 1, 2, 2, 3]); // 7, 2 and 1 of 10
        }
      }),
      { numRuns: 20 },
    );
  });

  it("takes the shares of all rows, the same for the same seed and not for another", () => {
    const cut = { by: "overall", validationShare: 0.1, testShare: 0.25, seed: 1 } as const;
    const { parts } = splitByRatio(log, keepAll(log), cut);
    expect(parts.filter((part) => part === test).length).toBe(15);
    expect(parts.filter((part) => part === validation).length).toBe(6);
    expect(splitByRatio(log, keepAll(log), cut).parts).toEqual(parts);
    expect(splitByRatio(log, keepAll(log), { ...cut, seed: 2 }).parts).not.toEqual(parts);
  });
});

describe("as given", () => {
  const request = {
    kind: "given",
    hasValidationFile: false,
    validationShare: null,
    rowsAreInOrder: false,
    seed: 1,
  } as const;
  // User 0 has ten train rows and one of test, user 1 one train row and one of test, user 2 four train rows.
  const rows = [
    ...Array.from({ length: 10 }, (_, item) => ({ user: 0, item, time: 10 - item, part: 1 })),
    { user: 0, item: 10, time: 11, part: 3 },
    { user: 1, item: 0, time: 1, part: 1 },
    { user: 1, item: 11, time: 2, part: 3 },
    ...Array.from({ length: 4 }, (_, item) => ({ user: 2, item, time: item, part: 1 })),
  ];
  const log = logOf(rows, { users: 3, items: 12 });

  it("gives validation a share of every user's train rows, the newest where times are known", () => {
    const split = splitLog(log, keepAll(log), { ...request, validationShare: 0.3 });
    // 3 of 10, 0 of 1, and 1 of 4 (1.2).
    const held = [...split.parts.keys()].filter((row) => split.parts[row] === validation);
    expect(held.map((row) => log.itemColumn[row])).toEqual([2, 1, 0, 3]); // user 0's times fall with the item
    expect(split.rule).toBe("test as given; 0.3 of each user's train rows, the newest, is validation");
    expect(split.counts).toEqual({ testedUsersWithoutValidation: 1 });
    // Items 10 and 11 stand in test alone, and validation took items 0 to 2 and 3, which others have in train but one:
    // train is user 0's items 3 to 9, user 1's 0 and user 2's 0 to 2.
    expect(split.coldItems).toEqual({ validationRows: 0, testRows: 2 });
  });

  it("draws the share by seed where no order is known, the same for the same seed, and never all of a user", () => {
    const timeless = { ...log, timesMs: null };
    const heldBy = (seed: number, validationShare: number): string =>
      splitLog(timeless, keepAll(log), { ...request, validationShare, seed }).parts.join("");
    expect(heldBy(1, 0.3)).toBe(heldBy(1, 0.3));
    const drawn = new Set(Array.from({ length: 20 }, (_, seed) => heldBy(seed, 0.3)));
    expect(drawn.size).toBeGreaterThan(10);
    for (const parts of drawn) expect(parts.split("2").length - 1).toBe(4); // 3 of 10 and 1 of 4
    expect(heldBy(1, 0.95).split("2").length - 1).toBe(9 + 3); // round(9.5) would be all ten
  });

  it("warns of test rows whose pair stands in train, and draws where every time is the same", () => {
    const rows = [
      { user: 0, item: 0, time: 7, part: 1 },
      { user: 0, item: 1, time: 7, part: 1 },
      { user: 0, item: 0, time: 7, part: 3 },
    ];
    const log = logOf(rows, { users: 1, items: 2 });
    const splits = Array.from({ length: 20 }, (_, seed) => splitLog(log, keepAll(log), { ...request, seed }));
    expect(splits[5]!.rule).toContain("drawn by seed 5");
    // Validation takes one of the two train rows; the test pair leaks only where it was not item 0.
    const leaking = splits.filter(({ parts }) => parts[1] === validation);
    const clean = splits.filter(({ parts }) => parts[0] === validation);
    expect([leaking.length > 0, clean.length > 0, leaking.length + clean.length]).toEqual([true, true, 20]);
    for (const { leaks } of leaking) expect(leaks.warnings.join()).toMatch(/^1 validation or test rows repeat a pair/);
    for (const { leaks } of clean) expect(leaks).toMatchObject({ evaluatedPairsInTrain: 0, warnings: [] });
  });
});

describe("renumbering", () => {
  it("closes the gaps in order and counts train rows; items that only negatives name stay", () => {
    const log = logOf(
      [
        { user: 1, item: 4 },
        { user: 1, item: 2 },
        { user: 3, item: 2 },
        { user: 3, item: 0 },
      ],
      { users: 4, items: 6 },
    );
    const numbers = renumber(log, Uint8Array.of(train, test, train, none), {
      extraItems: [5],
      putsUntrainedLast: false,
    });
    expect([...numbers.userIndex]).toEqual([GONE, 0, GONE, 1]);
    expect([...numbers.itemIndex]).toEqual([GONE, GONE, 0, GONE, 1, 2]);
    expect([...numbers.userTrainCounts]).toEqual([1, 1]);
    expect([...numbers.itemTrainCounts]).toEqual([1, 1, 0]);
  });
});
