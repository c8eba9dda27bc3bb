/** Whether a dataset says which of a user's rows are newer, and whether the newest are what is to be found. */
import { isRecord } from "../../src/config/is-record.ts";
import { ConfigError } from "../../src/errors.ts";
import type { DatasetDescription } from "./stored-dataset.ts";

/** By times, or since the publisher or the user says that rows stand oldest first. */
export function isOrdered({ timeSpan, split, settings }: DatasetDescription): boolean {
  const isByRow = isRecord(settings) && settings.order === "row";
  return isByRow || (timeSpan ?? null) !== null || (isRecord(split.request) && split.request.rowsAreInOrder === true);
}

/** Whether validation and test are newer than what is trained on, so that the age of a row may speak of them. */
export function findsNewest(description: DatasetDescription): boolean {
  const { kind } = description.split;
  return kind === "leave-last-out" || kind === "time" || (kind === "given" && isOrdered(description));
}

/** Throws ConfigError where rows are to be weighed by an age that the dataset does not tell. */
export function checkRecency(recencyPower: number, description: DatasetDescription): void {
  if (recencyPower === 0 || findsNewest(description)) return;
  throw new ConfigError(
    `recencyPower is ${recencyPower}, but dataset ${description.name} (split ${description.split.kind}) does not hold ` +
      "out the newest rows, or does not say which are newer; leave --recency-power out, or ingest with times, or " +
      "--order row, under --split leave-last-out or time",
  );
}
