/** Every setting of `data`, once: type, default, unit, range and meaning. */
import { z } from "zod";
import { setting } from "../setting.ts";

/**
 * The sample is made by ingest and the others are published elsewhere; pipelines/data/public-
 * datasets.ts knows where.
 */
export const DOWNLOADABLE = [
  "ml-100k",
  "ml-latest-small",
  "ml-1m",
  "ml-1m-ncf",
  "ml-20m",
  "ml-25m",
  "pinterest-20",
] as const;

export const dataSchema = z.object({
  dataset: setting(z.enum(["sample", ...DOWNLOADABLE]).default("sample"), {
    flag: "dataset",
    heading: "Data",
    meaning: "Published log to fetch; the sample needs none, since ingest makes it",
  }),
  dataRoot: setting(z.string().min(1).default("data"), {
    flag: "data-root",
    names: "folder",
    meaning: "Folder of the datasets; raw logs go to its raw/<dataset>",
  }),
  baseUrl: setting(
    z
      .url({ protocol: /^https?$/ })
      .refine(isBare, "expected an address without user, query or fragment")
      .nullable()
      .default(null),
    {
      flag: "base-url",
      heading: "Download",
      names: "url",
      expects: "an http or https address without user, query or fragment, or none",
      meaning: "Mirror to fetch the same files from; the publisher's own address unless given",
    },
  ),
  attempts: setting(z.int().min(1).default(5), {
    flag: "attempts",
    meaning: "Tries in a row without a new byte before a download is given up",
    unit: "tries",
  }),
  retrySeconds: setting(z.number().min(0).default(1), {
    flag: "retry-seconds",
    meaning: "Wait before the second try; each further wait is twice as long",
    unit: "seconds",
  }),
  stallSeconds: setting(z.number().positive().default(30), {
    flag: "stall-seconds",
    meaning: "A connection that brings nothing for so long counts as cut",
    unit: "seconds",
  }),
});

/** What would stand in every message, or between the address and the file's name. */
function isBare(text: string): boolean {
  if (!URL.canParse(text)) return true; // the type itself says so
  const { username, password, search, hash } = new URL(text);
  return [username, password, search, hash].every((part) => part === "");
}

export type DataConfig = z.output<typeof dataSchema>;
