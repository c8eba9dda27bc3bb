/** The stage `data`: fetches a published log from its publisher into data/raw/<dataset>, where ingest looks for it. */
import { rm, stat } from "node:fs/promises";
import path from "node:path";
import { type DataConfig, dataSchema } from "../../src/config/schemas/data-schema.ts";
import { makeFolder } from "../../src/files/make-folder.ts";
import { downloadFile } from "../../src/transfer/download-file.ts";
import { showDownload } from "../progress/download-progress.ts";
import type { Stage, StageContext, StageResult } from "../stage.ts";
import { type Download, PUBLIC_DATASETS, type PublicDataset } from "./public-datasets.ts";
import { extractMembers, type MemberTarget } from "./zip-members.ts";

export const dataStage: Stage<typeof dataSchema> = {
  name: "data",
  schema: dataSchema,
  run: fetchDataset,
};

interface FetchedFile {
  readonly file: string;
  /** Null when it was there already and was left as it is. */
  readonly received: { readonly url: string; readonly bytes: number; readonly sha256: string } | null;
}

async function fetchDataset(config: DataConfig, context: StageContext): Promise<StageResult> {
  if (config.dataset === "sample") {
    const text = "the sample needs no download: lawn-ranker ingest makes it";
    return { json: { dataset: "sample", files: [] }, text };
  }
  const dataset = PUBLIC_DATASETS[config.dataset];
  const folder = path.join(config.dataRoot, "raw", config.dataset);
  await makeFolder(folder, "choose another folder with --data-root");
  const files: FetchedFile[] = [];
  for (const download of dataset.downloads)
    files.push(await fetchUnlessThere(config, context, { dataset, download, folder }));
  if (files.some(({ received }) => received !== null)) context.log(dataset.notice);
  return {
    json: { dataset: config.dataset, folder, files },
    text: [`${config.dataset} is in ${folder}`, ...files.map(lineOf)].join("\n"),
  };
}

/** One of a dataset's downloads and where it goes. */
interface PlannedDownload {
  readonly dataset: PublicDataset;
  readonly download: Download;
  readonly folder: string;
}

/** A log appears under its own name only when complete, so one that is there, by us or by hand, is left alone. */
async function fetchUnlessThere(
  config: DataConfig,
  context: StageContext,
  planned: PlannedDownload,
): Promise<FetchedFile> {
  const { dataset, download, folder } = planned;
  const { file, members, checksum, mostBytes } = download;
  if (await isLogThere(planned)) return { file, received: null };

  const url = `${(config.baseUrl ?? dataset.base).replace(/\/+$/, "")}/${file}`;
  // Ingest passes over names with a dot in front.
  const target = path.join(folder, members === undefined ? file : `.${file}`);
  const progress = showDownload(file, context);
  context.log(`fetching ${url}`);
  const downloaded = await downloadFile({
    url,
    path: target,
    checksum,
    mostBytes,
    byHand: adviceFor(planned, url),
    attempts: config.attempts,
    retrySeconds: config.retrySeconds,
    stallSeconds: config.stallSeconds,
    signal: context.signal,
    onProgress: progress.update,
    onRetry: context.log,
  }).finally(() => progress.stop());
  if (members !== undefined) await unpack(target, memberTargets(planned), context.signal);
  if (checksum === null) {
    context.log(`${file}: the publisher gives no checksum to hold it to; its sha256 is ${downloaded.sha256}`);
  }
  return { file, received: { url, ...downloaded } };
}

function memberTargets({ download, folder }: PlannedDownload): MemberTarget[] {
  const members = download.members ?? [];
  return members.map((member) => ({ member, path: path.join(folder, path.posix.basename(member)) }));
}

/** The first member is the log; it comes last, so that its presence says that the others are there. */
async function unpack(archive: string, targets: readonly MemberTarget[], signal: AbortSignal): Promise<void> {
  await extractMembers(archive, targets.toReversed(), signal);
  await rm(archive);
}

async function isLogThere({ download, folder }: PlannedDownload): Promise<boolean> {
  const log = path.join(folder, path.posix.basename(download.members?.[0] ?? download.file));
  return (await Promise.all(["", ".gz", ".zst"].map((extension) => isFile(`${log}${extension}`)))).includes(true);
}

function adviceFor({ download, folder }: PlannedDownload, url: string): string {
  const log = download.members?.[0];
  if (log === undefined) return `fetch ${url} by hand (a browser knows your proxy) and put it into ${folder}`;
  return `fetch ${url} by hand (a browser knows your proxy), unpack it and put its ${path.posix.basename(log)} into ${folder}`;
}

async function isFile(name: string): Promise<boolean> {
  return stat(name).then(
    (found) => found.isFile(),
    () => false,
  );
}

function lineOf({ file, received }: FetchedFile): string {
  if (received === null) return `${file}: already there, left as it is`;
  return `${file}: ${received.bytes} bytes, sha256 ${received.sha256}`;
}
