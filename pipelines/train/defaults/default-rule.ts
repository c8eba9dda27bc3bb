/**
 * The rule for defaults: what `train` chooses from the size and shape of the log where the user chose nothing. Its
 * numbers come from the study in docs/defaults.md, which says what was tried on which logs.
 */
import { baseOf, hasLawn, type OptimizerName } from "../../../src/config/optimizer/optimizer-names.ts";
import { ruleOf } from "../../../src/config/optimizer/rule-table.ts";
import { type NegativesFrom, samplesPerPositive } from "../../../src/dataset/training-batches.ts";
import type { LossName } from "../../../src/ranker/loss.ts";
import type { ChosenSetting } from "../../stage.ts";

/** Of the train split. */
export interface LogSize {
  readonly rows: number;
  readonly users: number;
  readonly items: number;
}

/** What the user's own choices say of the settings the rule depends on, defaults for the rest. */
export interface OwnChoices {
  readonly model: string;
  readonly optimizer: OptimizerName;
  readonly loss: LossName;
  readonly negatives: number | null;
  readonly negativesFrom: NegativesFrom;
  readonly batchSize: number | null;
  readonly epochs: number | null;
}

/** An epoch is cut into about so many steps, so that logs of any size are trained by about as many. */
const STEPS_AN_EPOCH = 100;
/** Adam's rate at that many steps an epoch; rows of rare items are in few batches, and need longer steps. */
const RATE = { usual: 0.006, rareItems: 0.01 };
const RARE_ITEM_ROWS = 20;
const EPOCHS = 25;
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

/** A choice for each setting that the rule knows, in the order people read them, whether it was given or not. */
export function defaultsFor(log: LogSize, own: OwnChoices): readonly ChosenSetting[] {
  const { rows, users, items } = log;
  const perUser = rows / users;
  const perItem = rows / items;
  const [few, reason] = negativesFor(own.negativesFrom);
  const negatives = own.negatives ?? few;
  const samples = rows * samplesPerPositive({ loss: own.loss, negativesPerPositive: negatives });
  const batchSize = own.batchSize ?? powerOfTwoNear(samples / STEPS_AN_EPOCH);
  const steps = Math.max(1, samples / batchSize);
  const epochs = own.epochs ?? epochsFor(steps);
  return [
    ...(own.model === "mf"
      ? [chosen(["model"], "mf", "ahead of neumf, mlp and gmf where all were tried"), widthFor(rows)]
      : []),
    chosen(["negatives"], few, reason),
    chosen(["batchSize"], batchSize, `cuts an epoch into about ${Math.round(steps)} steps`),
    chosen(["epochs"], epochs, `at most; about ${thousands(steps * epochs)} steps, and validation ends it earlier`),
    patienceFor(epochs),
    ...ruleChoices(own.optimizer, { perUser, perItem, items, steps }),
  ];
}

/** What depends on the optimizer: rate, warm-up, and what keeps the embeddings small. */
function ruleChoices(
  optimizer: OptimizerName,
  { perUser, perItem, items, steps }: Readonly<Record<"perUser" | "perItem" | "items" | "steps", number>>,
): readonly ChosenSetting[] {
  const base = baseOf(optimizer);
  const choices: ChosenSetting[] = [];
  if (base === "adam" || base === "adamw") {
    const isRare = perItem < RARE_ITEM_ROWS;
    const rate = rounded((isRare ? RATE.rareItems : RATE.usual) * rateFactor(steps));
    const reason = isRare ? `items have ${shown(perItem)} rows each, so steps are long` : "for so many steps an epoch";
    choices.push(
      chosen(["optimizer", "learningRate"], rate, reason),
      chosen(["schedule", "warmupEpochs"], 1, "then a straight line to 0"),
    );
  }
  if (hasLawn(optimizer)) {
    const norm = normFor(perUser, items);
    choices.push(
      chosen(["lawn", "granularity"], "row", "rows of rare and of popular ids are held apart"),
      chosen(
        ["lawn", "switchNorm"],
        norm,
        `rows are held once they are this long: ${thousands(items)} items, ${shown(perUser)} rows a user`,
      ),
    );
  } else if (ruleOf(base).settings.weightDecay.default === 0) {
    const isFew = perUser < FEW_ROWS_A_USER;
    const decay = isFew ? DECAY.fewRows : DECAY.usual;
    choices.push(chosen(["embeddingDecay"], decay, `${isFew ? "only " : ""}${shown(perUser)} rows a user`));
  }
  return choices;
}

/**
 * The length at which LAWN holds a row. Logits of a dot product reach its square: a longer catalogue needs a wider
 * range of them (its logarithm), and a user of many rows has earned a more decided opinion (their cube root).
 */
export function normFor(rowsPerUser: number, items: number): number {
  return Math.max(1, rounded(Math.sqrt(0.22 * Math.log(Math.max(2, items)) * Math.cbrt(rowsPerUser))));
}

function negativesFor(from: NegativesFrom): readonly [number, string] {
  if (from === "shared" || from === "batch") {
    return [SHARED_NEGATIVES[from], "for a block of positives together, by matrix products"];
  }
  return [NEGATIVES, "level with 4 or better where both were tried"];
}

function widthFor(rows: number): ChosenSetting {
  return rows < LONG_LOG_ROWS
    ? chosen(["ranker", "dot"], WIDTH.usual, `${thousands(rows)} rows fill no more dimensions`)
    : chosen(["ranker", "dot"], WIDTH.long, `${thousands(rows)} rows fill more than ${WIDTH.usual} dimensions`);
}

/** Fewer and larger steps of an epoch are longer by the square root (Malladi et al. 2022), within what Adam bears. */
function rateFactor(steps: number): number {
  return Math.min(4, Math.max(0.25, Math.sqrt(STEPS_AN_EPOCH / steps)));
}

/** More where a batch that the user gave leaves an epoch few steps. */
function epochsFor(steps: number): number {
  return Math.round(EPOCHS * Math.min(2, Math.max(1, Math.sqrt(STEPS_AN_EPOCH / 2 / steps))));
}

function patienceFor(epochs: number): ChosenSetting {
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
