/**
 * A large file in parts: each hashed, signed and tried again by itself, and joined by the server. A single
 * request holds 5 GiB at most.
 */
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { StorageError } from "../errors.ts";
import { sha256Of } from "../files/file-content.ts";
import { TransientError } from "./retry.ts";
import { elementOf } from "./s3-refusal.ts";
import { encodeStrictly, type S3Request, type S3Response, textOf } from "./s3-request.ts";

export interface PartedFile {
  readonly key: string;
  readonly file: string;
  readonly bytes: number;
  readonly partBytes: number;
}

export interface ObjectRequests {
  request<T>(
    what: Partial<S3Request> & Pick<S3Request, "method" | "key">,
    read: (response: S3Response) => Promise<T>,
    accepted?: readonly number[],
  ): Promise<T>;
  size(key: string): Promise<number | null>;
  /** Lets the parts of an upload go, also where the work itself was interrupted. */
  abandon(key: string, query: string): Promise<void>;
}

/** Of S3: Multipart upload limits. Each part but the last has 5 MiB at least. */
const MOST_PARTS = 10_000;

/** Leaves no parts behind where it fails and the server still answers. */
export async function uploadInParts(upload: PartedFile, { request, size, abandon }: ObjectRequests): Promise<void> {
  const { key, bytes } = upload;
  const partBytes = Math.max(upload.partBytes, Math.ceil(bytes / MOST_PARTS));
  const begun = await request({ method: "POST", key, query: "uploads" }, textOf);
  const id = elementOf(begun, "UploadId");
  if (id === null) throw new StorageError(`${key}: the server takes no file in parts (its answer has no UploadId)`);
  const query = `uploadId=${encodeStrictly(id)}`;
  try {
    const tags: string[] = [];
    for (let from = 0; from < bytes; from += partBytes) {
      const range = { file: upload.file, from, to: Math.min(bytes, from + partBytes) };
      tags.push(await putPart(key, `partNumber=${tags.length + 1}&${query}`, range, request));
    }
    await complete(upload, query, tags, { request, size });
  } catch (error) {
    await abandon(key, query).catch(() => {}); // the failure itself is the one to tell
    throw error;
  }
}

interface FileRange {
  readonly file: string;
  readonly from: number;
  readonly to: number;
}

/** Gives the part's tag, by which it is named when the parts are joined. */
async function putPart(
  key: string,
  query: string,
  { file, from, to }: FileRange,
  request: ObjectRequests["request"],
): Promise<string> {
  const open = (): Readable => createReadStream(file, { start: from, end: to - 1 });
  const digest = createHash("sha256");
  await pipeline(open(), digest);
  const body = { bytes: to - from, sha256: digest.digest("hex"), open };
  return request({ method: "PUT", key, query, body }, async (response) => {
    await textOf(response);
    const { etag } = response.headers;
    if (etag === undefined) throw new StorageError(`${key}: the server gave a part no ETag; it is no S3`);
    return etag;
  });
}

async function complete(
  { key, bytes }: PartedFile,
  query: string,
  tags: readonly string[],
  { request, size }: Pick<ObjectRequests, "request" | "size">,
): Promise<void> {
  const parts = tags.map((tag, index) => `<Part><PartNumber>${index + 1}</PartNumber><ETag>${tag}</ETag></Part>`);
  const xml = Buffer.from(`<CompleteMultipartUpload>${parts.join("")}</CompleteMultipartUpload>`);
  const body = { bytes: xml.length, sha256: sha256Of(xml), open: () => Readable.from([xml]) };
  try {
    await request({ method: "POST", key, query, body }, async (response) => {
      // Joining takes long, so that the status comes first; what went wrong then stands in the body of a 200.
      const code = elementOf(await textOf(response), "Code");
      if (code !== null) throw new TransientError(`the parts were not joined (${code})`);
    });
  } catch (error) {
    // Joined at an earlier attempt whose answer was lost: the upload is known no more, but the object is there.
    if ((await size(key)) !== bytes) throw error;
  }
}
