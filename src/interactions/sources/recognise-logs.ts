/**
 * Which of the files in a raw folder hold the log, told by their usual names; other files beside them are left alone.
 */
import { ConfigError, DataError } from "../../errors.ts";
import { withoutCompression } from "./sniff-file.ts";
import { endsInPart, halfSplit, type LogPart, partOfName, refuseCopies, splitsByName } from "./split-words.ts";

export interface PlannedFile {
  readonly name: string;
  readonly part: LogPart;
  /** Absent: found out from the first lines. */
  readonly delimiter?: string;
  /** Column names of files that never have a header; those that a file lacks at the end are left out. */
  readonly columns?: readonly string[];
}

export interface LogPlan {
  /** Such as "movielens u.data"; for reports. */
  readonly format: string;
  readonly files: readonly PlannedFile[];
  /** The file of official negatives, a line per test case. */
  readonly negatives: string | null;
  /** True when the publisher says that each user's rows stand oldest first, so that no times are needed. */
  readonly rowsAreInOrder: boolean;
  /** How the publisher split the log, for the names of metrics; null for a log still to be split. */
  readonly publishedSplit: string | null;
  /** Tables beside a split told by words alone, which may be rows of it all the same. */
  readonly leftAside?: readonly string[];
}

const RATING_COLUMNS = ["user", "item", "rating", "timestamp"];
const TABLE_NAME = /\.(csv|tsv|txt|dat|data|inter|jsonl|ndjson|json|parquet|parq|pq|arrow|feather|ipc)$/i;
const NO_LOG = "name the file itself (--raw FILE) with --user-column and --item-column";

/** What the user says of files whose names leave it open: as given, one log to be split anew, or nothing. */
export type SplitWish = "given" | "anew" | null;

/**
 * `names` are the file names of one folder, without folders. Throws DataError when none or more than one log is
 * recognised, ConfigError where the names tell of half a split.
 */
export function recogniseLogs(folder: string, names: readonly string[], wish: SplitWish = null): LogPlan {
  const visible = names.filter((name) => !/^[._]/.test(name)).sort(byCodeUnits);
  if (visible.length === 0) throw new DataError(`${folder}: the folder is empty, expected a log such as ratings.csv`);
  const published = [...singleLogs(visible), ...publishedSplits(visible)];
  const claimed = new Set(published.flatMap(({ files }) => files.map(({ name }) => name)));
  // Beside u.data the folds of MovieLens 100K, u1.base and u1.test, are no other logs.
  const isTable = (name: string): boolean =>
    TABLE_NAME.test(withoutCompression(name)) || (published.length === 0 && endsInPart(name));
  const tables = visible.filter((name) => isTable(name) && !claimed.has(name));
  const plans = [...published, ...wholeSplits(tables)];
  const [plan, ...others] = plans;
  if (plan !== undefined && others.length > 0) {
    const found = plans.map(({ files }) => files.map(({ name }) => name).join(" + ")).join("; ");
    throw new DataError(
      `${folder}: more than one log found (${found}); name one of them: --raw ${folder}/FILE, or several of its files with * and ?`,
    );
  }
  const leftAside = tables.filter((name) => plan?.files.every((file) => file.name !== name) ?? false);
  if (plan !== undefined) return published.includes(plan) ? plan : { ...plan, leftAside };
  return partsOfOneTable(folder, tables.length === 0 ? visible : tables, wish);
}

/** The plan for one file the user named, whatever it is called. */
export function planForFile(name: string): LogPlan {
  const [known] = singleLogs([name]);
  return known ?? oneLog("table", [{ name, part: "log" }]);
}

/**
 * The plan for the files of a glob: a split where their names tell of one, else rows of one log, in
 * the order of their names.
 */
export function planForFiles(glob: string, names: readonly string[], wish: SplitWish = null): LogPlan {
  const [split, another] = wholeSplits(names);
  if (another !== undefined) {
    throw new DataError(`${glob}: matches the files of more than one split (${listed(names)}); narrow the pattern`);
  }
  const isOfSplit = (name: string): boolean => split?.files.some((file) => file.name === name) ?? true;
  const left = names.filter((name) => !isOfSplit(name));
  if (left.length > 0) {
    throw new DataError(`${glob}: matches a split and other files (${listed(left)}); narrow the pattern`);
  }
  return split ?? piecesOfOneLog(glob, names, wish);
}

function singleLogs(names: readonly string[]): LogPlan[] {
  return names.flatMap((name) => {
    switch (withoutCompression(name)) {
      case "u.data":
        return [oneLog("movielens u.data", [{ name, part: "log", delimiter: "\t", columns: RATING_COLUMNS }])];
      case "ratings.dat":
        return [oneLog("movielens ratings.dat", [{ name, part: "log", delimiter: "::", columns: RATING_COLUMNS }])];
      case "ratings.csv":
        return [oneLog("movielens ratings.csv", [{ name, part: "log" }])];
      default:
        return [];
    }
  });
}

function oneLog(format: string, files: readonly PlannedFile[]): LogPlan {
  return { format, files, negatives: null, rowsAreInOrder: false, publishedSplit: null };
}

function publishedSplits(names: readonly string[]): LogPlan[] {
  return names.flatMap((train) => {
    const bare = withoutCompression(train);
    const ncf = /^(.+\.)?train\.rating$/.exec(bare);
    if (ncf !== null) return ncfSplit(names, train, ncf[1] ?? "");
    if (bare === "ncf.train.pairs.tsv") {
      const tests = names.filter((name) => withoutCompression(name).endsWith(".test.rating"));
      return tests.flatMap((test) => ncfSplit(names, train, withoutCompression(test).replace(/test\.rating$/, "")));
    }
    return bare === "loo.train.tsv" ? leaveOneOutPairs(names, train) : [];
  });
}

/** The files of the NCF repository; rows of the pairs form stand oldest first for each user. */
function ncfSplit(names: readonly string[], train: string, base: string): LogPlan[] {
  const tab = { delimiter: "\t", columns: RATING_COLUMNS } as const;
  const [test] = named(names, `${base}test.rating`);
  if (test === undefined) return [];
  const [negatives] = named(names, `${base}test.negative`);
  return [
    {
      format: "ncf split",
      files: [
        { name: train, part: "train", ...tab },
        ...validationOf(names, base, ".rating").map((name) => ({ name, part: "validation" as const, ...tab })),
        { name: test, part: "test", ...tab },
      ],
      negatives: negatives ?? null,
      rowsAreInOrder: withoutCompression(train) === "ncf.train.pairs.tsv",
      publishedSplit: "leave-last-out",
    },
  ];
}

function leaveOneOutPairs(names: readonly string[], train: string): LogPlan[] {
  const [test] = named(names, "loo.test.tsv");
  if (test === undefined) return [];
  const shape = { delimiter: "\t", columns: RATING_COLUMNS } as const;
  return [
    {
      format: "leave-one-out pairs",
      files: [
        { name: train, part: "train", ...shape },
        ...validationOf(names, "loo.", ".tsv").map((name) => ({ name, part: "validation" as const, ...shape })),
        { name: test, part: "test", ...shape },
      ],
      negatives: null,
      rowsAreInOrder: false,
      publishedSplit: "leave-one-out",
    },
  ];
}

/** By any word for validation between the two; more than one such file is refused later, as copies are. */
function validationOf(names: readonly string[], before: string, behind: string): string[] {
  const isNamed = (bare: string): boolean =>
    bare.startsWith(before) && bare.endsWith(behind) && !bare.slice(before.length, -behind.length).includes(".");
  return names.filter((name) => isNamed(withoutCompression(name)) && partOfName(name) === "validation");
}

function named(names: readonly string[], wanted: string): string[] {
  return names.filter((name) => withoutCompression(name) === wanted);
}

/** Splits by the words of the names, each with train and test. */
function wholeSplits(names: readonly string[]): LogPlan[] {
  return splitsByName(names).map((files) => ({
    format: "table with given split",
    files,
    negatives: null,
    rowsAreInOrder: false,
    publishedSplit: "given",
  }));
}

/** Files of one kind, such as part-0000.parquet and its sisters, are one log cut into pieces. */
function partsOfOneTable(folder: string, names: readonly string[], wish: SplitWish): LogPlan {
  const tables = names.filter((name) => TABLE_NAME.test(withoutCompression(name)));
  if (tables.length === 0) {
    throw new DataError(`${folder}: no log found among ${listed(names)}; ${NO_LOG}`);
  }
  const kinds = new Set(tables.map((name) => TABLE_NAME.exec(withoutCompression(name))?.[1]?.toLowerCase()));
  if (kinds.size > 1) {
    throw new DataError(`${folder}: found files of several kinds, ${listed(tables)}; ${NO_LOG}, or use a glob`);
  }
  return piecesOfOneLog(folder, tables, wish);
}

/** Throws ConfigError where some names are of a split and the user has not said what that means. */
function piecesOfOneLog(where: string, names: readonly string[], wish: SplitWish): LogPlan {
  refuseCopies(where, names);
  const half = wish === "anew" ? null : halfSplit(names);
  if (half === null)
    return oneLog(
      "table",
      names.map((name) => ({ name, part: "log" as const })),
    );
  if (wish === "given" && half.asGiven !== null) {
    return { ...oneLog("table with given split", half.asGiven), publishedSplit: "given" };
  }
  throw new ConfigError(`${where}: ${half.question}`);
}

function listed(names: readonly string[]): string {
  return names.length <= 8 ? names.join(", ") : `${names.slice(0, 8).join(", ")} and ${names.length - 8} more`;
}

function byCodeUnits(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
