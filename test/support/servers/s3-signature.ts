/**
 * AWS Signature Version 4 of a received request, worked out from Amazon's description alone: what a signer is held to.
 */
import { createHash, createHmac } from "node:crypto";

export interface ReceivedRequest {
  readonly method: string;
  /** As it stands in the request line, such as "/bucket/a%20key?uploads". */
  readonly target: string;
  /** By name in lower case. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

export interface Authorization {
  readonly accessKeyId: string;
  /** Such as "20130524". */
  readonly date: string;
  readonly region: string;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
}

/** Null for a request without such a header. */
export function parseAuthorization(header: string | undefined): Authorization | null {
  const match =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/s3\/aws4_request, ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/.exec(
      header ?? "",
    );
  if (match === null) return null;
  const [, accessKeyId, date, region, signedHeaders, signature] = match as unknown as string[]; // as many as groups
  return {
    accessKeyId: accessKeyId!,
    date: date!,
    region: region!,
    signedHeaders: signedHeaders!.split(";"),
    signature: signature!,
  };
}

/** The signature that the request has to have. */
export function signatureOf(
  { method, target, headers }: ReceivedRequest,
  { date, region, signedHeaders }: Omit<Authorization, "accessKeyId" | "signature">,
  secret: string,
): string {
  const [path = "", query = ""] = target.split("?");
  const canonical = [
    method,
    path.split("/").map(reencoded).join("/"),
    canonicalQuery(query),
    ...signedHeaders.map((name) => `${name}:${String(headers[name]).trim().replace(/ +/g, " ")}`),
    "",
    signedHeaders.join(";"),
    String(headers["x-amz-content-sha256"]),
  ].join("\n");
  const scope = `${date}/${region}/s3/aws4_request`;
  const toSign = ["AWS4-HMAC-SHA256", String(headers["x-amz-date"]), scope, sha256(canonical)].join("\n");
  let key: Buffer = Buffer.from(`AWS4${secret}`);
  for (const part of [date, region, "s3", "aws4_request"]) key = hmac(key, part);
  return hmac(key, toSign).toString("hex");
}

function canonicalQuery(query: string): string {
  if (query === "") return "";
  const pairs = query.split("&").map((pair) => {
    const [name = "", value = ""] = pair.split("=");
    return [reencoded(name), reencoded(value)] as const;
  });
  pairs.sort(([a], [b]) => (a < b ? -1 : 1));
  return pairs.map((pair) => pair.join("=")).join("&");
}

function reencoded(text: string): string {
  const unreserved = /[A-Za-z0-9\-._~]/;
  return [...Buffer.from(decodeURIComponent(text))]
    .map((byte) => String.fromCharCode(byte))
    .map((sign) =>
      unreserved.test(sign) ? sign : `%${sign.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`,
    )
    .join("");
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac("sha256", key).update(text).digest();
}
