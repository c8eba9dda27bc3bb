/**
 * Settings for what a user left open: those of pipelines/configs/<dataset>.json, found good for a known dataset, or
 * what the rule for defaults chooses from the log.
 */
import path from "node:path";
import { z } from "zod";
import { isRecord } from "../../../src/config/is-record.ts";
import { lossNames, negativeSources } from "../../../src/config/losses/loss-names.ts";
import { optimizerNames } from "../../../src/config/optimizer/optimizer-names.ts";
import { trainSchema } from "../../../src/config/schemas/train-schema.ts";
import { readJsonIfThere } from "../../../src/files/json-file.ts";
import { datasetNameOf } from "../../dataset/dataset-argument.ts";
import { holdsOutItems } from "../../dataset/held-out-items.ts";
import { trainedUsers } from "../../dataset/held-out-users.ts";
import { type DatasetDescription, readDescription } from "../../dataset/stored-dataset.ts";
import { packagedFolder } from "../../packaged-folder.ts";
import type { ChosenSetting, RecommendedLayer } from "../../stage.ts";
import { defaultsFor, type LogSize } from "./default-rule.ts";
import { leavesOptimizerOpen } from "./lazy-choice.ts";
import { driftOf } from "./recency-rule.ts";
import { type StartShape, shapeOfStart, warmChoices, warmEpochs } from "./warm-rule.ts";

const record = z.record(z.string(), z.unknown());

/**
 * Every matching entry counts; later ones override earlier ones. Entries look at what the user and
 * the entries before chose.
 */
export const recommendationsSchema = z.strictObject({
  train: z.array(
    z.strictObject({
      when: z.strictObject({
        model: z.array(z.string()).optional(),
        /** Names; "lawn-*" stands for every LAWN optimizer. */
        optimizer: z.array(z.string()).optional(),
        batchSizeFrom: z.int().optional(),
        batchSizeTo: z.int().optional(),
      }),
      settings: record,
    }),
  ),
});

type Recommendation = z.output<typeof recommendationsSchema>["train"][number];
type Values = Readonly<Record<string, unknown>>;

/**
 * For the dataset's name, also where a dataset file stands for it. Throws ConfigError for such a
 * file that cannot be read; nothing is recommended for a dataset that cannot be, which the stage then refuses.
 */
export async function recommendedSettings(given: Values): Promise<readonly RecommendedLayer[]> {
  const defaults = trainSchema.parse({});
  const named = given.dataset ?? defaults.dataset;
  if (typeof named !== "string") return [];
  const dataset = await datasetNameOf(named);
  if (!/^[\w.-]+$/.test(dataset)) return [];
  const { from } = groupOf(given, "start");
  const modelsRoot = typeof given.modelsRoot === "string" ? given.modelsRoot : defaults.modelsRoot;
  const start = typeof from === "string" ? await shapeOfStart(from, path.join(modelsRoot, dataset)) : null;
  // The widths of another model would make it of the one that is given, in all but its name.
  const isOfModel = start !== null && (given.model ?? start.values.model) === start.values.model;
  const shape = isOfModel ? [layerOfShape(start)] : [];
  const ofStart = isOfModel ? start.values : {};
  // Those files speak of sampled candidates, by which their settings were chosen.
  const known = given.candidates === "full" ? null : await knownSettings(dataset, merged(ofStart, given));
  if (known !== null) return [known, ...shape, ...(start === null ? [] : warmLayer(known.values as Values, given))];
  const dataRoot = typeof given.dataRoot === "string" ? given.dataRoot : defaults.dataRoot;
  const description = await readDescription(path.join(dataRoot, dataset)).catch(() => null);
  if (description === null) return shape;
  const { train: rows, validation: validationRows } = description.interactions;
  const log = {
    rows,
    users: trainedUsers(description),
    items: description.items,
    validationRows,
    drift: given.recencyPower === undefined ? await driftOf(path.join(dataRoot, dataset), description) : null,
    protocol: protocolFor(description, given),
    holdsOutItems: holdsOutItems(description),
  };
  const fitted = fittedSettings(log, merged(ofStart, given), start !== null);
  return [...shape, ...(fitted.choices.length === 0 ? [] : [fitted])];
}

/** As protocolOf of the dataset's candidates, which hold positives alone where the catalogue is ranked. */
function protocolFor({ files, interactions }: DatasetDescription, given: Values): LogSize["protocol"] {
  if (given.candidates === "sampled" || given.candidates === "full") return given.candidates;
  const isFrozen =
    files["candidates-validation.arrow"].rows > interactions.validation ||
    files["candidates-test.arrow"].rows > interactions.test;
  return isFrozen ? "sampled" : "full";
}

function layerOfShape({ directory, values }: StartShape): RecommendedLayer {
  return { source: `${directory}, which training starts from`, values, choices: [] };
}

/** Of a dataset with settings of its own: the epochs alone give way to a warm start. */
function warmLayer(known: Values, given: Values): readonly RecommendedLayer[] {
  if (given.epochs !== undefined || typeof known.epochs !== "number") return [];
  const value = warmEpochs(known.epochs);
  const choice = { path: ["epochs"], value, reason: "at most; a warm start has less to learn" };
  return [{ source: "the rule for warm starts", values: { epochs: value }, choices: [choice] }];
}

/** Null where there is no such file, or nothing in it for what was given. */
async function knownSettings(dataset: string, given: Values): Promise<RecommendedLayer | null> {
  const file = path.join(packagedFolder("configs"), `${dataset}.json`);
  const recommended = await readJsonIfThere(file, recommendationsSchema, {
    what: "recommended settings",
    remedy: "install lawn-ranker again",
  });
  const values = recommended === null ? {} : settingsFor(recommended.train, given);
  if (Object.keys(values).length === 0) return null;
  return { source: `pipelines/configs/${dataset}.json`, values, choices: [] };
}

/** What the rule chooses for everything that was not given; `isWarm` where training goes on from an earlier run. */
export function fittedSettings(log: LogSize, given: Values, isWarm: boolean): RecommendedLayer {
  const defaults = trainSchema.parse({});
  const numberOf = (value: unknown): number | null =>
    typeof value === "number" && Number.isFinite(value) && value >= 0 ? value : null;
  const own = {
    model: typeof given.model === "string" ? given.model : hasOwnPaths(given) ? defaults.model : "mf",
    optimizer: optimizerNames.find((name) => name === groupOf(given, "optimizer").name) ?? defaults.optimizer.name,
    leavesOptimizerOpen:
      !isWarm &&
      leavesOptimizerOpen({
        engine: given.engine,
        optimizer: groupOf(given, "optimizer"),
        lawn: groupOf(given, "lawn"),
      }),
    loss: lossNames.find((name) => name === given.loss) ?? defaults.loss,
    leavesLossOpen: leavesLossOpen(given),
    negatives: numberOf(given.negatives),
    negativesFrom: negativeSources.find((name) => name === given.negativesFrom) ?? defaults.negativesFrom,
    batchSize: numberOf(given.batchSize),
    epochs: numberOf(given.epochs),
    // 0 of either is refused later, by its name.
    learningRate: numberOf(groupOf(given, "optimizer").learningRate) || null,
    width: numberOf(groupOf(given, "ranker").dot) || null,
  };
  const hasOwnDecay = Number(groupOf(given, "optimizer").weightDecay ?? 0) > 0;
  const choicesOfRule = defaultsFor(log, own);
  const open = (isWarm ? warmChoices(choicesOfRule) : choicesOfRule).filter(
    ({ path: keys }) => valueAt(given, keys) === undefined && !(hasOwnDecay && keys[0] === "embeddingDecay"),
  );
  const values = withoutOverruled(
    open.reduce<Values>((chosen, { path: keys, value }) => merged(chosen, nested(keys, value)), {}),
    given,
  );
  const choices = open.filter(({ path: keys }) => valueAt(values, keys) !== undefined);
  return { source: "the rule for defaults", values, choices };
}

/** Whether nothing that was given is, or goes with, a loss of pairs: its negatives, inner products, its engine. */
function leavesLossOpen(given: Values): boolean {
  const { similarity, idBiases } = groupOf(given, "ranker");
  const isOpen = ["loss", "negatives", "negativesFrom", "negativesPower"].every((key) => given[key] === undefined);
  return isOpen && similarity !== "inner" && idBiases !== false && given.engine !== "tfjs";
}

/** Paths of the user's own make another ranker than plain factorisation. */
function hasOwnPaths(given: Values): boolean {
  return ["gmf", "embedding", "tower"].some((key) => key in groupOf(given, "ranker"));
}

function nested(keys: ChosenSetting["path"], value: unknown): Values {
  return keys.reduceRight<unknown>((inner, key) => ({ [key]: inner }), value) as Values; // there is at least one key
}

function valueAt(values: Values, keys: ChosenSetting["path"]): unknown {
  return keys.reduce<unknown>((inner, key) => (isRecord(inner) ? inner[key] : undefined), values);
}

/** What the entries recommend together for what was given, less what the user's choices leave no room for. */
export function settingsFor(entries: readonly Recommendation[], given: Values): Values {
  let chosen: Values = {};
  for (const { when, settings } of entries) {
    if (matches(when, merged(chosen, given))) chosen = merged(chosen, settings);
  }
  return withoutOverruled(chosen, given);
}

function matches(when: Recommendation["when"], values: Values): boolean {
  const { model, batchSize, optimizer } = trainSchema.parse({});
  const modelName = values.model ?? model;
  const samples = values.batchSize ?? batchSize;
  const optimizerName = groupOf(values, "optimizer").name ?? optimizer.name;
  const isNamed = (names: readonly string[] | undefined, name: unknown): boolean =>
    names === undefined ||
    names.some((candidate) =>
      candidate.endsWith("*") ? String(name).startsWith(candidate.slice(0, -1)) : candidate === name,
    );
  return (
    isNamed(when.model, modelName) &&
    isNamed(when.optimizer, optimizerName) &&
    Number(samples) >= (when.batchSizeFrom ?? 0) &&
    Number(samples) <= (when.batchSizeTo ?? Number.POSITIVE_INFINITY)
  );
}

/**
 * A switch of the user's own replaces the recommended one; a schedule that gives the rate itself
 * replaces rate and schedule.
 */
function withoutOverruled(chosen: Values, given: Values): Values {
  const result: Record<string, unknown> = { ...chosen };
  const switches = ["freeEpochs", "freeSteps", "switchNorm"];
  const hasOwnSwitch = switches.some((key) => key in groupOf(given, "lawn"));
  if (hasOwnSwitch && "lawn" in result) result.lawn = without(groupOf(chosen, "lawn"), switches);
  // Blocks that switch one by one keep their moments.
  if (groupOf(given, "lawn").state === "reset") result.lawn = without(groupOf(result, "lawn"), ["switchNorm"]);
  const schedule = groupOf(given, "schedule").name;
  if (schedule !== undefined && !["constant", "linear", "cosine"].includes(String(schedule))) {
    delete result.schedule;
    if ("optimizer" in result) result.optimizer = without(groupOf(chosen, "optimizer"), ["learningRate"]);
  }
  const isEmpty = (value: unknown): boolean => isRecord(value) && Object.keys(value).length === 0;
  return Object.fromEntries(Object.entries(result).filter(([, value]) => !isEmpty(value)));
}

function merged(weak: Values, strong: Values): Values {
  const result: Record<string, unknown> = { ...weak };
  for (const [key, value] of Object.entries(strong)) {
    result[key] = isRecord(value) ? merged(groupOf(weak, key), value) : value;
  }
  return result;
}

function without(group: Values, keys: readonly string[]): Values {
  return Object.fromEntries(Object.entries(group).filter(([key]) => !keys.includes(key)));
}

function groupOf(values: Values, key: string): Values {
  const group = values[key];
  return isRecord(group) ? group : {};
}
