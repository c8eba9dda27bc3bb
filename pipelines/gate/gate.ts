/**
 * The stage `gate`: whether a new run takes the place of the one in use. Both answer the same questions of the new
 * run's dataset; the verdict is the exit status, a line, and gate.json of the run. With --promote it is carried out.
 */
import path from "node:path";
import { type GateConfig, gateSchema } from "../../src/config/schemas/gate-schema.ts";
import { DataError, StorageError } from "../../src/errors.ts";
import { takeLock } from "../../src/files/lock-file.ts";
import type { GateRecord } from "../../src/runs/gate-record.ts";
import { currentLink } from "../../src/runs/run-directory.ts";
import { openConfiguredEngine } from "../configured-engine.ts";
import { datasetNameOf } from "../dataset/dataset-argument.ts";
import { type LoadedDataset, loadDataset } from "../dataset/stored-dataset.ts";
import { protocolOf } from "../measures/evaluate-split.ts";
import { currentRun, promoteRun, rollBack, runsToRollBack } from "../runs/current-run.ts";
import { isOfRun, leakWarning } from "../runs/dataset-of-run.ts";
import { findRun } from "../runs/find-run.ts";
import { writeGateRecord } from "../runs/gate-file.ts";
import { type LoadedRun, loadTestedRun, rankerFilesOf, testedText } from "../runs/stored-run.ts";
import type { Stage, StageContext, StageResult } from "../stage.ts";
import { compareRuns } from "./compare-runs.ts";
import { removeRuns } from "./remove-runs.ts";
import { verdictOf } from "./verdict.ts";

/** What the command prints under --json: the verdict, with the figures of gate.json where two runs were compared. */
export type GateResult = Partial<GateRecord> & {
  readonly stage: "gate";
  readonly verdict: GateRecord["verdict"];
  /** In a line. */
  readonly reason: string;
  /** The folder of the run. */
  readonly run: string;
  /** Whether `current` leads to it now. */
  readonly promoted: boolean;
  /** Folders that --keep has removed. */
  readonly removed: readonly string[];
};

/** Under --rollback. */
export type RollbackResult = {
  readonly stage: "gate";
  /** The name of the run that was current before. */
  readonly from: string;
  /** The folder of the one that is current now. */
  readonly run: string;
};

export const gateStage: Stage<typeof gateSchema, GateResult | RollbackResult> = {
  name: "gate",
  schema: gateSchema,
  async run(given, context) {
    const config = { ...given, dataset: given.dataset === null ? null : await datasetNameOf(given.dataset) };
    return config.rollback ? goBack(config, context) : decide(config, context);
  },
};

/** Of the shell: the run may take the place of the one in use, or may not. */
const KEEP_STATUS = 4;
const LOCK_FILE = ".gate.lock";

async function goBack(
  { modelsRoot, dataset }: GateConfig,
  context: StageContext,
): Promise<StageResult<RollbackResult>> {
  const folder = path.join(modelsRoot, dataset!); // the schema has asked for it
  await runsToRollBack(folder); // a folder that is not there has no lock to take
  const { from, to } = await locked(folder, context, () => rollBack(folder, context));
  const text = `${path.join(folder, currentLink)}: ${to}, in place of ${from}`;
  return { json: { stage: "gate", from, run: path.join(folder, to) }, text };
}

async function decide(config: GateConfig, context: StageContext): Promise<StageResult<GateResult>> {
  const { run: named, dataset: datasetName, modelsRoot, against: other } = config;
  const directory = await findRun({ run: named, dataset: datasetName, modelsRoot }, context);
  const folder = path.dirname(directory);
  const run = await loadTestedRun(directory);
  const against = await findAgainst(other, { config, run, folder, context });
  const isSame = against !== null && path.resolve(against) === path.resolve(directory);
  const record = isSame
    ? null
    : await recordOf({ config, run, against: against === null ? null : await loadTestedRun(against), context });
  const verdict = record?.verdict ?? "promote";
  const reason = record?.reason ?? "it is the run that it would be compared with, so there is nothing to decide";
  if (record !== null) await writeGateRecord(directory, record);

  let promoted: string | null = null;
  let removed: readonly string[] = [];
  if (config.promote && verdict === "promote") {
    await locked(folder, context, async () => {
      if (other === currentLink) await refuseOtherCurrent(folder, against);
      await promoteRun(folder, directory, context);
      promoted = path.join(folder, currentLink);
      if (config.keep !== null) removed = await removeRuns(folder, config.keep, context);
    });
  }
  for (const old of removed) context.log(`removed: ${old}`);
  const lines = [`${verdict}: ${reason}`, ...(record === null ? [] : unknownLines(record))];
  if (promoted !== null) lines.push(`${promoted}: ${path.basename(directory)}`);
  else if (verdict === "promote" && !config.promote) lines.push("nothing was moved: --promote makes it the run in use");
  return {
    json: { ...record, stage: "gate", verdict, reason, run: directory, promoted: promoted !== null, removed },
    text: lines.join("\n"),
    exitCode: verdict === "promote" ? 0 : KEEP_STATUS,
  };
}

/** Another gate may have promoted a run while this one compared. */
async function refuseOtherCurrent(folder: string, compared: string | null): Promise<void> {
  const now = await currentRun(folder);
  if (now === compared) return;
  throw new StorageError(
    `${path.join(folder, currentLink)} was moved to ${now === null ? "nothing" : path.basename(now)} while this run was compared with ${compared === null ? "nothing" : path.basename(compared)}; run the gate again`,
  );
}

/** The folder of the run in use; null where nothing is to be compared with, which is said. Throws as findRun. */
async function findAgainst(
  other: string | null,
  { config, run, folder, context }: { config: GateConfig; run: LoadedRun; folder: string; context: StageContext },
): Promise<string | null> {
  if (other === null) return null;
  if (other === currentLink) return currentRun(folder);
  const { modelsRoot, dataset } = config;
  return findRun({ run: other, dataset: dataset ?? run.datasetName, modelsRoot, flag: "--against" }, context);
}

interface Question {
  readonly config: GateConfig;
  readonly run: LoadedRun;
  readonly against: LoadedRun | null;
  readonly context: StageContext;
}

async function recordOf({ config, run, against, context }: Question): Promise<GateRecord> {
  const { metric, margin, strict, split } = config;
  const begun = {
    stage: "gate" as const,
    run: run.manifest.run,
    dataset: { ...run.manifest.dataset },
    metric,
    margin,
    strict,
    packageVersion: context.environment.packageVersion,
  };
  if (against === null) {
    const reason =
      config.against === null
        ? "nothing was to be compared with (--against none)"
        : "no run is current yet, so there is nothing to compare with";
    return { ...begun, verdict: "promote", reason, against: null, protocol: null, compared: null };
  }
  const dataset = await loadDataset(path.join(config.dataRoot, config.dataset ?? run.datasetName));
  refuseOtherData(run, dataset);
  for (const line of [testedText(run), testedText(against), leakWarning(against, dataset.description)]) {
    if (line !== null) context.log(line);
  }
  const engine = await openConfiguredEngine({ ...config, halfPrecision: false, trains: [] }, context.log);
  const candidates = protocolOf(dataset, config.candidates);
  const question = { dataset, split, candidates, metric, engine, signal: context.signal };
  const { compared, protocol } = await compareRuns(run, against, question);
  const { verdict, reason } = verdictOf(compared, { metric, margin, strict });
  const { parameters } = rankerFilesOf(against.manifest, against.ranker);
  const checkpoint = against.manifest.files[parameters]!.sha256; // loadRun has checked it
  return {
    ...begun,
    verdict,
    reason,
    against: { run: against.manifest.run, directory: against.directory, checkpoint },
    protocol,
    compared,
  };
}

/** The new run is not yet anybody's: its own data must be there, and be what it was trained on. */
function refuseOtherData(run: LoadedRun, { directory, description }: LoadedDataset): void {
  if (isOfRun(run, description)) return;
  throw new DataError(
    `${run.directory}: ${directory} was ingested anew since it was trained, so it is no longer the newest run there could be; train on it, and give the gate that run`,
  );
}

/** What the run in use does not know, a line where there is any. */
function unknownLines({ compared, against, metric }: GateRecord): readonly string[] {
  if (compared === null || against === null) return [];
  const { users, items, casesOfUnknownItems, newcomers, cases } = compared;
  const lines: string[] = [];
  if (users.new > 0 || items.new > 0) {
    lines.push(
      `${against.run} does not know ${users.new} users, who are left out, and ${items.new} items, which it ranks last: held out of ${casesOfUnknownItems} of ${cases} users`,
    );
  }
  if (newcomers !== null) {
    lines.push(`of the users it does not know, ${newcomers.cases} are tested: ${metric} ${newcomers.value.toFixed(4)}`);
  }
  return lines;
}

async function locked<T>(folder: string, context: StageContext, task: () => Promise<T>): Promise<T> {
  const release = await takeLock(path.join(folder, LOCK_FILE), context);
  try {
    return await task();
  } finally {
    await release();
  }
}
