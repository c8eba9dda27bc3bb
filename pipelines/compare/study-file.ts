/** Studies by name (pipelines/studies/<name>.json) or file, with what they extend and the flags of one call applied. */
import { readdirSync } from "node:fs";
import path from "node:path";
import { z } from "zod";
import { isRecord } from "../../src/config/is-record.ts";
import { nearestName } from "../../src/config/nearest-name.ts";
import type { CompareConfig } from "../../src/config/schemas/compare-schema.ts";
import { type Study, studySchema } from "../../src/config/schemas/study-schema.ts";
import { ConfigError } from "../../src/errors.ts";
import { readGivenJson } from "../../src/files/json-file.ts";
import { mergeInto } from "../../src/study/search-space.ts";
import { packagedFolder } from "../packaged-folder.ts";

export type StudyChanges = Pick<
  CompareConfig,
  "dataset" | "model" | "arms" | "batchSizes" | "epochs" | "trials" | "seeds"
>;

/** Throws ConfigError with a line for each problem of the file or of the flags. */
export async function loadStudy(named: string, changes: StudyChanges): Promise<Study> {
  const file = studyPath(named);
  const parsed = studySchema.safeParse(withSearches(file, await readStudy(file, [])));
  if (!parsed.success) {
    const problems = parsed.error.issues.map(
      (issue) => `${file}: ${issue.path.join(".") || "study"}: ${issue.message}`,
    );
    throw new ConfigError(problems.join("\n"));
  }
  return withChanges(parsed.data, changes);
}

/** Names of the studies that come with the program. */
export function readyStudies(): readonly string[] {
  return readdirSync(packagedFolder("studies"))
    .filter((name) => name.endsWith(".json"))
    .map((name) => name.slice(0, -5))
    .sort();
}

function studyPath(named: string): string {
  if (named.endsWith(".json") || named.includes("/") || named.includes(path.sep)) return named;
  const ready = readyStudies();
  if (ready.includes(named)) return path.join(packagedFolder("studies"), `${named}.json`);
  const nearest = nearestName(named, ready);
  throw new ConfigError(
    `--study is "${named}", which is no ready study${nearest === null ? "" : ` (${nearest}?)`}; there are ${ready.join(", ")}, or give a JSON file`,
  );
}

/** `extends` names another study, whose keys this one replaces; groups are merged, lists replaced. */
async function readStudy(file: string, above: readonly string[]): Promise<unknown> {
  if (above.includes(file)) throw new ConfigError(`${file}: extends itself by way of ${above.join(", ")}`);
  const values = await readGivenJson(file, "study");
  if (!isRecord(values) || values.extends === undefined) return values;
  const { extends: base, ...own } = values;
  if (typeof base !== "string")
    throw new ConfigError(`${file}: extends is ${JSON.stringify(base)}, expected a name or a file`);
  const baseFile = base.endsWith(".json") ? path.resolve(path.dirname(file), base) : studyPath(base);
  const merged: Record<string, unknown> = {};
  for (const part of [await readStudy(baseFile, [...above, file]), own]) if (isRecord(part)) mergeInto(merged, part);
  return merged;
}

/** An arm that is a search of another takes over what it does not say, and has a stream of its own name. */
function withSearches(file: string, study: unknown): unknown {
  if (!isRecord(study) || !Array.isArray(study.arms)) return study;
  const arms: readonly unknown[] = study.arms;
  return {
    ...study,
    arms: arms.map((arm) => {
      if (!isRecord(arm) || (arm.searchOf ?? null) === null) return arm;
      const original: unknown = arms.find((other) => isRecord(other) && other.name === arm.searchOf);
      if (isRecord(original)) return { ...original, stream: arm.name, ...arm };
      throw new ConfigError(`${file}: arm ${arm.name}: searchOf: there is no other arm ${arm.searchOf}`);
    }),
  };
}

function withChanges(study: Study, changes: StudyChanges): Study {
  const { dataset, model, trials, seeds } = changes;
  const [first] = study.subjects;
  const subjects =
    dataset === null && model === null
      ? study.subjects
      : [{ dataset: dataset ?? first!.dataset, model: model ?? first!.model, settings: first!.settings }];
  const arms = chosen("--arms", study.arms, changes.arms, ({ name }) => name);
  const names = arms.map(({ name }) => name);
  const batchSizes = chosen("--batch-sizes", study.batchSizes, changes.batchSizes, ({ size }) => size);
  return checked({
    ...study,
    subjects,
    arms,
    batchSizes: withEpochs(batchSizes, changes.epochs),
    search: { ...study.search, ...(trials === null ? {} : { trials }) },
    seeds: { ...study.seeds, ...(seeds === null ? {} : { count: seeds }) },
    comparisons: study.comparisons.filter((pair) => pair.every((name) => names.includes(name))),
    acrossBatchSizes: study.acrossBatchSizes.filter((name) => names.includes(name)),
  });
}

function chosen<T, K extends string | number>(
  flag: string,
  all: readonly T[],
  wanted: readonly K[] | null,
  keyOf: (member: T) => K,
): T[] {
  if (wanted === null) return [...all];
  const unknown = wanted.filter((key) => !all.some((member) => keyOf(member) === key));
  if (unknown.length > 0) {
    throw new ConfigError(`${flag}: the study has no ${unknown.join(", ")}; it has ${all.map(keyOf).join(", ")}`);
  }
  return all.filter((member) => wanted.includes(keyOf(member)));
}

function withEpochs(batches: Study["batchSizes"], epochs: readonly number[] | null): Study["batchSizes"] {
  if (epochs === null) return batches;
  if (epochs.length !== 1 && epochs.length !== batches.length) {
    throw new ConfigError(
      `--epochs has ${epochs.length} numbers, expected one, or one for each of the batch sizes ${batches.map(({ size }) => size).join(", ")}`,
    );
  }
  return batches.map((batch, index) => ({ ...batch, epochs: epochs[epochs.length === 1 ? 0 : index]! }));
}

function checked(study: Study): Study {
  const parsed = studySchema.safeParse(study);
  if (!parsed.success) throw new ConfigError(z.prettifyError(parsed.error));
  return parsed.data;
}
