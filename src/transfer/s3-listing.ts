/** The objects of a bucket whose keys begin alike, page by page as S3 gives them (ListObjectsV2). */
import { StorageError } from "../errors.ts";
import { elementOf } from "./s3-refusal.ts";
import { encodeStrictly } from "./s3-request.ts";

export interface StoredObject {
  readonly key: string;
  readonly bytes: number;
  /** What the server calls this version of it. */
  readonly tag: string;
}

/** `ask` sends a query to the bucket itself and gives the answer's text. */
export async function listObjects(
  prefix: string,
  ask: (query: string) => Promise<string>,
): Promise<readonly StoredObject[]> {
  const objects: StoredObject[] = [];
  for (let token: string | null = null; ; ) {
    const page = token === null ? [] : [`continuation-token=${encodeStrictly(token)}`];
    const text = await ask([...page, "encoding-type=url", "list-type=2", `prefix=${encodeStrictly(prefix)}`].join("&"));
    if (!/<ListBucketResult[\s>]/.test(text)) throw new StorageError("the server lists no objects; it is no S3");
    for (const [, content] of text.matchAll(/<Contents>(.*?)<\/Contents>/gs)) objects.push(objectOf(content!));
    if (elementOf(text, "IsTruncated") !== "true") return objects;
    token = elementOf(text, "NextContinuationToken");
    if (token === null) throw new StorageError("the server lists a part of the objects only, and not how to go on");
  }
}

function objectOf(content: string): StoredObject {
  const key = elementOf(content, "Key");
  const tag = elementOf(content, "ETag");
  const bytes = Number(elementOf(content, "Size") ?? Number.NaN);
  if (key === null || tag === null || !Number.isSafeInteger(bytes)) {
    throw new StorageError("the server lists an object without key, size or ETag; it is no S3");
  }
  return { key: decodeURIComponent(key.replaceAll("+", " ")), bytes, tag };
}
