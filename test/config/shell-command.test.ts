/** Commands that messages offer: a real shell reads the very words. */
import { execFileSync } from "node:child_process";
import { describe, expect, it } from "@jest/globals";
import { shellCommand } from "../../src/config/shell-command.ts";

describe("a command for a shell", () => {
  it("stays as it is where nothing needs quotes", () => {
    expect(shellCommand("lawn-ranker", "train", "--run", "models/a_b-1.2/r@x:y,z=1%+")).toBe(
      "lawn-ranker train --run models/a_b-1.2/r@x:y,z=1%+",
    );
    expect(shellCommand("my data", "")).toBe("'my data' ''");
  });

  const words = [
    "my models/x",
    "it's",
    `a"b`,
    "$HOME `id` $(id)",
    "a;b&c|d>e<f",
    "*?[a]{b,c}~",
    "!x",
    "\\",
    "é ü",
    "-x",
  ];
  const odd = ["line\nend", "tab\tesc\u001b[31m", "back\\slash'\u0007", "c1\u009b"];

  it.each([...words, ...odd])("is read by bash word by word: %j", (word) => {
    const script = `printf '%s\\0' ${shellCommand(word, "next")}`;
    const read = execFileSync("bash", ["--norc", "-c", script], { encoding: "utf8", env: { LC_ALL: "C.UTF-8" } });
    expect(read.split("\0")).toEqual([word, "next", ""]);
    expect(shellCommand(word)).not.toMatch(/\p{Cc}/u);
  });

  it.each(words)("is read by any POSIX shell: %j", (word) => {
    const read = execFileSync("sh", ["-c", `printf '%s' ${shellCommand(word)}`], { encoding: "utf8" });
    expect(read).toBe(word);
  });
});
