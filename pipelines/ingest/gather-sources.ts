/** All that an ingest reads, on this machine and known by its bytes; and whether it is what the last one read. */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { StageContext } from "../stage.ts";
import { inspectSources, type SourceRecord } from "./check-up-to-date.ts";
import type { IngestPlan } from "./plan-ingest.ts";
import { logPaths, sourcePaths } from "./source-files.ts";

export interface GatheredSources {
  /** With its raw logs on this machine. */
  readonly plan: IngestPlan;
  readonly records: readonly SourceRecord[];
  readonly isUnchanged: boolean;
}

/** `scratch` takes what has to be fetched; it is there, and lives as long as the ingest. */
export async function gatherSources(
  planned: IngestPlan,
  former: readonly SourceRecord[] | null,
  scratch: string,
  context: StageContext,
): Promise<GatheredSources> {
  const { remote } = planned.raw;
  const { signal } = context;
  if (remote === null) {
    const { sources, isUnchanged } = await inspectSources(sourcePaths(planned), former, signal);
    return { plan: planned, records: sources, isUnchanged };
  }
  const directory = join(scratch, "raw");
  await mkdir(directory);
  const names = logPaths(planned.raw, planned.candidates).map(({ name }) => name);
  const formerLogs = former?.slice(0, names.length) ?? null;
  const others = await inspectSources(
    sourcePaths(planned).slice(names.length),
    former?.slice(names.length) ?? null,
    signal,
  );
  // Logs that are those of last time are needed all the same where another file is not.
  const brought = await remote.bring(names, directory, others.isUnchanged ? formerLogs : null);
  const plan = { ...planned, raw: { ...planned.raw, directory, layout: brought?.layout ?? null } };
  const logs = brought?.records ?? formerLogs ?? [];
  const isSame = ({ origin, sha256 }: SourceRecord, index: number): boolean =>
    brought === null || (formerLogs?.[index]?.path === origin && formerLogs?.[index]?.sha256 === sha256);
  return {
    plan,
    records: [...logs, ...others.sources],
    isUnchanged: others.isUnchanged && formerLogs?.length === names.length && logs.every(isSame),
  };
}
