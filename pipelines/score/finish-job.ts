/** A finished scoring job: its manifest beside the output, and what the user is told. */
import path from "node:path";
import type { ListsAddress } from "../../src/config/addresses/lists-address.ts";
import { formatOfOutput, type ScoreConfig } from "../../src/config/schemas/score-schema.ts";
import { sealedText } from "../../src/files/sealed-text.ts";
import { writeFileAtomically } from "../../src/files/write-file.ts";
import type { ScoreManifest } from "../../src/runs/score-manifest.ts";
import type { StageContext, StageResult } from "../stage.ts";
import {
  type RecommendationShape,
  recommendationColumns,
  type WrittenRecommendations,
} from "./output/recommendations.ts";
import { excludesSeen, listLength, rankerName, type ScoreSubject } from "./subject.ts";

export interface FinishedJob
  extends Pick<ScoreManifest, "seconds" | "scoringSeconds" | "counts" | "selection" | "engine" | "shards"> {
  readonly shape: RecommendationShape;
  readonly written: WrittenOutput;
}

/** The content of the manifest beside the output, and where both are. */
export type ScoreResult = Omit<ScoreManifest, "output"> & {
  /** The file of recommendations, or the address and what in it they are. */
  readonly output: string;
  /** The file of the manifest. */
  readonly manifest: string;
};

export type WrittenOutput =
  | { readonly kind: "file"; readonly file: WrittenRecommendations }
  | { readonly kind: "lists"; readonly lists: ListsAddress; readonly published: WrittenRecommendations };

export async function finishJob(
  config: ScoreConfig,
  subject: ScoreSubject,
  { shape, written, ...job }: FinishedJob,
  context: StageContext,
): Promise<StageResult<ScoreResult>> {
  const { environment } = context;
  const format = formatOfOutput(config)!; // the schema has asked for one
  const {
    users,
    pairs,
    profiles,
    similar,
    items,
    where,
    allow,
    deny,
    excludePairs,
    minimumScore = null,
    unknown,
  } = config;
  const manifest: ScoreManifest = {
    stage: "score",
    plan: subject.plan,
    ...rankerRecord(subject),
    dataset: { name: subject.description.name, contentHash: subject.description.contentHash },
    settings: {
      k: listLength(config),
      excludeSeen: excludesSeen(config),
      users,
      where,
      pairs,
      profiles,
      similar,
      items,
      allow,
      deny,
      excludePairs,
      minimumScore,
      unknown,
    },
    output: {
      name: path.basename(config.output),
      format: written.kind === "lists" ? written.lists.kind : format,
      compression: format === "parquet" ? (config.compression ?? "snappy") : null,
      columns: recommendationColumns(shape).map(({ name, type }) => `${name} ${type}`),
      ...(written.kind === "lists" ? { address: written.lists.shown } : {}),
    },
    ...(written.kind === "lists" ? { published: written.published } : { file: written.file }),
    ...job,
    packageVersion: environment.packageVersion,
    gitCommit: environment.gitCommit,
    node: environment.node,
    platform: environment.platform,
    finishedAt: new Date(context.now()).toISOString(),
    usersPerSecond: job.counts.users / Math.max(1e-3, job.seconds),
    peakMemoryBytes: context.peakMemoryBytes(),
  };
  const manifestFile = `${config.output}.manifest.json`;
  await writeFileAtomically(manifestFile, sealedText(manifest));
  return {
    json: { ...manifest, output: addressOf(written) ?? config.output, manifest: manifestFile },
    text: summary(config, manifest, { ranker: rankerName(subject), written }),
  };
}

function manifestText({ output }: ScoreConfig, { kind }: WrittenOutput): string {
  return `${kind === "lists" ? output : path.basename(output)}.manifest.json`;
}

function rankerRecord({ ranker }: ScoreSubject): Pick<ScoreManifest, "run" | "checkpoint" | "baseline"> {
  if (ranker.kind === "run") return { run: ranker.run, checkpoint: ranker.checkpoint };
  const { name, parameters, seed } = ranker;
  return { baseline: { name, parameters: { ...parameters }, seed, fittedOn: ["train"] } };
}

function addressOf(written: WrittenOutput): string | null {
  return written.kind === "lists" ? written.lists.shown : null;
}

function summary(
  config: ScoreConfig,
  { counts, selection, shards, ...manifest }: ScoreManifest,
  { ranker, written }: { readonly ranker: string; readonly written: WrittenOutput },
): string {
  const { rows, bytes, sha256 } = written.kind === "lists" ? written.published : written.file;
  const isThere = written.kind === "lists" ? ", read back and in place" : "";
  const number = (value: number): string => value.toLocaleString("en");
  const of = (count: number, one: string, more: string): string => `${number(count)} ${count === 1 ? one : more}`;
  const [one, more] = config.similar ? ["item", "items"] : ["user", "users"];
  const unknown = `(--unknown ${config.unknown})`;
  const ofUntrained = config.similar && config.items === null ? ", left out" : ` ${unknown}`;
  const ofItems = config.profiles === null ? "left out" : "not learnt from";
  const notes: readonly (readonly [count: number, one: string, more: string])[] = [
    [selection.repeatedRows, "repeated row in the file, counted once", "repeated rows in the file, counted once"],
    config.profiles === null
      ? [selection.unknownUsers, `unknown user ${unknown}`, `unknown users ${unknown}`]
      : [selection.unknownUsers, `person without a known item ${unknown}`, `people without a known item ${unknown}`],
    [
      selection.untrainedUsers,
      `${one} that the run was not trained on${ofUntrained}`,
      `${more} that the run was not trained on${ofUntrained}`,
    ],
    [selection.unknownItems, `unknown item, ${ofItems}`, `unknown items, ${ofItems}`],
    [selection.excludedPairs, "pair left out by --exclude-pairs", "pairs left out by --exclude-pairs"],
    [
      selection.unknownExcludedPairs,
      "of them with a user or an item unknown to the dataset",
      "of them with a user or an item unknown to the dataset",
    ],
    [
      counts.popularUsers,
      "user with the most popular items, source = popularity",
      "users with the most popular items, source = popularity",
    ],
    [counts.emptyUsers, `${one} without any item left to recommend`, `${more} without any item left to recommend`],
  ];
  const share = (100 * manifest.scoringSeconds) / Math.max(1e-3, manifest.seconds);
  return [
    `${of(counts.users, one, more)}, ${of(rows, "row", "rows")} with ${ranker}${shards === null ? "" : `, joined from ${shards} shards`}`,
    ...notes.filter(([count]) => count > 0).map((note) => `  ${of(...note)}`),
    `${number(Math.round(manifest.usersPerSecond))} ${more}/s, ${share.toFixed(0)} % of the time in scores; peak memory ${number(Math.round(manifest.peakMemoryBytes / 2 ** 20))} MiB`,
    `written: ${addressOf(written) ?? config.output} (${number(bytes)} bytes, sha256 ${sha256.slice(0, 12)}${isThere}), ${manifestText(config, written)}`,
  ].join("\n");
}
