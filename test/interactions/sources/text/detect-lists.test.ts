/** Lists of items are told from rows by their first lines, and what is neither for sure is asked. */
import { describe, expect, it } from "@jest/globals";
import { listEvidence } from "../../../../src/interactions/sources/text/detect-lists.ts";

const kindOf = (text: string): string => {
  const evidence = listEvidence(text.split("\n"));
  return evidence.kind === "lists" ? evidence.layout : evidence.kind;
};

describe("lists of items", () => {
  it.each<[string, string, string]>([
    ["lines of many lengths", "0 5 6 7\n1 8\n2 9 10", "adjacency"],
    ["a user alone, who has no items", "0 5 6 7\n1\n2 9 10", "adjacency"],
    ["blanks at the ends and CR", "0 5 6 7 \r\n 1 8\r\n2 9  10\r", "adjacency"],
    ["a tab behind the user and blanks between items, though all are as long", "0\t5 6\n1\t8 9", "adjacency"],
    ["tabs throughout", "0\t5\t6\t7\n1\t8\n2\t9\t10", "adjacency"],
    // 3 items follow "3", and so on: five lines of that are no chance.
    ["counts behind the user", "9 3 1 2 3\n8 1 4\n7 2 1 5\n6 0\n5 1 3", "counted-adjacency"],
    ["counts and no user", "3 1 2 3\n1 4\n2 1 5\n0\n1 3", "counted-lists"],
    ["counts in too few lines to be sure", "3 1 2 3\n1 4\n2 1 5", "unclear"],
    // 2 of 3 lines have two words: rows with one broken, or lists?
    ["mostly pairs", "0 5\n1 6\n2 7 8", "unclear"],
    ["pairs", "0 5\n1 6\n2 7", "even"],
    ["rows of four numbers", "0 5 3 978300760\n1 6 4 978300761", "even"],
    ["tabs with a field left empty", "0\t5\t3\t9\n1\t6\t\t9\n2\t7\t\t9\n3\t8\t4\t9", "even"],
    ["one broken row of ten", `${"0\t5\t3\n".repeat(9)}1\t6`, "even"],
    ["commas", "0,5,6\n1,8", "table"],
    ["a header", "user item\n0 5 6", "table"],
    ["words", "anna blue red\nben green", "table"],
    ["nothing", "\n", "table"],
  ])("%s", (_, text, expected) => {
    expect(kindOf(text)).toBe(expected);
  });
});
