/** Which files of a folder are the log. */
import { describe, expect, it } from "@jest/globals";
import { recogniseLogs } from "../../../src/interactions/sources/recognise-logs.ts";

const filesOf = (names: readonly string[]): string[] =>
  recogniseLogs("raw", names).files.map(({ name, part }) => `${part} ${name}`);

describe("recognised names", () => {
  it.each<[string, string[], string[]]>([
    ["u.data beside other files", ["u.item.gz", "u.data.gz", "README"], ["log u.data.gz"]],
    ["ratings.csv beside movies.csv", ["movies.csv", "ratings.csv.zst"], ["log ratings.csv.zst"]],
    [
      "pairs of the NCF split with the official test",
      [
        "ncf.train.pairs.tsv.gz",
        "ml-1m.test.rating.gz",
        "ml-1m.test.negative.gz",
        "user_time_order.tsv.gz",
        "movies.dat.gz",
      ],
      ["train ncf.train.pairs.tsv.gz", "test ml-1m.test.rating.gz"],
    ],
    [
      "the NCF repository's own names",
      ["x.train.rating", "x.test.rating"],
      ["train x.train.rating", "test x.test.rating"],
    ],
    [
      "leave-one-out pairs",
      ["interactions.unique.tsv", "loo.train.tsv", "loo.test.tsv"],
      ["train loo.train.tsv", "test loo.test.tsv"],
    ],
    [
      "three parts of a table",
      ["test.csv", "train.csv", "valid.csv"],
      ["train train.csv", "validation valid.csv", "test test.csv"],
    ],
    [
      "pieces of one table",
      ["_SUCCESS", "part-1.parquet", "part-0.parquet"],
      ["log part-0.parquet", "log part-1.parquet"],
    ],
  ])("finds %s", (_, names, expected) => {
    expect(filesOf(names)).toEqual(expected);
  });

  it("knows the official negatives and that pairs stand in order", () => {
    const plan = recogniseLogs("raw", ["ncf.train.pairs.tsv", "a.test.rating", "a.test.negative"]);
    expect(plan).toMatchObject({
      negatives: "a.test.negative",
      rowsAreInOrder: true,
      publishedSplit: "leave-last-out",
    });
  });

  it.each<[string, string[], RegExp]>([
    ["two logs", ["u.data", "ratings.dat"], /more than one log found \(ratings\.dat; u\.data\)/],
    ["a log and its compressed copy", ["u.data", "u.data.gz"], /more than one log found/],
    ["tables of two kinds", ["a.csv", "b.parquet"], /files of several kinds, a\.csv, b\.parquet/],
    ["no table", ["README.md"], /no log found among README\.md/],
    ["nothing", [".hidden"], /the folder is empty/],
  ])("refuses %s", (_, names, message) => {
    expect(() => recogniseLogs("raw", names)).toThrow(message);
  });
});
