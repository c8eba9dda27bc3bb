/** What is known of items and users, and maps of their ids: on this machine, or brought from an object store. */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { IngestConfig } from "../../../src/config/schemas/ingest/ingest-schema.ts";
import { ConfigError } from "../../../src/errors.ts";
import type { StageContext } from "../../stage.ts";
import { inspectSources, type SourceRecord } from "../check-up-to-date.ts";

export interface GatheredEntityFiles {
  readonly isUnchanged: boolean;
  /** Brings what is not here yet, once something else makes the dataset anew. */
  here(): Promise<EntityFilesHere>;
}

export interface EntityFilesHere {
  /** Where each lies on this machine; undefined where there is none. */
  readonly paths: Pick<IngestConfig, (typeof KEYS)[number][0]>;
  readonly records: readonly SourceRecord[];
}

/** In the order in which they are recorded. */
const KEYS = [
  ["itemsFile", "--items-file"],
  ["itemIdMap", "--item-id-map"],
  ["usersFile", "--users-file"],
  ["userIdMap", "--user-id-map"],
] as const;

/** `former` are the records of last time, of these files alone. `folder` is made where something is fetched. */
export async function gatherEntityFiles(
  config: IngestConfig,
  former: readonly SourceRecord[] | null,
  folder: string,
  context: StageContext,
): Promise<GatheredEntityFiles> {
  const given = KEYS.flatMap(([key, flag]) => {
    const path = config[key];
    return path === undefined ? [] : [{ key, flag, path }];
  });
  const isAsMany = former?.length === given.length;
  const found = new Map<string, SourceRecord>();
  let isUnchanged = isAsMany;
  for (const [index, { key, flag, path }] of given.entries()) {
    const known = isAsMany ? former[index]! : null;
    if (!isStored(path)) {
      const { sources, isUnchanged: isSame } = await inspectSources(
        [path],
        known === null ? null : [known],
        context.signal,
      );
      found.set(key, sources[0]!);
      isUnchanged &&= isSame;
      continue;
    }
    const brought = await bring({ key, flag, path }, known);
    if (brought === null) continue;
    found.set(key, brought);
    isUnchanged &&= known !== null && known.path === brought.origin && known.sha256 === brought.sha256;
  }

  /** Null where it is the object of last time, which is not fetched then. */
  async function bring(
    { key, flag, path }: (typeof given)[number],
    known: SourceRecord | null,
  ): Promise<SourceRecord | null> {
    const { storedLogs } = await import("./stored-logs.ts");
    const remote = await storedLogs(path, null, context);
    const [file, ...others] = remote.plan.files;
    if (file === undefined || others.length > 0) {
      throw new ConfigError(
        `${flag} ${path}: ${remote.plan.files.length} objects, expected the address of a single one`,
      );
    }
    const own = join(folder, key); // both may have one name
    await mkdir(own, { recursive: true });
    const brought = await remote.bring([file.name], own, known === null ? null : [known]);
    return brought?.records[0] ?? null;
  }

  return {
    isUnchanged,
    async here() {
      const records: SourceRecord[] = [];
      // Without a former record it is fetched.
      for (const file of given) records.push(found.get(file.key) ?? (await bring(file, null))!);
      const paths = Object.fromEntries(given.map(({ key }, index) => [key, records[index]!.path]));
      return { paths, records };
    },
  };
}

function isStored(path: string): boolean {
  return path.startsWith("s3://");
}
