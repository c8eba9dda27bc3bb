/** What an ingest is about to do, decided before any row is read: dataset name, files, split and candidates. */

import { createHash } from "node:crypto";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { DOWNLOADABLE } from "../../src/config/schemas/data-schema.ts";
import { type IngestConfig, ingestSchema } from "../../src/config/schemas/ingest/ingest-schema.ts";
import { DEFAULT_HELD_OUT_ROWS, DEFAULT_SHARE } from "../../src/config/schemas/ingest/ingest-settings.ts";
import { momentMs } from "../../src/config/schemas/ingest/moment.ts";
import { shellCommand } from "../../src/config/shell-command.ts";
import { ConfigError } from "../../src/errors.ts";
import { makeFolder } from "../../src/files/make-folder.ts";
import { writeFileAtomically } from "../../src/files/write-file.ts";
import { SAMPLE_LOG_FILE, sampleLogText } from "../../src/interactions/sample/sample-log.ts";
import { BUNDLED_SAMPLE } from "../../src/interactions/sample/sample-taste.ts";
import type { SplitWish } from "../../src/interactions/sources/recognise-logs.ts";
import type { SplitRequest } from "../../src/interactions/splitting/split-log.ts";
import { isDatasetDefinition, readDatasetDefinition } from "../dataset/dataset-argument.ts";
import type { StageContext } from "../stage.ts";
import type { CandidateKind } from "./choose-candidates.ts";
import { type FoundLogs, findRawLogs } from "./raw-files.ts";
import { findRemoteLogs } from "./remote/find-remote-logs.ts";
import type { BroughtLogs, RemoteLogs } from "./remote/remote-logs.ts";

/** As in He et al. 2017. */
const USUAL_NEGATIVES = 99;

export interface RawLogs extends FoundLogs {
  /** How to bring them here; null where they are. */
  readonly remote: RemoteLogs | null;
  /** Once they are here. */
  readonly layout: BroughtLogs["layout"];
}

export interface IngestPlan {
  /** Complete: a dataset file has been read into it, and `raw` is where the logs are. */
  readonly config: IngestConfig & { readonly raw: string };
  readonly raw: RawLogs;
  readonly split: SplitRequest;
  /** `open` leaves it to the rows: openKind of choose-candidates.ts. */
  readonly candidates: CandidateKind | "open";
  /** n of 1 + n, of sampled candidates. */
  readonly negatives: number;
  readonly rowsAreInOrder: boolean;
}

export async function planIngest(given: IngestConfig, context: StageContext): Promise<IngestPlan> {
  const { log } = context;
  const config = isDatasetDefinition(given.dataset) ? await fromDatasetDefinition(given) : given;
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(config.dataset)) {
    throw new ConfigError(
      `--dataset is "${config.dataset}", expected a name of letters, digits, dots and dashes, or a .json file`,
    );
  }
  const folder = config.raw ?? join(config.dataRoot, "raw", config.dataset);
  if (config.raw === undefined && config.dataset === "sample") await makeSampleLog(folder, log);
  const raw = await findLogs(folder, config, context);
  const { brokenLinks } = raw;
  if (brokenLinks.length > 0) log(`passed over, links that lead nowhere: ${brokenLinks.join(", ")}`);
  const { leftAside = [] } = raw.plan;
  if (leftAside.length > 0) log(`left aside, since their names are of no part of the split: ${leftAside.join(", ")}`);
  if (raw.plan.rowsAreInOrder && config.timeColumn !== undefined) {
    throw new ConfigError(
      `--time-column: the rows of a ${raw.plan.format} stand oldest first, times are not used; leave it out`,
    );
  }
  const rowsAreInOrder = config.order === "row" || raw.plan.rowsAreInOrder;
  const split = splitRequest(config, raw, rowsAreInOrder);
  return {
    config: { ...config, raw: folder },
    raw,
    split,
    candidates: candidateKind(config, raw, split),
    negatives: config.negatives ?? USUAL_NEGATIVES,
    rowsAreInOrder,
  };
}

async function findLogs(folder: string, config: IngestConfig, context: StageContext): Promise<RawLogs> {
  const remote = await findRemoteLogs(config, splitWish(config), context);
  const found =
    remote === null
      ? await findRawLogs(folder, remedyFor(config), splitWish(config))
      : { directory: "", plan: remote.plan, brokenLinks: [] };
  return { ...found, remote, layout: null };
}

function splitWish({ split }: IngestConfig): SplitWish {
  return split === "auto" ? null : split === "given" ? "given" : "anew";
}

/** For logs that are not where they should be. */
function remedyFor({ raw, dataset, dataRoot }: IngestConfig): string {
  const advice = "put the raw log there, or say where it is with --raw";
  const isPublished = raw === undefined && DOWNLOADABLE.some((name) => name === dataset);
  const command = shellCommand("lawn-ranker", "data", "--dataset", dataset, "--data-root", dataRoot);
  return isPublished ? `fetch it: ${command}; or ${advice}` : advice;
}

/** Raised when the same logs and settings give other files, so that former ones are made anew. */
const FORMAT_VERSION = 5;

/** Names everything that shapes the result but the raw files; where things are and how ingest runs do not. */
export function settingsHash(config: IngestConfig): string {
  return createHash("sha256")
    .update(JSON.stringify([FORMAT_VERSION, lastingSettings(config)]))
    .digest("hex");
}

export function lastingSettings(config: IngestConfig): Readonly<Record<string, unknown>> {
  const {
    raw: _raw,
    dataRoot: _dataRoot,
    memoryLimit: _memoryLimit,
    force: _force,
    itemsFile: _itemsFile,
    itemIdMap: _itemIdMap,
    usersFile: _usersFile,
    userIdMap: _userIdMap,
    ...lasting
  } = config;
  return Object.fromEntries(Object.entries(lasting).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Only where things are and how ingest runs may stand beside a dataset file. */
async function fromDatasetDefinition(given: IngestConfig): Promise<IngestConfig> {
  const { dataset: path, raw, dataRoot, memoryLimit, force, ...rest } = given;
  const defaults: Readonly<Record<string, unknown>> = ingestSchema.parse({});
  const isGiven = ([key, value]: [string, unknown]): boolean => JSON.stringify(value) !== JSON.stringify(defaults[key]);
  const beside = Object.entries(rest).filter(isGiven);
  if (beside.length > 0) {
    throw new ConfigError(
      `${beside.map(([key]) => key).join(", ")}: given beside the dataset file ${path}; write it into the file`,
    );
  }
  const config = await readDatasetDefinition(path);
  return { ...config, ...(raw === undefined ? {} : { raw }), dataRoot, memoryLimit, force };
}

async function makeSampleLog(folder: string, log: (line: string) => void): Promise<void> {
  const path = join(folder, SAMPLE_LOG_FILE);
  if ((await stat(folder).catch(() => null)) !== null) return;
  await makeFolder(folder, "choose another folder with --data-root");
  await writeFileAtomically(path, sampleLogText(BUNDLED_SAMPLE));
  log(`made the sample log ${path}`);
}

function splitRequest(config: IngestConfig, { plan }: RawLogs, rowsAreInOrder: boolean): SplitRequest {
  const isGiven = plan.files.some(({ part }) => part !== "log");
  const kind = config.split === "auto" ? (isGiven ? "given" : "leave-last-out") : config.split;
  const { validationShare = DEFAULT_SHARE, testShare = DEFAULT_SHARE, validationFrom, testFrom, seed } = config;
  switch (kind) {
    case "given": {
      if (!isGiven) throw new ConfigError("--split given: the raw logs are one log, expected train and test files");
      const { minRating, minUserInteractions, minItemInteractions } = config;
      if (minRating !== undefined || minUserInteractions > 1 || minItemInteractions > 1) {
        throw new ConfigError(
          "--min-rating, --min-user-interactions and --min-item-interactions would change a given split; leave them out, or set --split",
        );
      }
      const hasValidationFile = plan.files.some(({ part }) => part === "validation");
      if (hasValidationFile && config.validationShare !== undefined) {
        throw new ConfigError("--validation-share: the split has a validation file; leave it out");
      }
      return {
        kind,
        hasValidationFile,
        validationShare: config.validationShare ?? null,
        rowsAreInOrder,
        seed,
      };
    }
    case "leave-last-out":
      if (config.validationShare !== undefined) {
        throw new ConfigError(
          "--validation-share: leave-last-out takes one row of each user; leave it out, or set --split",
        );
      }
      return { kind, rowsAreInOrder };
    case "ratio":
      return { kind, by: config.ratioBy ?? "user", validationShare, testShare, seed };
    case "time":
      return {
        kind,
        cut:
          validationFrom === undefined || testFrom === undefined
            ? { kind: "shares", validationShare, testShare }
            : { kind: "moments", validationFromMs: momentMs(validationFrom), testFromMs: momentMs(testFrom) },
      };
    case "users":
      return {
        kind,
        share: config.heldOutUsers ?? DEFAULT_SHARE,
        positives: config.heldOutRows ?? DEFAULT_HELD_OUT_ROWS,
        rowsAreInOrder,
        seed,
      };
    case "items":
      return { kind, share: config.heldOutItems ?? DEFAULT_SHARE, seed };
    default:
      return kind satisfies never;
  }
}

function candidateKind(config: IngestConfig, { plan }: RawLogs, split: SplitRequest): IngestPlan["candidates"] {
  const canBeOfficial = split.kind === "given" && plan.negatives !== null;
  if (config.candidates === "official" && !canBeOfficial) {
    throw new ConfigError(
      "--candidates official needs a given split with its .test.negative file beside the .test.rating file",
    );
  }
  const usual = canBeOfficial ? "official" : config.negatives === null ? "open" : "sampled";
  const kind = config.candidates !== "auto" ? config.candidates : usual;
  if (config.ownNegatives === "keep" && kind !== "official") {
    throw new ConfigError("--own-negatives keep: there are no official negatives here; leave it out");
  }
  return kind;
}
