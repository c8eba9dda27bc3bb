/**
 * An S3-compatible object store as files and texts by key: whole or not there, checked by size and hash,
 * tried again where that helps.
 */
import { createReadStream } from "node:fs";
import { Readable } from "node:stream";
import { readStoreAccess, storeLocationOf } from "../config/object-store-settings.ts";
import { StorageError } from "../errors.ts";
import { type FileContent, sha256Of } from "../files/file-content.ts";
import { receiveFile, receiveVersion } from "./receive-file.ts";
import { type RetryPolicy, TransientError, withRetries } from "./retry.ts";
import { listObjects, type StoredObject } from "./s3-listing.ts";
import { uploadInParts } from "./s3-multipart.ts";
import { isTransient, readRefusal, refusalError, refusalText } from "./s3-refusal.ts";
import { type Connection, type S3Request, type S3Response, sendS3Request, textOf } from "./s3-request.ts";

export interface ObjectStore {
  /** As it was given, such as "s3://bucket/prefix". */
  readonly url: string;
  /** In bytes; null where there is no such object. */
  size(key: string): Promise<number | null>;
  /** Null where there is no such object. */
  readText(key: string): Promise<string | null>;
  writeText(key: string, text: string): Promise<void>;
  /** Writes the object to `file`, which is left behind only whole. Throws DataError where it is not of `content`. */
  download(key: string, file: string, content: FileContent): Promise<void>;
  /** Below the prefix of the store, those whose keys begin with `beginning`, in the order of their bytes. */
  list(beginning: string): Promise<readonly StoredObject[]>;
  /** As download, of an object whose hash nobody knows: this version of it, or DataError. */
  fetch(object: StoredObject, file: string): Promise<void>;
  /** `content` is that of `file`; what the server receives otherwise it refuses. Streams from the disk. */
  upload(key: string, file: string, content: FileContent): Promise<void>;
  /** No matter whether it is there. */
  remove(key: string): Promise<void>;
}

export interface TransferSettings extends RetryPolicy {
  /** A connection that brings nothing for so long is given up. */
  readonly stallSeconds: number;
  /** Larger files go up in parts of so many bytes, each tried again by itself. */
  readonly partBytes: number;
}

export const defaultTransferSettings: TransferSettings = {
  attempts: 6,
  firstWaitSeconds: 0.5, // 15.5 s in all
  stallSeconds: 60,
  partBytes: 64 * 2 ** 20,
};

const CLEANUP_MILLISECONDS = 10_000;

/** What a store needs of the outside world. */
export interface StoreContext {
  /** Milliseconds since the epoch. */
  now(): number;
  readonly log: (line: string) => void;
  readonly signal: AbortSignal;
  readonly environment: { readonly variables: Readonly<Record<string, string | undefined>> };
}

/** Asks nobody yet. Throws ConfigError where the environment does not say how to reach it. */
export function openObjectStore(url: string, context: StoreContext, settings = defaultTransferSettings): ObjectStore {
  const { log, signal, now } = context;
  const connection: Connection = {
    location: storeLocationOf(url),
    access: readStoreAccess(context.environment.variables, url),
    stallSeconds: settings.stallSeconds,
    signal,
    now,
  };
  const nameOf = (key: string): string => `${url.replace(/\/+$/, "")}/${key}`;

  /** For what must be tidied up even when the work was interrupted. */
  const cleanupConnection = (): Connection => ({ ...connection, signal: AbortSignal.timeout(CLEANUP_MILLISECONDS) });

  /** `read` is given the answers of success, and those of `accepted`, and reads their body. */
  function request<T>(
    what: Partial<S3Request> & Pick<S3Request, "method" | "key">,
    read: (response: S3Response) => Promise<T>,
    accepted: readonly number[] = [],
    over = connection,
  ): Promise<T> {
    const attempt = async (): Promise<T> => {
      const response = await sendS3Request({ query: "", body: null, headers: {}, ...what }, over);
      const { status } = response;
      if ((status >= 200 && status < 300) || accepted.includes(status)) return read(response);
      throw await failureOf(response, what.key);
    };
    return withRetries(nameOf(what.key), attempt, {
      ...settings,
      log,
      signal: over.signal,
      giveUp: (problem, cause) => new StorageError(`${problem}; the same command goes on where it stopped`, { cause }),
    });
  }

  async function failureOf(response: S3Response, key: string): Promise<Error> {
    const refusal = await readRefusal(response);
    return isTransient(refusal)
      ? new TransientError(refusalText(refusal))
      : refusalError(refusal, nameOf(key), connection);
  }

  async function size(key: string): Promise<number | null> {
    const sizeOf = async (response: S3Response): Promise<number> => {
      const length = Number(response.headers["content-length"] ?? Number.NaN);
      if (!Number.isSafeInteger(length)) throw new StorageError(`${nameOf(key)}: the server does not say its size`);
      return length;
    };
    const head = await request(
      { method: "HEAD", key },
      async (response) => {
        const bytes = response.status < 300 ? await sizeOf(response) : 0;
        await drain(response);
        return { status: response.status, bytes };
      },
      [301, 307, 400, 403, 404],
    );
    if (head.status === 404) return null;
    // The answer to HEAD has no body that could say why; that to GET has one. Of an object after
    // all, the body is not read.
    return head.status < 300 ? head.bytes : request({ method: "GET", key }, headersOnly(sizeOf));
  }

  async function list(beginning: string): Promise<readonly StoredObject[]> {
    const { bucket, prefix } = connection.location;
    const below = prefix === "" ? "" : `${prefix}/`;
    const whole = { ...connection, location: { bucket, prefix: "" } };
    const ask = (query: string) => request({ method: "GET", key: "", query }, textOf, [], whole);
    const found = await listObjects(`${below}${beginning}`, ask);
    return found.map((object) => ({ ...object, key: object.key.slice(below.length) }));
  }

  return {
    url,
    size,
    list,
    fetch: (object, file) =>
      request(
        { method: "GET", key: object.key, headers: { "if-match": object.tag } },
        async (response) => {
          const chunks = response.status < 300 ? response.chunks() : null;
          if (chunks === null) await drain(response);
          await receiveVersion(chunks, file, object.bytes, nameOf(object.key));
        },
        [404, 412],
      ),
    readText: (key) =>
      request(
        { method: "GET", key },
        async (response) => {
          if (response.status !== 404) return textOf(response);
          const refusal = await readRefusal(response);
          if (refusal.code === "NoSuchBucket") throw refusalError(refusal, nameOf(key), connection);
          return null;
        },
        [404],
      ),
    async writeText(key, text) {
      const bytes = Buffer.from(text);
      const body = { bytes: bytes.length, sha256: sha256Of(bytes), open: () => Readable.from([bytes]) };
      await request({ method: "PUT", key, body }, drain);
    },
    download: (key, file, content) =>
      request({ method: "GET", key }, (response) => receiveFile(response.chunks(), file, content, nameOf(key))),
    async upload(key, file, content) {
      if (content.bytes > settings.partBytes) {
        const abandon = async (of: string, query: string): Promise<void> => {
          await request({ method: "DELETE", key: of, query }, drain, [404], cleanupConnection());
        };
        await uploadInParts({ key, file, ...content, partBytes: settings.partBytes }, { request, size, abandon });
        return;
      }
      const open = (): Readable => (content.bytes === 0 ? Readable.from([]) : createReadStream(file));
      await request({ method: "PUT", key, body: { ...content, open } }, drain);
    },
    remove: (key) => request({ method: "DELETE", key }, drain, [404]),
  };
}

/** `read` of the headers alone: the connection is closed on the body. */
function headersOnly<T>(read: (response: S3Response) => Promise<T>): (response: S3Response) => Promise<T> {
  return async (response) => {
    const chunks = response.chunks()[Symbol.asyncIterator]();
    await chunks.next();
    try {
      return await read(response);
    } finally {
      await chunks.return?.(undefined);
    }
  };
}

/** Reads what is left, so that the connection can serve the next request. */
async function drain(response: S3Response): Promise<void> {
  for await (const _ of response.chunks());
}
