/**
 * Logs in an object store: which objects are meant, by the same rules as for files and folders, and bringing
 * them here. Objects of the same size and tag as last time are not fetched.
 */
import { mkdir } from "node:fs/promises";
import path from "node:path";
import { DataError } from "../../../src/errors.ts";
import {
  type LogPlan,
  planForFile,
  planForFiles,
  recogniseLogs,
  type SplitWish,
} from "../../../src/interactions/sources/recognise-logs.ts";
import { type ObjectStore, openObjectStore } from "../../../src/transfer/object-store.ts";
import type { StoredObject } from "../../../src/transfer/s3-listing.ts";
import type { StageContext } from "../../stage.ts";
import type { SourceRecord } from "../check-up-to-date.ts";
import { isHidden, isLookedInto } from "../list-files.ts";
import { inspectFile } from "../raw-files.ts";
import { keyPattern } from "./key-pattern.ts";
import type { RemoteLogs } from "./remote-logs.ts";

/** Throws DataError where nothing is there, ConfigError where the environment does not say how to reach it. */
export async function storedLogs(raw: string, wish: SplitWish, context: StageContext): Promise<RemoteLogs> {
  const [, bucket = "", asked = ""] = /^s3:\/\/([^/]+)\/?(.*)$/s.exec(raw) ?? [];
  const store = openObjectStore(`s3://${bucket}`, context);
  const found = await findObjects(store, asked);
  if (found.objects.size === 0) {
    throw new DataError(`${raw}: no object has this key, begins with it and a slash, or matches it`);
  }
  const plan = planOf(raw, found, wish);
  return {
    plan,
    async bring(names, folder, former) {
      const wanted = names.map((name) => ({ name, object: found.objects.get(name)! })); // the plan is of these
      const originOf = ({ key }: StoredObject): string => `${store.url}/${key}`;
      const isSame = ({ object }: (typeof wanted)[number], index: number): boolean => {
        const known = former?.[index];
        return known?.path === originOf(object) && known.bytes === object.bytes && known.tag === object.tag;
      };
      if (former?.length === names.length && wanted.every(isSame)) return null;
      const bytes = wanted.reduce((sum, { object }) => sum + object.bytes, 0);
      context.log(`fetching ${wanted.length} objects (${bytes.toLocaleString("en")} bytes) of ${raw}`);
      const records: SourceRecord[] = [];
      for (const { name, object } of wanted) {
        const file = path.join(folder, safeName(name, originOf(object)));
        await mkdir(path.dirname(file), { recursive: true });
        await store.fetch(object, file);
        const facts = await inspectFile(file, context.signal);
        records.push({ path: file, origin: originOf(object), tag: object.tag, ...facts });
      }
      return { records, layout: null };
    },
  };
}

interface FoundObjects {
  readonly kind: "object" | "folder" | "pattern";
  /** By name from the folder that is meant; ascending by their characters. */
  readonly objects: ReadonlyMap<string, StoredObject>;
}

async function findObjects(store: ObjectStore, asked: string): Promise<FoundObjects> {
  const pattern = keyPattern(asked);
  if (pattern !== null) {
    const all = named(await store.list(pattern.beginning), pattern.folder);
    return { kind: "pattern", objects: sorted(all.filter(([name]) => pattern.matches(name))) };
  }
  const folder = asked === "" || asked.endsWith("/") ? asked : `${asked}/`;
  const listed = await store.list(asked);
  const itself = listed.find(({ key }) => key === asked);
  if (itself !== undefined && folder !== asked) {
    return { kind: "object", objects: new Map([[path.posix.basename(asked), itself]]) };
  }
  return { kind: "folder", objects: sorted(named(listed, folder).filter(([name]) => isInLog(name))) };
}

function planOf(raw: string, { kind, objects }: FoundObjects, wish: SplitWish): LogPlan {
  const names = [...objects.keys()];
  if (kind === "object") return planForFile(names[0]!);
  return kind === "folder" ? recogniseLogs(raw, names, wish) : planForFiles(raw, names, wish);
}

/** Keys that end with a slash are marks of folders. */
function named(objects: readonly StoredObject[], folder: string): [string, StoredObject][] {
  return objects
    .filter(({ key }) => key.startsWith(folder) && !key.endsWith("/"))
    .map((object) => [object.key.slice(folder.length), object]);
}

function sorted(objects: [string, StoredObject][]): ReadonlyMap<string, StoredObject> {
  return new Map(objects.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
}

/**
 * As in a folder of files: what lies in it, and in folders called like dt=2026-11-29 or train, but for hidden names
 * there.
 */
function isInLog(name: string): boolean {
  const folders = name.split("/").slice(0, -1);
  if (folders.length === 0) return true;
  return folders.every(isLookedInto) && !isHidden(name);
}

/** Throws DataError for a key that would be no file below a folder. */
function safeName(name: string, origin: string): string {
  const isSafe = name.split("/").every((part) => !["", ".", ".."].includes(part)) && !name.includes("\0");
  if (isSafe) return name;
  throw new DataError(`${origin}: a key with "//", "." or ".." in it can be no file here; copy the object to another`);
}
