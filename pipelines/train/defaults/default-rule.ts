/**
 * The rule for defaults: what `train` chooses from the size and shape of the log where the user chose nothing. Its
 * numbers come from the study in docs/defaults.md, which says what was tried on which logs.
 */
import { baseOf, hasLawn, type OptimizerName } from "../../../src/config/optimizer/optimizer-names.ts";
import { ruleOf } from "../../../src/config/optimizer/rule-table.ts";
import { type NegativesFrom, samplesPerPositive } from "../../../src/dataset/training-batches.ts";
import type { LossName } from "../../../src/ranker/loss.ts";
import type { ChosenSetting } from "../../stage.ts";
import { lazyChoice } from "./lazy-choice.ts";
import { type DatedLog, recencyFor } from "./recency-rule.ts";
import { type RefitLog, refitFor } from "./refit-rule.ts";

/** Of the train split; and of validation, with what it ranks its items against. */
export interface LogSize extends DatedLog, RefitLog {
  /** Who have rows there. */
  readonly users: number;
  readonly protocol: "sampled" | "full";
}

/** What the user's own choices say of the settings the rule depends on, defaults for the rest. */
export interface OwnChoices {
  readonly model: string;
  readonly optimizer: OptimizerName;
  /** Whether the rule may take a lazy optimizer: nothing that was given names one, or asks for what lazy rules lack. */
  readonly leavesOptimizerOpen: boolean;
  readonly loss: LossName;
  /** Whether the rule may take another loss, its negatives and cosines: nothing that was given speaks of them. */
  readonly leavesLossOpen: boolean;
  readonly negatives: number | null;
  readonly negativesFrom: NegativesFrom;
  readonly batchSize: number | null;
  readonly epochs: number | null;
  readonly learningRate: number | null;
  /** Of the dot product. */
  readonly width: number | null;
}

/**
 * An epoch is cut into about so many steps, so that logs of any size are trained by about as many. An epoch of lists is
 * cut into more, and there are fewer: each of its positives meets many negatives.
 */
const STEPS_AN_EPOCH = { pairs: 100, lists: 350 };
const EPOCHS = { pairs: 25, lists: 10 };
/** Adam's rate at the steps of pairs; rows of rare items are in few of their batches, and need longer steps. */
const RATE = { usual: 0.006, rareItems: 0.01 };
const RARE_ITEM_ROWS = 20;
const LEAST_PATIENCE = 3;
const NEGATIVES = 8;
/** Of a block of positives: they cost a matrix product. */
const SHARED_NEGATIVES = { shared: 1024, batch: 255 };
/** Of the dot product: long logs fill more dimensions. */
const WIDTH = { usual: 64, long: 128 };
const LONG_LOG_ROWS = 100_000;
/** Below so many rows a user, embeddings are pulled to zero harder. */
const FEW_ROWS_A_USER = 16;
const DECAY = { usual: 0.01, fewRows: 0.03 };
/** How decided logits may be, per unit of ln(items) cbrt(rows a user): of inner products, and of cosines. */
const LOGIT_RANGE = { inner: 0.22, cosine: 0.3 };
/** Colder cosines fitted long logs too closely. */
const TEMPERATURE = { least: 0.1, most: 1 };
/**
 * Where LAWN holds rows of which only the direction counts, per unit of rate sqrt(width steps): they grow as the root
 * of the steps by themselves, to .28 in the end, and are this long after half of them.
 */
const COSINE_NORM = 0.2;

/** A choice for each setting that the rule knows, in the order people read them, whether it was given or not. */
export function defaultsFor(log: LogSize, own: OwnChoices): readonly ChosenSetting[] {
  const { rows, users, items } = log;
  const perUser = rows / users;
  const perItem = rows / items;
  const kind = log.protocol === "full" && own.leavesLossOpen && own.model === "mf" ? "lists" : "pairs";
  const loss = kind === "lists" ? "softmax" : own.loss;
  const [few, reason] = negativesFor(kind === "lists" ? "shared" : own.negativesFrom, items);
  const negatives = own.negatives ?? few;
  const samples = rows * samplesPerPositive({ loss, negativesPerPositive: negatives });
  const batchSize = own.batchSize ?? powerOfTwoNear(samples / STEPS_AN_EPOCH[kind]);
  const steps = Math.max(1, samples / batchSize);
  const epochs = own.epochs ?? epochsFor(steps, kind);
  return [
    ...(own.model === "mf"
      ? [chosen(["model"], "mf", "ahead of neumf, mlp and gmf where all were tried"), widthFor(rows)]
      : []),
    ...(kind === "lists" ? listChoices(perUser, items) : []),
    chosen(["negatives"], few, reason),
    ...recencyFor(log),
    chosen(["batchSize"], batchSize, `cuts an epoch into about ${Math.round(steps)} steps`),
    chosen(["epochs"], epochs, `at most; about ${thousands(steps * epochs)} steps, and validation ends it earlier`),
    patienceFor(epochs, kind),
    ...(kind === "lists" ? refitFor(log) : []),
    ...(kind === "pairs" && own.leavesOptimizerOpen ? lazyChoice(users + items, batchSize) : []),
    ...ruleChoices(own, { perUser, perItem, items, rows, steps, epochs, kind }),
  ];
}

/** Where the whole catalogue is ranked, a positive is set against many items at once, by directions alone. */
function listChoices(perUser: number, items: number): readonly ChosenSetting[] {
  const shape = `${thousands(items)} items, ${shown(perUser)} rows a user`;
  return [
    chosen(["loss"], "softmax", "the catalogue is ranked: a positive among many items at once"),
    chosen(["negativesFrom"], "shared", "drawn once for a block of positives, by matrix products"),
    chosen(["ranker", "similarity"], "cosine", "long rows of popular items win nothing; biases say what is popular"),
    chosen(["ranker", "temperature"], temperatureFor(perUser, items), shape),
  ];
}

interface Shape extends Pick<LogSize, "rows" | "items"> {
  readonly perUser: number;
  readonly perItem: number;
  readonly steps: number;
  readonly epochs: number;
  readonly kind: "pairs" | "lists";
}

/** What depends on the optimizer: rate, warm-up, and what keeps the embeddings small. */
function ruleChoices(own: OwnChoices, shape: Shape): readonly ChosenSetting[] {
  const { optimizer } = own;
  const { perUser, perItem, items, steps, kind } = shape;
  const base = baseOf(optimizer);
  const choices: ChosenSetting[] = [];
  const isRare = kind === "pairs" && perItem < RARE_ITEM_ROWS; // most batches of lists have every item
  const rate = rounded((isRare ? RATE.rareItems : RATE.usual) * rateFactor(steps));
  if (base === "adam" || base === "adamw" || base === "lazy-adam") {
    const reason = isRare ? `items have ${shown(perItem)} rows each, so steps are long` : "for so many steps an epoch";
    choices.push(
      chosen(["optimizer", "learningRate"], rate, reason),
      chosen(["schedule", "warmupEpochs"], 1, "then a straight line to 0"),
    );
  }
  if (hasLawn(optimizer)) {
    choices.push(
      chosen(["lawn", "granularity"], "row", "rows of rare and of popular ids are held apart"),
      kind === "lists"
        ? chosen(["lawn", "switchNorm"], cosineNorm(own, rate, shape), "rows are held from about half of the steps on")
        : chosen(
            ["lawn", "switchNorm"],
            normFor(perUser, items),
            `rows are held once they are this long: ${thousands(items)} items, ${shown(perUser)} rows a user`,
          ),
    );
  } else if (kind === "lists") {
    choices.push(chosen(["embeddingDecay"], 0, "only directions count"));
  } else if (ruleOf(base).settings.weightDecay.default === 0) {
    const isFew = perUser < FEW_ROWS_A_USER;
    const decay = isFew ? DECAY.fewRows : DECAY.usual;
    choices.push(chosen(["embeddingDecay"], decay, `${isFew ? "only " : ""}${shown(perUser)} rows a user`));
  }
  return choices;
}

/** Of rows of which only the direction counts; see COSINE_NORM. `usual` is the rate unless one is given. */
function cosineNorm({ learningRate, width }: OwnChoices, usual: number, { rows, steps, epochs }: Shape): number {
  const rate = learningRate ?? usual;
  return rounded(COSINE_NORM * rate * Math.sqrt((width ?? widthOf(rows)) * steps * epochs));
}

/**
 * The length at which LAWN holds a row. Logits of a dot product reach its square: a longer catalogue needs a wider
 * range of them (its logarithm), and a user of many rows has earned a more decided opinion (their cube root).
 */
export function normFor(rowsPerUser: number, items: number): number {
  return Math.max(1, rounded(Math.sqrt(LOGIT_RANGE.inner * opinionOf(rowsPerUser, items))));
}

/** What cosines are divided by: logits reach its inverse, and that follows the same law as the norm's square. */
export function temperatureFor(rowsPerUser: number, items: number): number {
  const { least, most } = TEMPERATURE;
  return Math.min(most, Math.max(least, rounded(1 / (LOGIT_RANGE.cosine * opinionOf(rowsPerUser, items)))));
}

function opinionOf(rowsPerUser: number, items: number): number {
  return Math.log(Math.max(2, items)) * Math.cbrt(rowsPerUser);
}

function negativesFor(from: NegativesFrom, items: number): readonly [number, string] {
  if (from === "batch") return [SHARED_NEGATIVES.batch, "for a block of positives together, by matrix products"];
  if (from === "shared") {
    return items < SHARED_NEGATIVES.shared
      ? [items, "for a block of positives together: as many as there are items"]
      : [SHARED_NEGATIVES.shared, "for a block of positives together, by matrix products"];
  }
  return [NEGATIVES, "level with 4 or better where both were tried"];
}

function widthOf(rows: number): number {
  return rows < LONG_LOG_ROWS ? WIDTH.usual : WIDTH.long;
}

function widthFor(rows: number): ChosenSetting {
  return rows < LONG_LOG_ROWS
    ? chosen(["ranker", "dot"], WIDTH.usual, `${thousands(rows)} rows fill no more dimensions`)
    : chosen(["ranker", "dot"], WIDTH.long, `${thousands(rows)} rows fill more than ${WIDTH.usual} dimensions`);
}

/** Fewer and larger steps of an epoch are longer by the square root (Malladi et al. 2022), within what Adam bears. */
function rateFactor(steps: number): number {
  return Math.min(4, Math.max(0.25, Math.sqrt(STEPS_AN_EPOCH.pairs / steps)));
}

/** More where a short log, or a batch that the user gave, leaves an epoch few steps. */
function epochsFor(steps: number, kind: "pairs" | "lists"): number {
  if (kind === "pairs") {
    return Math.round(EPOCHS.pairs * Math.min(2, Math.max(1, Math.sqrt(STEPS_AN_EPOCH.pairs / 2 / steps))));
  }
  return Math.round(EPOCHS.lists * Math.min(5, Math.max(1, STEPS_AN_EPOCH.lists / steps)));
}

function patienceFor(epochs: number, kind: "pairs" | "lists"): ChosenSetting {
  // The few epochs of lists fall back at first and are best where the rate is nearly 0.
  if (kind === "lists") return chosen(["validation", "patience"], Math.ceil(epochs / 2), "half of the epochs");
  const quarter = Math.ceil(epochs / 4);
  return quarter < LEAST_PATIENCE
    ? chosen(["validation", "patience"], LEAST_PATIENCE, "the least, for so few epochs")
    : chosen(["validation", "patience"], quarter, "a quarter of the epochs");
}

function powerOfTwoNear(value: number): number {
  return 2 ** Math.max(6, Math.round(Math.log2(value)));
}

function chosen(path: readonly string[], value: ChosenSetting["value"], reason: string): ChosenSetting {
  return { path, value, reason };
}

/** Two digits that matter. */
function rounded(value: number): number {
  return Number(value.toPrecision(2));
}

function shown(value: number): string {
  return value < 10 ? value.toFixed(1) : thousands(value);
}

function thousands(value: number): string {
  return Math.round(value).toLocaleString("en-US");
}
