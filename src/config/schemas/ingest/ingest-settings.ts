/** Every setting of `ingest`, once: type, default, unit, range, meaning. ingest-schema.ts says what goes together. */
import { z } from "zod";
import { setting } from "../../setting.ts";
import { dataRoot } from "../../shared-settings.ts";
import { featureSettings } from "./feature-settings.ts";
import { listLayouts } from "./list-layouts.ts";
import { rawSettings } from "./raw-settings.ts";

const share = z.number().min(0).max(1);
const text = z.string().min(1);
const character = z.string().length(1);

/** Used where --validation-share and --test-share are not given. */
export const DEFAULT_SHARE = 0.1;

/** Of a held-out user's rows, where --held-out-rows is not given: as Liang et al. 2018. */
export const DEFAULT_HELD_OUT_ROWS = 0.2;

/** What writers put where there is no value; an empty field is none as well. */
export const NULL_TEXTS: readonly string[] = [
  "NULL",
  "null",
  "\\N",
  "NA",
  "N/A",
  "n/a",
  "nan",
  "NaN",
  "NaT",
  "None",
  "<NA>",
];

export const ingestSettings = z.object({
  dataset: setting(text.default("sample"), {
    flag: "dataset",
    heading: "Data",
    names: "dataset",
    meaning: "Name of the dataset to make, or the path of a JSON file with these settings",
  }),
  ...rawSettings,
  dataRoot,
  userColumn: setting(text.optional(), {
    flag: "user-column",
    heading: "Columns",
    names: "column",
    meaning: "Column of user ids: a name, or a number from 1",
  }),
  itemColumn: setting(text.optional(), {
    flag: "item-column",
    names: "column",
    meaning: "Column of item ids: a name, or a number from 1",
  }),
  timeColumn: setting(text.optional(), {
    flag: "time-column",
    names: "column",
    meaning: "Column of times: seconds, milliseconds, finer, or ISO 8601, told by the values; none leaves them aside",
  }),
  ratingColumn: setting(text.optional(), {
    flag: "rating-column",
    names: "column",
    meaning: "Column of ratings: numbers; none leaves them aside",
  }),
  weightColumn: setting(text.optional(), {
    flag: "weight-column",
    names: "column",
    meaning: "Column of weights, numbers from 0: how much a row counts in training; 0 is known of, not trained on",
  }),
  eventColumn: setting(text.optional(), {
    flag: "event-column",
    names: "column",
    meaning: "Column of the kind of event, which --event-weights turns into weights",
  }),
  eventWeights: setting(z.array(text).min(1).optional(), {
    flag: "event-weights",
    expects: "a list such as view=1,cart=3,purchase=10",
    meaning: "The weight of each kind of event; *= stands for all that are not named, which are an error without it",
  }),
  nullTexts: setting(z.array(text).default([...NULL_TEXTS]), {
    flag: "null",
    meaning: "Texts that stand for no value, spelled exactly; an empty field always does, and none means no other",
  }),
  where: setting(text.optional(), {
    flag: "where",
    heading: "Cleaning",
    meaning: "SQL condition over the file's columns; other rows are left out",
  }),
  order: setting(z.enum(["time", "row"]).default("time"), {
    flag: "order",
    heading: "Split",
    meaning: "What is older: the lower time, or the earlier row of the files (times are then not used)",
  }),
  format: setting(z.enum(["table", ...listLayouts]).optional(), {
    flag: "format",
    heading: "Text files",
    meaning:
      "What the lines of text files are: rows, or lists of items (user item item ..., user count item ..., or count item ... with users by line from 0); found out unless given",
  }),
  delimiter: setting(z.string().min(1).max(4).optional(), {
    flag: "delimiter",
    meaning:
      "Between the fields of a text file, tab for a tab; found out unless given, and in lists besides white space",
  }),
  header: setting(z.enum(["auto", "yes", "no"]).default("auto"), {
    flag: "header",
    meaning: "Whether the first line of a text file names its columns",
  }),
  encoding: setting(z.enum(["auto", "utf-8", "latin-1", "windows-1252"]).default("auto"), {
    flag: "encoding",
    meaning:
      "Of text files, logs and items; auto takes a file that is not UTF-8 for latin-1, or for windows-1252 by bytes only that has",
  }),
  quote: setting(z.union([character, z.literal("none")]).optional(), {
    flag: "quote",
    expects: "one character, or none",
    meaning: "Around fields of a text file, none for quotes that are mere text; found out unless given",
  }),
  escape: setting(character.optional(), {
    flag: "escape",
    expects: "one character",
    meaning: "Before a quote inside quotes, such as \\; the quote once more, or found out, unless given",
  }),
  decimal: setting(z.enum([".", ","]).default("."), {
    flag: "decimal",
    meaning: "Before the decimals of numbers in text files",
  }),
  dateFormat: setting(text.optional(), {
    flag: "date-format",
    meaning: "How the times are written where they are no numbers and not ISO 8601: as for strptime, such as %d.%m.%Y",
  }),
  maxBadRows: setting(share.default(0.001), {
    flag: "max-bad-rows",
    heading: "Cleaning",
    meaning: "Share of malformed rows beyond which ingest refuses the log",
  }),
  duplicates: setting(z.enum(["last", "first", "keep", "sum"]).default("last"), {
    flag: "duplicates",
    meaning:
      "Which row stays when a user met an item more than once; sum is the last with the weights of all, 1 each where the log has none",
  }),
  minRating: setting(z.number().optional(), { flag: "min-rating", meaning: "Rows rated below are left out" }),
  minUserInteractions: setting(z.int().min(1).default(1), {
    flag: "min-user-interactions",
    meaning: "k-core: users with fewer are left out, to a fixed point",
    unit: "interactions",
  }),
  minItemInteractions: setting(z.int().min(1).default(1), {
    flag: "min-item-interactions",
    meaning: "k-core: items with fewer are left out, to a fixed point",
    unit: "interactions",
  }),
  forgetFiltered: setting(z.boolean().default(false), {
    flag: "forget-filtered",
    meaning:
      "Forget what cleaning leaves out, so that it may be a negative or be recommended; else it is known in known.arrow",
  }),
  split: setting(z.enum(["auto", "leave-last-out", "time", "ratio", "users", "items", "given"]).default("auto"), {
    flag: "split",
    heading: "Split",
    meaning:
      "How rows become train, validation and test; auto is given where files are split already, else leave-last-out; users holds whole users out of training, items whole items",
  }),
  heldOutUsers: setting(share.optional(), {
    flag: "held-out-users",
    meaning: `Split users: share of users held out for validation, and as many for test; ${DEFAULT_SHARE} unless given`,
  }),
  heldOutRows: setting(z.union([z.literal("newest"), z.number().positive().max(1)]).optional(), {
    flag: "held-out-rows",
    expects: "newest, or a share such as 0.2",
    meaning: `Split users: which of a held-out user's rows are to be found, the newest or a share at random; the rest is folded in; ${DEFAULT_HELD_OUT_ROWS} unless given`,
  }),
  heldOutItems: setting(share.optional(), {
    flag: "held-out-items",
    meaning: `Split items: share of items held out for validation, and as many for test; ${DEFAULT_SHARE} unless given`,
  }),
  validationShare: setting(share.optional(), {
    flag: "validation-share",
    meaning: `Share of rows for validation under split time and ratio, ${DEFAULT_SHARE} unless given; of each user's train rows under split given without a validation file, one row of each tested user unless given`,
  }),
  testShare: setting(share.optional(), {
    flag: "test-share",
    meaning: `Share of rows for test under split time and ratio; ${DEFAULT_SHARE} unless given`,
  }),
  validationFrom: setting(text.optional(), {
    flag: "validation-from",
    meaning: "Split time: first moment of validation, ISO 8601 or milliseconds since 1970",
  }),
  testFrom: setting(text.optional(), {
    flag: "test-from",
    meaning: "Split time: first moment of test, ISO 8601 or milliseconds since 1970",
  }),
  ratioBy: setting(z.enum(["user", "overall"]).optional(), {
    flag: "ratio-by",
    meaning: "Split ratio: shares of each user's rows or of all rows; user unless given",
  }),
  candidates: setting(z.enum(["auto", "sampled", "official", "full"]).default("auto"), {
    flag: "candidates",
    heading: "Evaluation candidates",
    meaning:
      "What evaluation ranks against: sampled items, the publisher's negatives, or the whole catalogue; auto takes the publisher's where they exist, and the catalogue where it is too small for 99 samples, where shares of users' rows are held out, or where users of a given split have two test items or more each",
  }),
  negatives: setting(z.int().min(1).nullable().default(null), {
    flag: "negatives",
    meaning:
      "Sampled candidates a case, drawn once without replacement from items the user has in no split; 99 unless given",
    unit: "items",
  }),
  ownNegatives: setting(z.enum(["remove", "keep"]).default("remove"), {
    flag: "own-negatives",
    meaning: "A test item among its own official negatives: removed there, or kept, where it costs one rank",
  }),
  ...featureSettings,
  seed: setting(z.int().min(0).default(42), {
    flag: "seed",
    heading: "Evaluation candidates",
    meaning: "Of everything drawn by chance",
  }),
  memoryLimit: setting(
    z
      .string()
      .regex(/^[1-9]\d*(\.\d+)? ?(MB|MiB|GB|GiB)$/)
      .default("2GB"),
    {
      flag: "memory-limit",
      heading: "Memory",
      expects: "a size such as 500MB or 2GB",
      meaning: "What the SQL engine may hold in memory; beyond it spills to disk",
    },
  ),
  force: setting(z.boolean().default(false), {
    flag: "force",
    heading: "Data",
    meaning: "Ingest again although nothing changed",
  }),
});
