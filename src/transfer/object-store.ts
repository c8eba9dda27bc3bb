/** An S3-compatible object store as files and texts by key: whole or not there, checked by size and hash, tried again where that helps. */
import { createReadStream } from "node:fs";
import { Readable } from "node:stream";
import { readStoreAccess, storePlaceOf } from "../config/object-store-settings.ts";
import { StorageError } from "../errors.ts";
import { type FileContent, sha256Of } from "../files/file-content.ts";
import { receiveFile } from "./receive-file.ts";
import { PassingFailure, type Patience, withPatience } from "./retry.ts";
import { uploadInParts } from "./s3-multipart.ts";
import { mayPass, readRefusal, refusalError, refusalText } from "./s3-refusal.ts";
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
  /** `content` is that of `file`; what the server receives otherwise it refuses. Streams from the disk. */
  upload(key: string, file: string, content: FileContent): Promise<void>;
  /** No matter whether it is there. */
  remove(key: string): Promise<void>;
}

export interface StoreManners extends Patience {
  /** A connection that brings nothing for so long is given up. */
  readonly stallSeconds: number;
  /** Larger files go up in parts of so many bytes, each tried again by itself. */
  readonly partBytes: number;
}

export const usualManners: StoreManners = {
  attempts: 6,
  firstWaitSeconds: 0.5, // 15.5 s in all
  stallSeconds: 60,
  partBytes: 64 * 2 ** 20,
};

const LAST_WORDS_MILLISECONDS = 10_000;

/** What a store needs of the outside world. */
export interface StoreContext {
  /** Milliseconds since the epoch. */
  now(): number;
  readonly log: (line: string) => void;
  readonly signal: AbortSignal;
  readonly environment: { readonly variables: Readonly<Record<string, string | undefined>> };
}

/** Asks nobody yet. Throws ConfigError where the environment does not say how to reach it. */
export function openObjectStore(url: string, context: StoreContext, manners = usualManners): ObjectStore {
  const { log, signal, now } = context;
  const connection: Connection = {
    place: storePlaceOf(url),
    access: readStoreAccess(context.environment.variables, url),
    stallSeconds: manners.stallSeconds,
    signal,
    now,
  };
  const nameOf = (key: string): string => `${url.replace(/\/+$/, "")}/${key}`;

  /** For what must be said even when the work was interrupted. */
  const lastWords = (): Connection => ({ ...connection, signal: AbortSignal.timeout(LAST_WORDS_MILLISECONDS) });

  /** `take` has the answers of success, and those of `accepted`, and reads their body. */
  function ask<T>(
    request: Partial<S3Request> & Pick<S3Request, "method" | "key">,
    take: (response: S3Response) => Promise<T>,
    accepted: readonly number[] = [],
    over = connection,
  ): Promise<T> {
    const attempt = async (): Promise<T> => {
      const response = await sendS3Request({ query: "", body: null, ...request }, over);
      const { status } = response;
      if ((status >= 200 && status < 300) || accepted.includes(status)) return take(response);
      throw await failureOf(response, request.key);
    };
    return withPatience(nameOf(request.key), attempt, { ...manners, log, signal: over.signal });
  }

  async function failureOf(response: S3Response, key: string): Promise<Error> {
    const refusal = await readRefusal(response);
    return mayPass(refusal) ? new PassingFailure(refusalText(refusal)) : refusalError(refusal, nameOf(key), connection);
  }

  async function size(key: string): Promise<number | null> {
    const sizeOf = async (response: S3Response): Promise<number> => {
      const length = Number(response.headers["content-length"] ?? Number.NaN);
      if (!Number.isSafeInteger(length)) throw new StorageError(`${nameOf(key)}: the server does not say its size`);
      return length;
    };
    const asked = await ask(
      { method: "HEAD", key },
      async (response) => {
        const bytes = response.status < 300 ? await sizeOf(response) : 0;
        await leave(response);
        return { status: response.status, bytes };
      },
      [301, 307, 400, 403, 404],
    );
    if (asked.status === 404) return null;
    // The answer to HEAD has no body that could say why; that to GET has one. Of an object after all, the body is not read.
    return asked.status < 300 ? asked.bytes : ask({ method: "GET", key }, giveUp(sizeOf));
  }

  return {
    url,
    size,
    readText: (key) =>
      ask(
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
      await ask({ method: "PUT", key, body }, leave);
    },
    download: (key, file, content) =>
      ask({ method: "GET", key }, (response) => receiveFile(response.chunks(), file, content, nameOf(key))),
    async upload(key, file, content) {
      if (content.bytes > manners.partBytes) {
        const abandon = async (of: string, query: string): Promise<void> => {
          await ask({ method: "DELETE", key: of, query }, leave, [404], lastWords());
        };
        await uploadInParts({ key, file, ...content, partBytes: manners.partBytes }, { ask, size, abandon });
        return;
      }
      const open = (): Readable => (content.bytes === 0 ? Readable.from([]) : createReadStream(file));
      await ask({ method: "PUT", key, body: { ...content, open } }, leave);
    },
    remove: (key) => ask({ method: "DELETE", key }, leave, [404]),
  };
}

/** `take` of the headers alone: the connection is closed on the body. */
function giveUp<T>(take: (response: S3Response) => Promise<T>): (response: S3Response) => Promise<T> {
  return async (response) => {
    const chunks = response.chunks()[Symbol.asyncIterator]();
    await chunks.next();
    try {
      return await take(response);
    } finally {
      await chunks.return?.(undefined);
    }
  };
}

/** Reads what is left, so that the connection can serve the next request. */
async function leave(response: S3Response): Promise<void> {
  for await (const _ of response.chunks());
}
