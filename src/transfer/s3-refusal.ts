/** What an S3-compatible server's refusal means to the person who has to mend it. */
import { StorageError } from "../errors.ts";
import type { Connection, S3Response } from "./s3-request.ts";

export interface Refusal {
  readonly status: number;
  /** Such as "NoSuchBucket"; empty where the server gives none. */
  readonly code: string;
  readonly message: string;
  /** The bucket's own, where the server says that another was asked. */
  readonly region: string | null;
}

const MOST_CHARACTERS = 64 * 1024;

/** Reads the answer's body. Throws TransientError where it is cut. */
export async function readRefusal(response: S3Response): Promise<Refusal> {
  let text = "";
  for await (const chunk of response.chunks()) {
    text += Buffer.from(chunk).toString("utf8");
    if (text.length > MOST_CHARACTERS) break;
  }
  const region = response.headers["x-amz-bucket-region"];
  return {
    status: response.status,
    code: elementOf(text, "Code") ?? "",
    message: elementOf(text, "Message") ?? "",
    region: elementOf(text, "Region") ?? (typeof region === "string" ? region : null),
  };
}

/** Text of the first such element of a flat XML answer; null where there is none. */
export function elementOf(xml: string, name: string): string | null {
  const found = new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1];
  if (found === undefined) return null;
  const signs: Readonly<Record<string, string>> = { lt: "<", gt: ">", quot: '"', apos: "'", "#34": '"', "#39": "'" };
  return found.replace(/&(lt|gt|quot|apos|#34|#39);/g, (_, sign: string) => signs[sign]!).replaceAll("&amp;", "&");
}

/** Servers in trouble, too busy, or whose clock ran out over a slow connection. */
export function isTransient({ status, code }: Refusal): boolean {
  if (["SlowDown", "RequestTimeout", "InternalError", "OperationAborted"].includes(code)) return true;
  return status === 408 || status === 429 || (status >= 500 && status !== 501);
}

export function refusalText({ status, code, message }: Refusal): string {
  const reason = [code, message].filter((text) => text !== "").join(": ");
  return `the server answered ${status}${reason === "" ? "" : ` (${reason})`}`;
}

/** `object` is its s3:// URL. */
export function refusalError(
  refusal: Refusal,
  object: string,
  { location, access }: Pick<Connection, "location" | "access">,
): StorageError {
  const { bucket } = location;
  const server = access.endpoint ?? `Amazon S3 in ${access.region}`;
  const { remedy, isExplained } = remedyOf(refusal, {
    bucket,
    server,
    region: access.region,
    key: beginningOf(access.accessKeyId),
  });
  return new StorageError(`${object}: ${isExplained ? "" : `${refusalText(refusal)}; `}${remedy}`);
}

/** Enough to tell keys apart, and no secret where somebody has swapped the two. */
function beginningOf(key: string): string {
  return `${key.slice(0, 4)}...`;
}

interface Asked {
  readonly bucket: string;
  readonly server: string;
  readonly region: string;
  readonly key: string;
}

function remedyOf(
  { status, code, region: found }: Refusal,
  { bucket, server, region, key }: Asked,
): { readonly remedy: string; readonly isExplained: boolean } {
  const explained = (remedy: string) => ({ remedy, isExplained: true });
  switch (code) {
    case "NoSuchBucket":
      return explained(`there is no bucket "${bucket}" at ${server}; make it, or give another bucket`);
    case "InvalidAccessKeyId":
      return explained(`the access key "${key}" is unknown to ${server}; set AWS_ACCESS_KEY_ID and its secret`);
    case "SignatureDoesNotMatch":
      return explained(
        `${server} refuses the signature of "${key}"; AWS_SECRET_ACCESS_KEY is not the secret of this key (or AWS_REGION, "${region}", not the server's)`,
      );
    case "ExpiredToken":
    case "InvalidToken":
    case "TokenRefreshRequired":
      return explained(`${server} refuses AWS_SESSION_TOKEN (${code}); get new credentials`);
    case "RequestTimeTooSkewed":
      return explained(`the clock of this machine is not that of ${server} (${code}); set it`);
    default:
  }
  const isMoved = [301, 307].includes(status) || code === "AuthorizationHeaderMalformed";
  if (isMoved && found !== null && found !== region) {
    return explained(`the bucket is in region "${found}", but AWS_REGION is "${region}"; set AWS_REGION=${found}`);
  }
  if (status === 403) {
    return {
      remedy: `"${key}" must be allowed s3:GetObject, s3:PutObject and s3:DeleteObject there, and s3:ListBucket on "${bucket}"`,
      isExplained: false,
    };
  }
  if (status === 404) return explained("is not there; the same lawn-ranker score --queue brings it back");
  return { remedy: `see what ${server} says of it`, isExplained: false };
}
