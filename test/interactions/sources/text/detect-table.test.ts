/** Delimiter, header and quoting from the first lines; columns from usual names. */
import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { lineOfRow } from "../../../../src/interactions/reading/bad-rows.ts";
import { readTimes } from "../../../../src/interactions/reading/time-unit.ts";
import { chooseColumns } from "../../../../src/interactions/sources/choose-columns.ts";
import { splitFields } from "../../../../src/interactions/sources/text/detect-quoting.ts";
import { detectTable } from "../../../../src/interactions/sources/text/detect-table.ts";

const hints = { file: "f", wanted: [] };

describe("detecting a table", () => {
  it.each([
    ["1::2::3", "::", false],
    ["1\t2\t3", "\t", false],
    ["userId,movieId", ",", true],
    ["user_id:token\titem_id:token", "\t", true],
    ["a|b\n1|2", "|", true], // words above numbers
    ["a;b\nc;d", ";", false], // words throughout
    ["buyer,thing\nC-1,S1\nC-2,S2", ",", true], // words above codes, twice
    ["anna,blue\nC-1,red\nC-2,red", ",", false], // once may be chance
  ])("reads %j", (text, delimiter, hasHeader) => {
    expect(detectTable(text.split("\n"), hints)).toMatchObject({ delimiter, hasHeader });
  });

  it("takes the delimiter on which the lines agree, not the one that is frequent in one", () => {
    expect(detectTable(["x\ta,b,c,d", "y\te", "z\tf"], hints).delimiter).toBe("\t");
  });

  it("takes white space where there is nothing else and the lines agree on it", () => {
    const found = detectTable(["  user  item rating", "1 20 3 ", "2\t7   4"], hints);
    expect(found).toMatchObject({ delimiter: " ", isWhiteSpace: true, columns: ["user", "item", "rating"] });
    expect(detectTable(['"user" "item"', '"1" 10 20'], { ...hints, delimiter: " " }).isWhiteSpace).toBe(false);
    expect(detectTable(["Toy Story,1", "Heat,2", "A B C D,3"], hints).delimiter).toBe(",");
    expect(() => detectTable(["Toy Story", "Heat", "The Long Kiss Goodnight"], hints)).toThrow(/no delimiter found/);
  });

  it("takes a first line that holds a wanted column for a header", () => {
    expect(detectTable(["wer,was", "a,b"], { ...hints, wanted: ["wer"] }).hasHeader).toBe(true);
  });

  it("splits what quoting has joined", () => {
    const field = fc.string({ unit: fc.constantFrom("a", ",", '"', " ") });
    fc.assert(
      fc.property(fc.array(field, { minLength: 1, maxLength: 5 }), (fields) => {
        const line = fields.map((text) => `"${text.replaceAll('"', '""')}"`).join(",");
        expect(splitFields(line, ",", { quote: '"', escape: '"' })).toEqual(fields);
      }),
    );
  });
});

describe("choosing columns", () => {
  it("finds usual names in any spelling, and takes names or numbers from the user", () => {
    const columns = ["When", "Movie-ID", "USER_ID", "score"];
    const found = { user: 2, item: 1, time: null, rating: 3, weight: null, event: null };
    expect(chooseColumns("f", columns, {})).toEqual(found);
    expect(chooseColumns("f", [...columns, "weight", "event"], {})).toEqual(found); // where the user names them alone
    expect(chooseColumns("f", [...columns, "weight", "event"], { weight: "weight" })).toMatchObject({ weight: 4 });
    expect(chooseColumns("f", columns, { time: "when", rating: "1" })).toMatchObject({ time: 0, rating: 0 });
  });

  it("takes of two columns the first for the user's and the other for the item's, where nothing else is known", () => {
    const of = (columns: readonly string[], request = {}) => chooseColumns("f", columns, request);
    expect(of(["column1", "column2"])).toMatchObject({ user: 0, item: 1 });
    expect(of(["thing", "user_id"])).toMatchObject({ user: 1, item: 0 });
    expect(of(["a", "b"], { item: "1" })).toMatchObject({ user: 1, item: 0 });
    expect(() => of(["user_id", "timestamp"])).toThrow(/no item column/);
    expect(() => of(["column1", "column2", "column3"])).toThrow(/no user column(?![\s\S]*adjacency)/);
  });

  it("names lists of items where there are more columns without a name than a row has", () => {
    const columns = Array.from({ length: 5 }, (_, index) => `column${index + 1}`);
    expect(() => chooseColumns("train.txt", columns, {})).toThrow(
      "train.txt: where its lines are lists, a user and the items, --format adjacency reads them",
    );
    expect(() => chooseColumns("train.txt", columns, { user: "1" })).toThrow(/no item column(?![\s\S]*adjacency)/);
    expect(() => chooseColumns("f", ["a", "b", "c", "d", "e"], {})).toThrow(/no item column(?![\s\S]*adjacency)/);
  });

  it("reports every problem at once", () => {
    expect(() => chooseColumns("f", ["a", "b", "d"], { time: "c" })).toThrow(
      /--time-column is "c"[\s\S]*no user column[\s\S]*no item column/,
    );
  });
});

describe("the line of a row", () => {
  it("counts the lines set aside before it", () => {
    // Header on 1; lines 2 and 4 set aside: rows stand on 3, 5, 6.
    expect([0, 1, 2].map((row) => lineOfRow(row, 2, [4, 2]))).toEqual([3, 5, 6]);
  });
});

describe("the unit of times", () => {
  const summary = { rows: 3, numbers: 3, moments: 0, smallest: 9e8, largest: 1e9, calendar: null };
  it.each([
    [1e9, "seconds"],
    [1e12, "milliseconds"],
    [1e15, "microseconds"],
    [1e18, "nanoseconds"],
  ])("tells %d to be %s", (value, unit) => {
    expect(readTimes({ ...summary, smallest: value, largest: value })).toMatchObject({ unit, warnings: [] });
  });

  it("warns of mixed units and drops times that only some rows have", () => {
    expect(readTimes({ ...summary, largest: 1e12 }).warnings[0]).toMatch(/as if units were mixed/);
    expect(readTimes({ ...summary, numbers: 2 })).toMatchObject({
      unit: null,
      warnings: [expect.stringContaining("1 of 3")],
    });
  });
});
