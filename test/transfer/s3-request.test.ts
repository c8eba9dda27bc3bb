/** Signatures against Amazon's published examples, and where a key stands on each kind of server. */
import { createHash } from "node:crypto";
import { describe, expect, it } from "@jest/globals";
import { AwsV4Signer } from "aws4fetch";
import { objectUrl } from "../../src/transfer/s3-request.ts";
import { parseAuthorization, signatureOf } from "../support/servers/s3-signature.ts";

// "Signature Calculations for the Authorization Header: Transferring Payload in a Single
// Chunk", Amazon S3 API Reference.
const secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
const host = "examplebucket.s3.amazonaws.com";
const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");
const published = [
  {
    name: "GET object",
    method: "GET",
    target: "/test.txt",
    headers: { range: "bytes=0-9" },
    payload: "",
    signature: "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41",
  },
  {
    name: "PUT object",
    method: "PUT",
    target: "/test%24file.text",
    headers: { date: "Fri, 24 May 2013 00:00:00 GMT", "x-amz-storage-class": "REDUCED_REDUNDANCY" },
    payload: "Welcome to Amazon S3.",
    signature: "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd",
  },
  {
    name: "GET bucket lifecycle",
    method: "GET",
    target: "/?lifecycle",
    headers: {},
    payload: "",
    signature: "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543",
  },
  {
    name: "GET bucket (list objects)",
    method: "GET",
    target: "/?max-keys=2&prefix=J",
    headers: {},
    payload: "",
    signature: "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7",
  },
] as const;

describe("a signature", () => {
  it.each(published)("of $name is the published one, worked out by the test's own server", (example) => {
    const headers = {
      host,
      "x-amz-content-sha256": sha256(example.payload),
      "x-amz-date": "20130524T000000Z",
      ...example.headers,
    };
    const scope = { date: "20130524", region: "us-east-1", signedHeaders: Object.keys(headers).sort() };
    expect(signatureOf({ ...example, headers }, scope, secret)).toBe(example.signature);
  });

  it.each(published)("of $name is the published one, by the package that signs our requests", async (example) => {
    const { headers } = await new AwsV4Signer({
      method: example.method,
      url: `https://${host}${example.target}`,
      headers: { "x-amz-content-sha256": sha256(example.payload), ...example.headers },
      accessKeyId: "AKIAIOSFODNN7EXAMPLE",
      secretAccessKey: secret,
      service: "s3",
      region: "us-east-1",
      datetime: "20130524T000000Z",
      allHeaders: true, // the first example signs Range too
    }).sign();
    expect(parseAuthorization(headers.get("authorization") ?? "")).toMatchObject({
      accessKeyId: "AKIAIOSFODNN7EXAMPLE",
      region: "us-east-1",
      signature: example.signature,
    });
  });
});

describe("an object's URL", () => {
  const access = { accessKeyId: "a", secretAccessKey: "b", sessionToken: null, region: "eu-west-1", endpoint: null };
  const urlOf = (bucket: string, change: object, prefix = "p") =>
    objectUrl({ location: { bucket, prefix }, access: { ...access, ...change } }, "files/a b+c");

  it("has the bucket as its host at Amazon, but for names with a dot", () => {
    expect(urlOf("bucket", {})).toBe("https://bucket.s3.eu-west-1.amazonaws.com/p/files/a%20b%2Bc");
    expect(urlOf("my.bucket", {}, "")).toBe("https://s3.eu-west-1.amazonaws.com/my.bucket/files/a%20b%2Bc");
    expect(urlOf("bucket", { region: "cn-north-1" })).toContain("https://bucket.s3.cn-north-1.amazonaws.com.cn/");
  });

  it("has it in the path at other servers, below the path of the endpoint", () => {
    expect(urlOf("bucket", { endpoint: "http://minio:9000" })).toBe("http://minio:9000/bucket/p/files/a%20b%2Bc");
    expect(urlOf("bucket", { endpoint: "https://host/storage/s3/" })).toMatch("https://host/storage/s3/bucket/p/");
  });
});
