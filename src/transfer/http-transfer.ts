/** One HTTP request for a file or for the rest of it, with a watch over connections that go silent. */
import { DataError, messageOf } from "../errors.ts";

export type Transfer =
  /** Bytes from `from` on, which is 0 when the server sends all of it. */
  | {
      readonly outcome: "bytes";
      readonly from: number;
      /** Of the whole file; null when the server does not say. */
      readonly totalBytes: number | null;
      /** Names this version of the file; null when the server cannot. */
      readonly tag: string | null;
      chunks(): AsyncGenerator<Uint8Array>;
    }
  /** Nothing is missing. */
  | { readonly outcome: "complete" }
  /** What is there does not belong to the file the server has now. */
  | { readonly outcome: "changed" }
  /** Asking again would not help. */
  | { readonly outcome: "refused"; readonly status: number };

/** Throws plain errors for what may pass: no connection, a silent one, a server in trouble. */
export async function transferFrom(options: {
  readonly url: string;
  /** Bytes already there; more than 0 only with a `tag`. */
  readonly from: number;
  readonly tag: string | null;
  readonly stallSeconds: number;
  readonly signal: AbortSignal;
}): Promise<Transfer> {
  const { url, from, tag } = options;
  const watch = watchFor(options.stallSeconds, options.signal);
  const response = await fetch(url, {
    signal: watch.signal,
    // A compressed answer would count other bytes than the file has.
    headers: { "accept-encoding": "identity", ...(tag === null ? {} : { range: `bytes=${from}-`, "if-range": tag }) },
  }).catch((error: unknown) => {
    watch.stop();
    throw error;
  });
  const { status } = response;
  if (status === 200 || (status === 206 && startOf(response) === from))
    return bytesOf(response, watch, status === 206 ? from : 0);
  watch.stop();
  await response.body?.cancel();
  if (status === 416) return totalOf(response) === from ? { outcome: "complete" } : { outcome: "changed" };
  if (status === 206) return { outcome: "changed" };
  if (status >= 500 || status === 429 || status === 408)
    throw new Error(`the server answered ${status} ${response.statusText}`);
  return { outcome: "refused", status };
}

export function refusal(url: string, status: number, byHand: string): DataError {
  const meaning = status === 404 || status === 410 ? "is not there" : "was refused";
  return new DataError(`${url}: the file ${meaning} (HTTP ${status}); ${byHand}`);
}

/** What went wrong with a connection, in a few words: fetch hides the reason in a chain of causes. */
export function reasonOf(error: unknown): string {
  const cause = typeof error === "object" && error !== null && "cause" in error ? error.cause : undefined;
  const code = codeOf(cause) ?? codeOf(error);
  switch (code) {
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return `the name of the server cannot be resolved (${code}; is there a network?)`;
    case "ECONNREFUSED":
    case "ENETUNREACH":
    case "EHOSTUNREACH":
      return `no connection to the server (${code}; is there a network, or a proxy in between?)`;
    case "ECONNRESET":
    case "UND_ERR_SOCKET":
      return `the connection was cut (${code})`;
    case undefined:
      return messageOf(error);
    default:
      return `${messageOf(error)} (${code})`;
  }
}

function codeOf(error: unknown): string | undefined {
  if (typeof error !== "object" || error === null) return undefined;
  if ("code" in error && typeof error.code === "string") return error.code;
  return "errors" in error && Array.isArray(error.errors) ? codeOf(error.errors[0]) : undefined;
}

function bytesOf(response: Response, watch: StallWatch, from: number): Transfer {
  const length = response.headers.get("content-length");
  return {
    outcome: "bytes",
    from,
    totalBytes: length === null ? null : from + Number(length),
    tag: strongTag(response.headers.get("etag")) ?? response.headers.get("last-modified"),
    chunks: () => watchedChunks(response, watch),
  };
}

async function* watchedChunks(response: Response, watch: StallWatch): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of response.body ?? []) {
      watch.heard();
      yield chunk;
    }
  } finally {
    watch.stop();
  }
}

/** Only a strong tag promises the same bytes. */
function strongTag(tag: string | null): string | null {
  return tag === null || tag.startsWith("W/") ? null : tag;
}

/** First byte of a 206, from "bytes 100-199/200"; null when it is not said. */
function startOf(response: Response): number | null {
  const match = /^bytes (\d+)-/.exec(response.headers.get("content-range") ?? "");
  return match === null ? null : Number(match[1]);
}

/** Size of the file in a 416, from "bytes *\/200". */
function totalOf(response: Response): number | null {
  const match = /^bytes \*\/(\d+)$/.exec(response.headers.get("content-range") ?? "");
  return match === null ? null : Number(match[1]);
}

interface StallWatch {
  /** Aborts when the caller's does, and when nothing was heard for too long. */
  readonly signal: AbortSignal;
  heard(): void;
  stop(): void;
}

function watchFor(stallSeconds: number, outer: AbortSignal): StallWatch {
  const stalled = new AbortController();
  const giveUp = (): void => stalled.abort(new Error(`the connection brought nothing for ${stallSeconds} s`));
  const timer = setTimeout(giveUp, stallSeconds * 1_000);
  return {
    signal: AbortSignal.any([stalled.signal, outer]),
    heard: () => timer.refresh(),
    stop: () => clearTimeout(timer),
  };
}
