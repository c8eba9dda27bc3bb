/** Completion scripts, asked by the shells themselves: bash always, zsh and fish where they are installed. */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { completionStage } from "../../../pipelines/command-line/completion/completion-stage.ts";
import { completionWords } from "../../../pipelines/command-line/completion/completion-words.ts";
import { stages } from "../../../pipelines/stages.ts";
import { silentContext } from "../../support/stages/silent-context.ts";

const folder = mkdtempSync(path.join(tmpdir(), "completion-"));
afterAll(() => rmSync(folder, { recursive: true }));
const shells = ["bash", "zsh", "fish"] as const;
beforeAll(async () => {
  for (const shell of shells) {
    const { text } = await completionStage(stages).run({ shell }, silentContext);
    writeFileSync(path.join(folder, `script.${shell}`), text);
  }
  writeFileSync(path.join(folder, "orders of may.csv"), "");
});

/** it.each, skipped out loud where there is no such shell. */
function eachIn(shell: "zsh" | "fish") {
  if (spawnSync(shell, ["-c", "true"]).status === 0) return it.each;
  console.warn(`skipped: completion in ${shell}, which is not installed`);
  return it.skip.each;
}

const run = (shell: string, ...args: string[]): string =>
  execFileSync(shell, args, { cwd: folder, encoding: "utf8", timeout: 60_000 });

/** Candidates for the last of the words. */
function bash(...words: string[]): readonly string[] {
  const ask = `source script.bash; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _lawn_ranker; IFS=$'\\n'; echo "\${COMPREPLY[*]}"`;
  return lines(run("bash", "--norc", "-c", ask, "bash", "lawn-ranker", ...words));
}

function fish(...words: string[]): readonly string[] {
  const found = run(
    "fish",
    "--no-config",
    "-c",
    'source script.fish; complete -C "$argv"',
    ["lawn-ranker", ...words].join(" "),
  );
  return lines(found).map((line) => line.split("\t")[0]!);
}

const lines = (text: string): readonly string[] => text.split("\n").filter((line) => line !== "");

/** Of the same words in every shell: what may follow. */
const cases: readonly (readonly [what: string, words: readonly string[], expected: readonly string[]])[] = [
  ["a command", ["tra"], ["train"]],
  ["a flag", ["train", "--mode"], ["--model", "--models-root"]],
  ["the flag that changes something", ["evaluate", "--no-bey"], ["--no-beyond-accuracy"]],
  ["a flag of every command", ["verify", "--conf"], ["--config"]],
  ["one of the names that a value may be", ["train", "--model", ""], ["gmf", "mf", "mlp", "neumf"]],
  ["a further name of a list", ["export", "--format", "onnx,parq"], ["onnx,parquet"]],
  ["the word behind a command", ["completion", ""], ["bash", "fish", "zsh"]],
  ["a file", ["score", "--users", "ord"], ["orders of may.csv"]],
];

describe("completion", () => {
  it("knows every flag of every command, each with a few words", async () => {
    const words = await completionWords(stages);
    expect(words.map(({ name }) => name)).toEqual(stages.map(({ name }) => name));
    const all = words.flatMap(({ flags }) => flags);
    expect(all.filter(({ meaning }) => meaning === "" || meaning.length > 60)).toEqual([]);
    expect(words.find(({ name }) => name === "train")!.flags.map(({ flag }) => flag)).toEqual(
      expect.arrayContaining(["--batch-size", "--no-diagnostics", "--no-id-biases", "--id-biases", "--json"]),
    );
  });

  it.each(cases)("offers bash %s", (_, words, expected) => {
    expect([...bash(...words)].sort()).toEqual(expected);
  });

  eachIn("fish")(cases)("offers fish %s", (_, words, expected) => {
    const found = fish(...words).map((word) => word.replaceAll("\\ ", " "));
    expect(found.sort()).toEqual(expected);
  });

  // What zsh does with them lives in its line editor alone; here is what it is told.
  eachIn("zsh")([
    ["commands", ["tra"], /^train:train a ranker/],
    ["flags that change something", ["evaluate", ""], /^--no-beyond-accuracy\[Leave out [^\]]+\]$/],
    ["the names that a value may be", ["train", ""], /^--model\[[^\]]+\]:name:\(mf gmf mlp neumf\)$/],
    [
      "the names of a list",
      ["export", ""],
      /^--format\[[^\]]+\]:names:_sequence compadd - onnx parquet arrow npy ann$/,
    ],
    ["the word behind a command", ["completion", ""], /^1:name:\(bash zsh fish\)$/],
    ["files", ["score", ""], /^--deny\[[^\]]+\]:file:_files$/],
    ["folders", ["train", ""], /^--data-root\[[^\]]+\]:folder:_files -\/$/],
  ])("tells zsh of %s", (_, words, told) => {
    const ask = `compdef() {}; _describe() { print -rl -- "\${(P)2[@]}" }; _arguments() { print -rl -- "$@" }
      source ./script.zsh; words=(lawn-ranker "$@"); CURRENT=$#words; _lawn_ranker`;
    expect(lines(run("zsh", "-f", "-c", ask, "zsh", ...words))).toContainEqual(expect.stringMatching(told));
  });
});
