/**
 * pipelines/configs/<dataset>.json: settings that were found good for a known dataset, used
 * unless the user says otherwise.
 */
import path from "node:path";
import { z } from "zod";
import { isRecord } from "../../src/config/is-record.ts";
import type { ConfigLayer } from "../../src/config/parse.ts";
import { trainSchema } from "../../src/config/schemas/train-schema.ts";
import { readJsonIfThere } from "../../src/files/json-file.ts";
import { datasetNameOf } from "../dataset/dataset-argument.ts";
import { packagedFolder } from "../packaged-folder.ts";

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
 * file that cannot be read.
 */
export async function recommendedSettings(given: Values): Promise<readonly ConfigLayer[]> {
  const named = given.dataset ?? trainSchema.parse({}).dataset;
  if (typeof named !== "string") return [];
  const dataset = await datasetNameOf(named);
  if (!/^[\w.-]+$/.test(dataset)) return [];
  const file = path.join(packagedFolder("configs"), `${dataset}.json`);
  const recommended = await readJsonIfThere(file, recommendationsSchema, {
    what: "recommended settings",
    remedy: "install lawn-ranker again",
  });
  if (recommended === null) return [];
  const values = settingsFor(recommended.train, given);
  return Object.keys(values).length === 0 ? [] : [{ source: `pipelines/configs/${dataset}.json`, values }];
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
