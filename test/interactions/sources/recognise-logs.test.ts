/** Which files of a folder are the log. */
import { describe, expect, it } from "@jest/globals";
import { planForFiles, recogniseLogs } from "../../../src/interactions/sources/recognise-logs.ts";

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
    [
      "words inside names",
      ["shop.item", "shop.test.inter", "shop.train.inter", "shop.valid.inter"],
      ["train shop.train.inter", "validation shop.valid.inter", "test shop.test.inter"],
    ],
    [
      "words at the end",
      ["ratings_test.csv", "ratings_train.csv"],
      ["train ratings_train.csv", "test ratings_test.csv"],
    ],
    [
      "pieces of each part",
      [
        "dev-0000.parquet",
        "test-00000-of-00001.parquet",
        "train-00000-of-00002.parquet",
        "train-00001-of-00002.parquet",
      ],
      [
        "train train-00000-of-00002.parquet",
        "train train-00001-of-00002.parquet",
        "validation dev-0000.parquet",
        "test test-00000-of-00001.parquet",
      ],
    ],
    ["words for extensions", ["u1.base", "u1.test"], ["train u1.base", "test u1.test"]],
    ["u.data beside its folds", ["u.data", "u1.base", "u1.test", "u2.base", "u2.test"], ["log u.data"]],
    ["parts of other years", ["train_2020.csv", "test_2021.csv"], ["train train_2020.csv", "test test_2021.csv"]],
    ["words of other cases", ["Test.TXT", "logTrain.TXT.gz"], ["train logTrain.TXT.gz", "test Test.TXT"]],
    ["short words", ["x.trn", "x.tst", "x.vali"], ["train x.trn", "validation x.vali", "test x.tst"]],
    ["short forms in pairs", ["te.csv", "tr.csv", "va.csv"], ["train tr.csv", "validation va.csv", "test te.csv"]],
    ["short forms of nobody", ["shop_tr.csv", "shop_va.csv"], ["log shop_tr.csv", "log shop_va.csv"]],
    [
      "words inside words, where names pair off by them",
      ["contest.csv", "testdata.csv", "traindata.csv", "valdata.csv"],
      ["train traindata.csv", "validation valdata.csv", "test testdata.csv"],
    ],
    ["words grown together", ["Xtest.csv", "Xtrain.csv"], ["train Xtrain.csv", "test Xtest.csv"]],
    ["names without an extension", ["README", "test", "train.gz"], ["train train.gz", "test test"]],
    [
      "folders, whatever their pieces are called",
      ["test/0.csv", "test/1.csv", "train/0.csv", "train/1.csv", "train/a_test.csv"],
      ["train train/0.csv", "train train/1.csv", "train train/a_test.csv", "test test/0.csv", "test test/1.csv"],
    ],
    [
      "an NCF split with a validation file",
      ["x.test.negative", "x.test.rating", "x.train.rating", "x.val.rating"],
      ["train x.train.rating", "validation x.val.rating", "test x.test.rating"],
    ],
    ["an NCF split of no name", ["test.rating", "train.rating"], ["train train.rating", "test test.rating"]],
    [
      "leave-one-out pairs with validation",
      ["loo.dev.tsv", "loo.test.tsv", "loo.train.tsv"],
      ["train loo.train.tsv", "validation loo.dev.tsv", "test loo.test.tsv"],
    ],
    ["training files alone as one log", ["train-0.jsonl", "train-1.jsonl"], ["log train-0.jsonl", "log train-1.jsonl"]],
    ["no word inside another", ["contest.csv", "latest.csv"], ["log contest.csv", "log latest.csv"]],
  ])("finds %s", (_, names, expected) => {
    expect(filesOf(names)).toEqual(expected);
  });

  it("takes the files of a glob for a split where their names say so", () => {
    const parts = planForFiles("raw/ua.*", ["ua.base", "ua.test"]).files.map(({ part }) => part);
    expect(parts).toEqual(["train", "test"]);
    expect(() => planForFiles("raw/*", ["a.csv", "a_test.csv", "a_train.csv"])).toThrow("other files (a.csv)");
  });

  it("asks which of two things half a split is, and takes the answer", () => {
    const names = ["a.csv", "b.csv", "x_test.csv"];
    expect(() => recogniseLogs("raw", names)).toThrow(
      /x_test\.csv \(test\) and a\.csv, b\.csv as train.*--split given.*--split leave-last-out/,
    );
    const partsOf = (wish: "given" | "anew") => recogniseLogs("raw", names, wish).files.map(({ part }) => part);
    expect(partsOf("given")).toEqual(["train", "train", "test"]);
    expect(partsOf("anew")).toEqual(["log", "log", "log"]);
    expect(() => recogniseLogs("raw", ["x.test.inter"])).toThrow(/a split without train.*--split leave-last-out/);
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
    ["two splits", ["a_train.csv", "a_test.csv", "b-train.csv", "b-test.csv"], /more than one log found \(a_train/],
    ["folds", ["train1.csv", "test1.csv", "train2.csv", "test2.csv"], /more than one log found \(train1/],
    ["a log beside its split", ["ratings.csv", "x.train.csv", "x.test.csv"], /more than one log found/],
    ["a piece and its compressed copy", ["log.csv", "log.csv.gz"], /copies of one file/],
    ["a part and its compressed copy", ["train.csv", "train.csv.gz", "test.csv"], /copies of one file/],
    ["tables of two kinds", ["a.csv", "b.parquet"], /files of several kinds, a\.csv, b\.parquet/],
    ["no table", ["README.md"], /no log found among README\.md/],
    ["nothing", [".hidden"], /the folder is empty/],
  ])("refuses %s", (_, names, message) => {
    expect(() => recogniseLogs("raw", names)).toThrow(message);
  });
});
