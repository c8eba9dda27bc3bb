/** s3:// URLs as a setting, and what the AWS_* variables have to say before a store is asked anything. */
import { describe, expect, it } from "@jest/globals";
import { readStoreAccess, store, storeLocationOf } from "../../src/config/object-store-settings.ts";

const keys = { AWS_ACCESS_KEY_ID: "AKID", AWS_SECRET_ACCESS_KEY: "secret" };

describe("the URL of a store", () => {
  it.each(["s3://bucket", "s3://bucket/", "s3://my.bucket-1/a/b", "s3://bucket/a b/é"])("may be %s", (url) => {
    expect(store.safeParse(url).success).toBe(true);
  });

  it.each([
    "s3://",
    "s3://B/a",
    "s3://ab",
    "https://bucket/a",
    "s3://bucket/../a",
    "s3://bucket/a/.",
    "s3://bucket?a",
    "/shared",
  ])("may not be %s", (url) => {
    expect(store.safeParse(url).success).toBe(false);
  });

  it("is a bucket and a prefix without slashes at its ends", () => {
    expect(storeLocationOf("s3://bucket")).toEqual({ bucket: "bucket", prefix: "" });
    expect(storeLocationOf("s3://bucket//a/b/")).toEqual({ bucket: "bucket", prefix: "a/b" });
  });
});

describe("the environment", () => {
  it("names every variable that is missing or wrong at once; an empty one is missing", () => {
    const environment = { AWS_ACCESS_KEY_ID: "", AWS_ENDPOINT_URL: "minio:9000" };
    expect(() => readStoreAccess(environment, "s3://bucket/a")).toThrow(
      /s3:\/\/bucket\/a cannot be reached:\nAWS_ACCESS_KEY_ID is not set.*\nAWS_SECRET_ACCESS_KEY is not set.*\nAWS_ENDPOINT_URL is not the URL of a server alone/,
    );
  });

  it.each(["https://user:hush@minio", "https://:hush@minio"])(
    "refuses the endpoint %s without repeating it",
    (endpoint) => {
      const read = () => readStoreAccess({ ...keys, AWS_ENDPOINT_URL: endpoint }, "s3://bucket");
      expect(read).toThrow("AWS_ENDPOINT_URL is not the URL of a server alone");
      expect(read).not.toThrow("hush");
    },
  );

  it("must name a region for Amazon's own, and need not for another server", () => {
    expect(() => readStoreAccess(keys, "s3://bucket")).toThrow("AWS_REGION is not set");
    expect(readStoreAccess({ ...keys, AWS_DEFAULT_REGION: "eu-west-1" }, "s3://bucket")).toMatchObject({
      region: "eu-west-1",
      endpoint: null,
      sessionToken: null,
    });
    expect(readStoreAccess({ ...keys, AWS_ENDPOINT_URL: "http://minio:9000" }, "s3://bucket").region).toBe("us-east-1");
  });

  it("has an endpoint for S3 alone that wins over the one for all services", () => {
    const both = {
      ...keys,
      AWS_ENDPOINT_URL: "http://all:1",
      AWS_ENDPOINT_URL_S3: "https://s3:2",
      AWS_SESSION_TOKEN: "t",
    };
    expect(readStoreAccess(both, "s3://bucket")).toMatchObject({ endpoint: "https://s3:2", sessionToken: "t" });
  });
});
