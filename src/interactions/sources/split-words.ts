/**
 * Splits that publishers made, told by the words of their files' names: x.train.inter,
 * ratings_test.csv, dev-00000.parquet.
 */
import { DataError } from "../../errors.ts";
import { withoutCompression } from "./sniff-file.ts";

/** Where a file's rows belong: to one log still to be split, or to a part of a split its publisher made. */
export type LogPart = "log" | "train" | "validation" | "test";

export interface PartFile {
  readonly name: string;
  readonly part: LogPart;
}

const PART_OF_WORD: ReadonlyMap<string, Exclude<LogPart, "log">> = new Map([
  ...["train", "training", "trainset", "trn"].map((word) => [word, "train"] as const),
  ...["validation", "validate", "valid", "validset", "vali", "vad", "val", "valset", "dev", "devset"].map(
    (word) => [word, "validation"] as const,
  ),
  ...["test", "testing", "testset", "tst"].map((word) => [word, "test"] as const),
]);
/** Parts of longer words and short forms, which mean a part only where names pair off by them: Xtrain, testdata, tr. */
const LOOSE: readonly (readonly [RegExp, Exclude<LogPart, "log">])[] = [
  [/train(ing)?|(?<![a-z])tr(?![a-z])/gi, "train"],
  [/val(id(ation)?)?|(?<![a-z])va(?![a-z])/gi, "validation"],
  [/test(ing)?|(?<![a-z])te(?![a-z])/gi, "test"],
];
const ORDER: readonly LogPart[] = ["train", "validation", "test"];

/**
 * The part that a name speaks of: latest.csv speaks of none, and neither does train_and_test.csv, which speaks of two.
 */
export function partOfName(name: string): LogPart {
  const folder = partFolderOf(name);
  if (folder !== undefined) return PART_OF_WORD.get(folder.toLowerCase())!; // such a folder is one of its words
  const parts = new Set(wordsOf(name).flatMap((word) => PART_OF_WORD.get(word.toLowerCase()) ?? []));
  // MovieLens 100K calls its training files u1.base.
  if (parts.size === 0 && /\.base$/i.test(withoutCompression(name))) return "train";
  const [part = "log", another] = parts;
  return another === undefined ? part : "log";
}

/** Whether a folder holds a part of a split: train/, Test/. */
export function isPartFolder(name: string): boolean {
  return PART_OF_WORD.has(name.toLowerCase());
}

function partFolderOf(name: string): string | undefined {
  return name.split("/").slice(0, -1).find(isPartFolder);
}

/** Whether the word is all or the extension, as of u1.base and ratings.test, which tells a table though no format. */
export function endsInPart(name: string): boolean {
  const [, extension = ""] = /(?:^|[./])([^./]+)$/.exec(withoutCompression(name)) ?? [];
  return extension.toLowerCase() === "base" || PART_OF_WORD.has(extension.toLowerCase());
}

/**
 * Files that are alike but for the word are one split if train and test are there: two of those are two, such as folds.
 * Else the numbers may differ as well (train_2020.csv, test_2021.csv), and at last everything.
 */
export function splitsByName(names: readonly string[]): PartFile[][] {
  const files = names.map((name) => ({ name, part: partOfName(name) })).filter(({ part }) => part !== "log");
  const folds = grouped(files, ({ name }) => stemOf(name)).filter(isWhole);
  if (folds.length > 1) return folds.map(inOrder);
  const [split, ...others] = grouped(files, ({ name }) => stemOf(name).replaceAll(/\d+/g, "#")).filter(isWhole);
  if (split === undefined) return isWhole(files) ? [inOrder(files)] : loosePairs(names);
  if (others.length > 0) return [split, ...others].map(inOrder);
  // dev.csv beside x_train.csv and x_test.csv
  const missing = files.filter(({ part }) => split.every((file) => file.part !== part));
  return [inOrder([...split, ...missing])];
}

/** Names that are alike but for a part of a word: "contest" has none to go with it. */
function loosePairs(names: readonly string[]): PartFile[][] {
  const readings = names.flatMap((name) =>
    LOOSE.flatMap(([pattern, part]) =>
      [...name.matchAll(pattern)].map(({ index, 0: word }) => ({
        name,
        part,
        stem: `${name.slice(0, index)}*${name.slice(index + word.length)}`,
      })),
    ),
  );
  return grouped(readings, ({ stem }) => withoutCompression(stem).toLowerCase())
    .filter(isWhole)
    .map((group) => inOrder(group.map(({ name, part }) => ({ name, part }))));
}

function grouped<T>(files: readonly T[], keyOf: (file: T) => string): T[][] {
  const groups = new Map<string, T[]>();
  for (const file of files) groups.set(keyOf(file), [...(groups.get(keyOf(file)) ?? []), file]);
  return [...groups.values()];
}

/**
 * Names of which some speak of a part but not enough of them for a split: null where that is no question. Training
 * files alone are a log in pieces. `asGiven`: what the files are if the others are the missing part.
 */
export function halfSplit(
  names: readonly string[],
): { readonly question: string; readonly asGiven: readonly PartFile[] | null } | null {
  const files = names.map((name) => ({ name, part: partOfName(name) }));
  const found = new Set(files.map(({ part }) => part));
  if ([...found].every((part) => part === "log") || [...found].every((part) => part === "train")) return null;
  const missing = found.has("train") ? "test" : "train";
  const rest = files.filter(({ part }) => part === "log").map(({ name }) => name);
  const spoken = files.filter(({ part }) => part !== "log");
  const named = shown(spoken.map(({ name, part }) => `${name} (${part})`));
  const anew = "one log to split anew: say --split leave-last-out, time or ratio";
  if (rest.length === 0) {
    return {
      question: `the names speak of a split without ${missing}: ${named}. Either the ${missing} file is elsewhere: put it beside them; or these files are ${anew}`,
      asGiven: null,
    };
  }
  const filled = files.map(({ name, part }) => ({ name, part: part === "log" ? missing : part }));
  return {
    question: `the names can mean two things: ${named} and ${shown(rest)} as ${missing}, a given split: say --split given; or all of them are ${anew}; or name the files you mean: --raw FILE`,
    asGiven: isWhole(filled) ? inOrder(filled) : null,
  };
}

/** A file and its compressed copy would count every row twice. */
export function refuseCopies(where: string, names: readonly string[]): void {
  const bare = names.map(withoutCompression);
  const copy = names.find((_, index) => bare.indexOf(bare[index]!) !== index);
  if (copy !== undefined) {
    throw new DataError(`${where}: ${withoutCompression(copy)} and ${copy} are copies of one file; remove one of them`);
  }
}

function isWhole(files: readonly PartFile[]): boolean {
  return files.some(({ part }) => part === "train") && files.some(({ part }) => part === "test");
}

function inOrder(files: readonly PartFile[]): PartFile[] {
  refuseCopies(
    "the files of a split",
    files.map(({ name }) => name),
  );
  return [...files].sort((a, b) => ORDER.indexOf(a.part) - ORDER.indexOf(b.part));
}

/** Runs of letters of one kind of case, or of digits: ratingsTrain2 is ratings, Train, 2. */
function wordsOf(name: string): string[] {
  return withoutCompression(name).match(/\p{Lu}?\p{Ll}+|\p{Lu}+(?!\p{Ll})|\d+/gu) ?? [];
}

/** The name with * for its word, and # for the number of a piece (00000-of-00002, part-0). */
function stemOf(name: string): string {
  const folder = partFolderOf(name);
  if (folder !== undefined) return name.slice(0, name.indexOf(`${folder}/`)); // whatever its pieces are called
  const words = wordsOf(name).filter((word) => PART_OF_WORD.has(word.toLowerCase()));
  const bare = withoutCompression(name)
    .replace(/\.base$/i, ".*")
    .replaceAll(/\d+-of-\d+|(?<=part[-_]?)\d+/gi, "#");
  return words.reduce((stem, word) => stem.replace(word, "*"), bare);
}

function shown(names: readonly string[]): string {
  return names.length <= 4 ? names.join(", ") : `${names.slice(0, 4).join(", ")} and ${names.length - 4} more`;
}
