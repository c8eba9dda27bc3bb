/**
 * Where files travel between machines that share no folder: an s3:// URL as a setting, and how to reach it
 * from the AWS_* variables.
 */
import { z } from "zod";
import { ConfigError } from "../errors.ts";
import { setting } from "./setting.ts";

// A bucket's name as S3 has it; segments of "." and ".." would be resolved away before they are sent.
const storeUrl = z
  .string()
  .regex(/^s3:\/\/(?!.*\/\.{1,2}(?:\/|$))[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](?:\/[^\r\n\t?#]*)?$/);

export const store = setting(storeUrl.nullable().default(null), {
  flag: "store",
  names: "url",
  expects: "an S3 bucket and a prefix, such as s3://bucket/prefix, or none",
  meaning:
    "Object store through which --queue hands run, dataset and shards to workers on machines without a shared folder; AWS_* variables say how to reach it",
});

/** The same URL where it comes from elsewhere than a flag. */
export const storeUrlType = storeUrl;

export interface StoreLocation {
  readonly bucket: string;
  /** Without slashes at its ends; empty for the whole bucket. */
  readonly prefix: string;
}

export interface StoreAccess {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Null for credentials that last. */
  readonly sessionToken: string | null;
  readonly region: string;
  /** Null for Amazon's own; others are addressed by path, https://endpoint/bucket/key. */
  readonly endpoint: string | null;
}

/** `url` has been checked by the setting. */
export function storeLocationOf(url: string): StoreLocation {
  const [bucket = "", ...prefix] = url.slice("s3://".length).split("/");
  return { bucket, prefix: prefix.filter((segment) => segment !== "").join("/") };
}

// Compose files and manifests leave variables empty where they mean none.
const variable = z
  .string()
  .optional()
  .transform((text) => (text === undefined || text.trim() === "" ? null : text.trim()));

const variables = z
  .object({
    AWS_ACCESS_KEY_ID: variable,
    AWS_SECRET_ACCESS_KEY: variable,
    AWS_SESSION_TOKEN: variable,
    AWS_REGION: variable,
    AWS_DEFAULT_REGION: variable,
    AWS_ENDPOINT_URL_S3: variable,
    AWS_ENDPOINT_URL: variable,
  })
  .superRefine((given, context) => {
    const refuse = (message: string): void => context.addIssue({ code: "custom", message });
    for (const name of ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"] as const) {
      if (given[name] === null) {
        refuse(
          `${name} is not set, and neither profiles nor roles of the machine are read; aws configure export-credentials --format env prints it`,
        );
      }
    }
    const name = given.AWS_ENDPOINT_URL_S3 === null ? "AWS_ENDPOINT_URL" : "AWS_ENDPOINT_URL_S3";
    const endpoint = given[name];
    if (endpoint !== null && !isEndpoint(endpoint)) {
      // Never quoted: it may hold a password.
      refuse(
        `${name} is not the URL of a server alone, such as https://minio.example:9000 (http or https, no user, no query)`,
      );
    }
    const region = given.AWS_REGION ?? given.AWS_DEFAULT_REGION;
    if (region === null && endpoint === null) {
      refuse("AWS_REGION is not set, expected the bucket's region, such as eu-west-1 (or an AWS_ENDPOINT_URL)");
    }
    if (region !== null && !/^[a-z0-9-]+$/.test(region)) {
      refuse(`AWS_REGION is "${region}", expected a region, such as eu-west-1`);
    }
  });

/** Of the environment of a process. Throws ConfigError with a line for each problem; `url` begins the first. */
export function readStoreAccess(environment: Readonly<Record<string, string | undefined>>, url: string): StoreAccess {
  const parsed = variables.safeParse(environment);
  if (!parsed.success) {
    const problems = parsed.error.issues.map(({ message }) => message);
    throw new ConfigError([`${url} cannot be reached:`, ...problems].join("\n"));
  }
  const given = parsed.data;
  return {
    accessKeyId: given.AWS_ACCESS_KEY_ID!, // the schema has asked for both
    secretAccessKey: given.AWS_SECRET_ACCESS_KEY!,
    sessionToken: given.AWS_SESSION_TOKEN,
    // What servers other than Amazon's call theirs unless told.
    region: given.AWS_REGION ?? given.AWS_DEFAULT_REGION ?? "us-east-1",
    endpoint: given.AWS_ENDPOINT_URL_S3 ?? given.AWS_ENDPOINT_URL,
  };
}

function isEndpoint(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password, search, hash } = new URL(text);
  const isBare = [username, password, search, hash].every((part) => part === "");
  return (protocol === "http:" || protocol === "https:") && isBare;
}
