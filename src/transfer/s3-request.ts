/** One signed HTTP request to an S3-compatible server: a method, a key and a body in, a status and a stream out. */
import { createHash } from "node:crypto";
import { request as httpRequest, type IncomingHttpHeaders, type IncomingMessage } from "node:http";
import { request as httpsRequest } from "node:https";
import type { Readable } from "node:stream";
import { AwsV4Signer } from "aws4fetch";
import type { StoreAccess, StoreLocation } from "../config/object-store-settings.ts";
import { StorageError } from "../errors.ts";
import { reasonOf } from "./http-transfer.ts";
import { limitedChunks } from "./limited-chunks.ts";
import { TransientError } from "./retry.ts";

export interface S3Request {
  readonly method: "GET" | "HEAD" | "PUT" | "POST" | "DELETE";
  /** Below the prefix of the location. */
  readonly key: string;
  /** Such as "uploads" or "partNumber=1&uploadId=x", percent-encoded; empty for none. */
  readonly query: string;
  readonly body: S3Body | null;
  /** Further ones, such as "if-match"; signed too. */
  readonly headers: Readonly<Record<string, string>>;
}

/** Signed with its hash, so that the server refuses what was changed on the way. */
export interface S3Body {
  readonly bytes: number;
  readonly sha256: string;
  /** Called once for each attempt. */
  open(): Readable;
}

export interface S3Response {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** The body, to be read once, or begun and left. Throws TransientError where it is cut. */
  chunks(): AsyncGenerator<Uint8Array>;
}

export interface Connection {
  readonly location: StoreLocation;
  readonly access: StoreAccess;
  readonly stallSeconds: number;
  readonly signal: AbortSignal;
  /** Milliseconds since the epoch: signatures are good for a quarter of an hour. */
  now(): number;
}

const NOTHING_SHA256 = createHash("sha256").digest("hex");

/** Throws TransientError where no answer comes; an answer of any status is returned. */
export async function sendS3Request(request: S3Request, connection: Connection): Promise<S3Response> {
  const { method, body } = request;
  const { access, stallSeconds, signal } = connection;
  const url = new URL(`${objectUrl(connection, request.key)}${request.query === "" ? "" : `?${request.query}`}`);
  const signed = await new AwsV4Signer({
    method,
    url: url.href,
    headers: { ...request.headers, "x-amz-content-sha256": body?.sha256 ?? NOTHING_SHA256 },
    accessKeyId: access.accessKeyId,
    secretAccessKey: access.secretAccessKey,
    ...(access.sessionToken === null ? {} : { sessionToken: access.sessionToken }),
    service: "s3",
    region: access.region,
    datetime: new Date(connection.now()).toISOString().replace(/[:-]|\.\d{3}/g, ""),
  }).sign();
  const headers = {
    ...Object.fromEntries(signed.headers),
    // Servers refuse a body whose length they are not told.
    ...(body === null && method !== "PUT" && method !== "POST" ? {} : { "content-length": String(body?.bytes ?? 0) }),
  };
  const send = url.protocol === "http:" ? httpRequest : httpsRequest;
  return new Promise((resolve, reject) => {
    const outgoing = send(url, { method, headers, signal, timeout: stallSeconds * 1000 });
    outgoing.on("timeout", () => outgoing.destroy(new Error(`the connection brought nothing for ${stallSeconds} s`)));
    outgoing.on("error", (error) => reject(signal.aborted ? error : transient(error)));
    outgoing.on("response", (answer) => {
      resolve({ status: answer.statusCode ?? 0, headers: answer.headers, chunks: () => chunksOf(answer, signal) });
    });
    if (body === null) outgoing.end();
    else {
      const source = body.open();
      source.on("error", (error) => {
        reject(error); // of the disk: not a failure that passes
        outgoing.destroy();
      });
      outgoing.on("close", () => source.destroy());
      source.pipe(outgoing);
    }
  });
}

/**
 * Amazon's buckets have a host each, but for names with a dot, which no certificate covers; those, and all buckets of
 * other servers, stand in the path. Every segment is encoded as the signature has it.
 */
export function objectUrl({ location, access }: Pick<Connection, "location" | "access">, key: string): string {
  const path = [location.prefix, key]
    .filter((part) => part !== "")
    .join("/")
    .split("/")
    .map(encodeStrictly)
    .join("/");
  const { bucket } = location;
  if (access.endpoint !== null) return `${access.endpoint.replace(/\/+$/, "")}/${bucket}/${path}`;
  const host = `s3.${access.region}.amazonaws.com${access.region.startsWith("cn-") ? ".cn" : ""}`;
  return bucket.includes(".") ? `https://${host}/${bucket}/${path}` : `https://${bucket}.${host}/${path}`;
}

/** RFC 3986: everything but letters, digits and -._~ */
export function encodeStrictly(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
}

const MOST_TEXT_BYTES = 16 * 2 ** 20; // records are a thousandth of it

/** Throws StorageError for a body that is no text of ours, however long it may go on. */
export async function textOf(response: Pick<S3Response, "chunks">): Promise<string> {
  const tooMany = (): StorageError =>
    new StorageError(`the server sends more than ${MOST_TEXT_BYTES} bytes where a record was expected; it is no S3`);
  const chunks: Uint8Array[] = [];
  for await (const chunk of limitedChunks(response.chunks(), MOST_TEXT_BYTES, tooMany)) chunks.push(chunk);
  return Buffer.concat(chunks).toString("utf8");
}

async function* chunksOf(answer: IncomingMessage, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  const chunks = answer[Symbol.asyncIterator]();
  try {
    for (;;) {
      const next = await chunks.next().catch((error: unknown) => {
        throw signal.aborted ? error : transient(error);
      });
      if (next.done === true) return;
      yield next.value;
    }
  } finally {
    answer.destroy();
  }
}

function transient(error: unknown): TransientError {
  return new TransientError(reasonOf(error));
}
