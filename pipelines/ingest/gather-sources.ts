/** All that an ingest reads, on this machine and known by its bytes; and whether it is what the last one read. */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { StageContext } from "../stage.ts";
import { inspectSources, type SourceRecord } from "./check-up-to-date.ts";
import type { IngestPlan } from "./plan-ingest.ts";
import { gatherEntityFiles } from "./remote/entity-files.ts";
import { logPaths } from "./source-files.ts";

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
  const names = logPaths(planned.raw, planned.candidates).map(({ name }) => name);
  const formerLogs = former?.slice(0, names.length) ?? null;
  const entities = await gatherEntityFiles(
    planned.config,
    former?.slice(names.length) ?? null,
    join(scratch, "entities"),
    context,
  );
  const logs = await gatherLogs();
  if (logs.isUnchanged && entities.isUnchanged) return { plan: planned, records: former ?? [], isUnchanged: true };
  const { paths, records } = await entities.here();
  const config = { ...planned.config, ...paths };
  return { plan: { ...planned, config, raw: logs.raw }, records: [...logs.records, ...records], isUnchanged: false };

  async function gatherLogs() {
    if (remote === null) {
      const own = logPaths(planned.raw, planned.candidates).map(({ path }) => path);
      const { sources, isUnchanged } = await inspectSources(own, formerLogs, context.signal);
      return { records: sources, isUnchanged, raw: planned.raw };
    }
    const directory = join(scratch, "raw");
    await mkdir(directory);
    // Logs that are those of last time are needed all the same where another file is not.
    const brought = await remote.bring(names, directory, entities.isUnchanged ? formerLogs : null);
    const found = brought?.records ?? formerLogs ?? [];
    const isSame = ({ origin, sha256 }: SourceRecord, index: number): boolean =>
      brought === null || (formerLogs?.[index]?.path === origin && formerLogs?.[index]?.sha256 === sha256);
    return {
      records: found,
      isUnchanged: formerLogs?.length === names.length && found.every(isSame),
      raw: { ...planned.raw, directory, layout: brought?.layout ?? null },
    };
  }
}
