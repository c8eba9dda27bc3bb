/**
 * Shards of a scoring job on the disk: named by what decides their content, whole or not there, and checked
 * before they are believed.
 */
import { rm, stat } from "node:fs/promises";
import path from "node:path";
import { DataError } from "../../src/errors.ts";
import { contentOf, readTextIfThere } from "../../src/files/file-content.ts";
import { putInPlace } from "../../src/files/partial-file.ts";
import { workName } from "../../src/files/work-names.ts";
import { writeFileAtomically } from "../../src/files/write-file.ts";
import { hashOf } from "../../src/runs/run-directory.ts";
import { parseShardRecord, type ShardRecord } from "../../src/runs/score-manifest.ts";
import type { Shard } from "../../src/scoring/shard.ts";
import type { StageContext } from "../stage.ts";

/** Beside the output; every plan, and every way to cut it, has names of its own in it. */
export function shardFolder(output: string, plan: string): string {
  return path.join(`${output}.shards`, plan.slice(0, 16));
}

/** "3-of-8.5f0c2a9e31d7" */
export function shardName(plan: string, { index, of }: Shard): string {
  return `${index}-of-${of}.${hashOf({ plan, index, of }).slice(0, 12)}`;
}

export function shardDataFile(name: string): string {
  return `${name}.arrow`;
}

/**
 * The record of a finished shard whose file is as the record says; null where it is not finished. Throws DataError,
 * naming the shard, where it is damaged. Reads the file once.
 */
export async function readShard(folder: string, plan: string, shard: Shard): Promise<ShardRecord | null> {
  const name = shardName(plan, shard);
  const recordFile = path.join(folder, `${name}.json`);
  const text = await readTextIfThere(recordFile);
  if (text === null) return null;
  const record = parseShardRecord(text, recordFile);
  if (record.plan !== plan || record.index !== shard.index || record.of !== shard.of) {
    throw new DataError(`${recordFile}: is of shard ${record.index}/${record.of} of plan ${record.plan.slice(0, 16)}`);
  }
  const dataFile = path.join(folder, shardDataFile(name));
  const size = (await stat(dataFile).catch(() => null))?.size;
  if (size === undefined) throw new DataError(`${dataFile} is missing`);
  if (size !== record.file.bytes) {
    throw new DataError(`${dataFile}: has ${size} bytes, but ${record.file.bytes} were written`);
  }
  const { sha256: found } = await contentOf(dataFile);
  if (found === record.file.sha256) return record;
  throw new DataError(`${dataFile}: sha256 is ${found}, but ${record.file.sha256} was written`);
}

/** As readShard, but a damaged shard counts as unfinished, so that it is done again; `onDamage` is told of it. */
export async function readShardOrNothing(
  folder: string,
  plan: string,
  shard: Shard,
  onDamage: (problem: string) => void,
): Promise<ShardRecord | null> {
  try {
    return await readShard(folder, plan, shard);
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    onDamage(error.message);
    await rm(path.join(folder, `${shardName(plan, shard)}.json`), { force: true });
    return null;
  }
}

/**
 * Puts a shard in place: its rows first, then the record that makes it finished. Both come from names of this process's
 * own, so that two processes that finish the same shard at once do not meet; they agree on every byte of the rows.
 */
export async function publishShard(
  folder: string,
  finishedFile: string,
  record: ShardRecord,
  context: Pick<StageContext, "place" | "processId">,
): Promise<void> {
  const recordFile = path.join(folder, `${record.name.slice(0, -".arrow".length)}.json`);
  await putInPlace(finishedFile, path.join(folder, record.name));
  await writeFileAtomically(recordFile, `${JSON.stringify(record, null, 2)}\n`, workName(recordFile, context));
}
