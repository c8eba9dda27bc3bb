/**
 * An S3 of the test's own: buckets in memory, path-style, that checks signature, clock, token and hash of every
 * request as Amazon's does.
 */
import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { afterAll, beforeAll } from "@jest/globals";
import { parseAuthorization, signatureOf } from "./s3-signature.ts";

export const accessKey = { id: "AKIDTEST", secret: "secret/of+the test" };

export interface S3Server {
  readonly url: string;
  /** What a process needs to reach it. */
  readonly variables: Readonly<Record<string, string>>;
  /** By "bucket/key". */
  readonly objects: Map<string, Buffer>;
  readonly buckets: Set<string>;
  /** "PUT bucket/key?query 200", in order. */
  readonly answered: string[];
  /**
   * Asked before each request is looked at: a status to fail with, "cut" in the middle, "silent", or null to serve it.
   */
  trouble: (request: string) => number | "cut" | "silent" | null;
  /** Where set, requests must carry it. */
  sessionToken: string | null;
}

/** Gives the running server; call the result inside tests only. */
export function useS3(): () => S3Server {
  let server: Server | null = null;
  let state: S3Server | null = null;
  beforeAll(async () => {
    const started = createServer((request, response) => {
      void answer(request, response, state!, uploads).catch((error: unknown) => response.destroy(error as Error));
    });
    const uploads = new Map<string, Map<number, Buffer>>();
    server = started;
    await new Promise<void>((resolve) => started.listen(0, "127.0.0.1", resolve));
    const address = started.address();
    if (address === null || typeof address === "string") throw new Error("no port was given");
    const url = `http://127.0.0.1:${address.port}`;
    state = {
      url,
      variables: {
        AWS_ACCESS_KEY_ID: accessKey.id,
        AWS_SECRET_ACCESS_KEY: accessKey.secret,
        AWS_REGION: "eu-test-1",
        AWS_ENDPOINT_URL: url,
        AWS_ENDPOINT_URL_S3: "",
        AWS_SESSION_TOKEN: "",
      },
      objects: new Map(),
      buckets: new Set(["bucket"]),
      answered: [],
      trouble: () => null,
      sessionToken: null,
    };
  });
  afterAll(async () => {
    server?.closeAllConnections();
    await new Promise((resolve) => server?.close(resolve));
  });
  return () => state!; // beforeAll has made it
}

interface Answer {
  readonly status: number;
  readonly content?: Buffer | string;
  readonly headers?: Readonly<Record<string, string>>;
}

function refusal(status: number, code: string, extra = ""): Answer {
  const message = "<Message>of the test &amp; so on</Message>";
  return { status, content: `<?xml version="1.0"?><Error><Code>${code}</Code>${message}${extra}</Error>` };
}

type Uploads = Map<string, Map<number, Buffer>>;

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  server: S3Server,
  uploads: Uploads,
): Promise<void> {
  const { method = "", url: target = "" } = request;
  const [path = "", queryText = ""] = target.split("?");
  const name = decodeURIComponent(path.slice(1));
  const said = `${method} ${name}${queryText === "" ? "" : `?${queryText}`}`;
  const body = await bodyOf(request);
  const trouble = server.trouble(said);
  if (trouble === "silent") return;
  const tag = request.headers["if-match"] ?? null;
  const asked = { name, method, query: new URLSearchParams(queryText), body, tag };
  const { status, content, headers } =
    typeof trouble === "number"
      ? refusal(trouble, trouble < 500 ? "AccessDenied" : "InternalError")
      : (checkAuthorization(request, target, body, server) ??
        checkBucket(name, server) ??
        serve(asked, server, uploads));
  server.answered.push(`${said} ${status}`);
  const bytes = Buffer.from(content ?? "");
  response.writeHead(status, { "content-length": String(bytes.length), ...headers });
  if (trouble === "cut") response.write(bytes.subarray(0, bytes.length >> 1), () => response.destroy());
  else response.end(method === "HEAD" ? undefined : bytes);
}

interface Asked {
  readonly name: string;
  readonly method: string;
  readonly query: URLSearchParams;
  readonly body: Buffer;
  /** Of If-Match. */
  readonly tag: string | null;
}

const OBJECTS_A_PAGE = 3;

function serve(asked: Asked, server: S3Server, uploads: Uploads): Answer {
  const { name, method, query, body, tag } = asked;
  if (query.get("list-type") === "2") return serveList(asked, server);
  if (query.has("uploads") || query.has("uploadId")) return servePart(asked, server, uploads);
  if (method === "PUT") {
    server.objects.set(name, body);
    return { status: 200, headers: { etag: tagOf(body) } };
  }
  if (method === "DELETE") {
    server.objects.delete(name);
    return { status: 204 };
  }
  const found = server.objects.get(name);
  if (found !== undefined && tag !== null && tag !== tagOf(found)) return refusal(412, "PreconditionFailed");
  return found === undefined
    ? refusal(404, "NoSuchKey")
    : { status: 200, content: found, headers: { etag: tagOf(found) } };
}

/** Keys percent-encoded, as asked for; the token is where the next page begins. */
function serveList({ name, query }: Asked, server: S3Server): Answer {
  const bucket = name.split("/")[0]!;
  const prefix = `${bucket}/${query.get("prefix") ?? ""}`;
  const keys = [...server.objects.keys()].filter((key) => key.startsWith(prefix)).sort();
  const from = Number(query.get("continuation-token")?.replace("at/+", "") ?? 0);
  const page = keys.slice(from, from + OBJECTS_A_PAGE).map((key) => {
    const [object, shown] = [server.objects.get(key)!, encodeURIComponent(key.slice(bucket.length + 1))];
    const tag = tagOf(object).replaceAll('"', "&quot;");
    return `<Contents><Key>${shown}</Key><Size>${object.length}</Size><ETag>${tag}</ETag></Contents>`;
  });
  const next = from + OBJECTS_A_PAGE;
  const more = next < keys.length ? `<NextContinuationToken>at/+${next}</NextContinuationToken>` : "";
  const list = `<IsTruncated>${next < keys.length}</IsTruncated>${more}${page.join("")}`;
  return { status: 200, content: `<?xml version="1.0"?><ListBucketResult>${list}</ListBucketResult>` };
}

function servePart({ name, method, query, body }: Asked, server: S3Server, uploads: Uploads): Answer {
  if (method === "POST" && query.has("uploads")) {
    const id = `${uploads.size + 1}/+ id`; // signs that have to be encoded
    uploads.set(id, new Map());
    const content = `<InitiateMultipartUploadResult><UploadId>${id}</UploadId></InitiateMultipartUploadResult>`;
    return { status: 200, content };
  }
  const id = query.get("uploadId") ?? "";
  const parts = uploads.get(id);
  if (parts === undefined) return refusal(404, "NoSuchUpload");
  if (method === "PUT") {
    parts.set(Number(query.get("partNumber")), body);
    return { status: 200, headers: { etag: tagOf(body) } };
  }
  uploads.delete(id);
  if (method === "DELETE") return { status: 204 };
  const asked = [...body.toString().matchAll(/<PartNumber>(\d+)<\/PartNumber><ETag>([^<]+)<\/ETag>/g)];
  const joined = asked.flatMap(([, number, tag]) => {
    const part = parts.get(Number(number));
    return part !== undefined && tagOf(part) === tag ? [part] : [];
  });
  if (joined.length !== asked.length) return refusal(400, "InvalidPart");
  server.objects.set(name, Buffer.concat(joined));
  return { status: 200, content: "<CompleteMultipartUploadResult/>" };
}

function checkAuthorization(request: IncomingMessage, target: string, body: Buffer, server: S3Server): Answer | null {
  const { method = "", headers } = request;
  const authorization = parseAuthorization(headers.authorization);
  if (authorization === null) return refusal(403, "AccessDenied");
  if (authorization.accessKeyId !== accessKey.id) return refusal(403, "InvalidAccessKeyId");
  if (authorization.region !== "eu-test-1") {
    return refusal(400, "AuthorizationHeaderMalformed", "<Region>eu-test-1</Region>");
  }
  const missing = ["host", "x-amz-date", "x-amz-content-sha256"].some(
    (name) => !authorization.signedHeaders.includes(name),
  );
  if (
    missing ||
    signatureOf({ method, target, headers }, authorization, accessKey.secret) !== authorization.signature
  ) {
    return refusal(403, "SignatureDoesNotMatch");
  }
  const stamp = String(headers["x-amz-date"]).replace(/^(....)(..)(..T..)(..)(..Z)$/, "$1-$2-$3:$4:$5");
  if (!(Math.abs(Date.parse(stamp) - Date.now()) < 15 * 60_000)) return refusal(403, "RequestTimeTooSkewed");
  if (server.sessionToken !== null && headers["x-amz-security-token"] !== server.sessionToken) {
    return refusal(400, "InvalidToken");
  }
  if (headers["x-amz-content-sha256"] !== createHash("sha256").update(body).digest("hex")) {
    return refusal(400, "XAmzContentSHA256Mismatch");
  }
  if (request.method === "PUT" && headers["content-length"] === undefined) {
    return refusal(411, "MissingContentLength");
  }
  return null;
}

function checkBucket(name: string, { buckets }: S3Server): Answer | null {
  return buckets.has(name.split("/")[0]!) ? null : refusal(404, "NoSuchBucket");
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function tagOf(content: Buffer): string {
  return `"${createHash("md5").update(content).digest("hex")}"`;
}
