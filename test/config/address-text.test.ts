/** Addresses as they are shown: what a reader needs to know the server by, and no secret, however it is written. */
import { describe, expect, it } from "@jest/globals";
import { addressText, withoutSecrets } from "../../src/config/address-text.ts";

describe("an address", () => {
  it.each([
    ["redis://host:6379/0", "redis://host:6379/0"],
    ["redis://:hush@host:6379", "redis://host:6379"],
    ["rediss://user:hush@host:6380/2", "rediss://host:6380/2"],
    ["redis://user:hu@sh@host:6379", "redis://host:6379"],
    ["redis://hush@host", "redis://host"],
    ["redis://host:6379?password=hush", "redis://host:6379"],
    ["redis://host/0?db=1&token=hush#hush", "redis://host/0"],
    ["redis://:hush@host:99999", "redis://host:99999"],
    ["redis://:hush@[::1]:6379", "redis://[::1]:6379"],
    ["redis://:hush@", "redis://..."],
    ["redis://:hush", "redis://..."],
    ["redis://:hu/hush@host", "redis://..."],
    ["redis://:hu?hush@host", "redis://..."],
    ["redis://:hu#hush@host", "redis://..."],
    ["redis://user:12/hush@host", "redis://..."],
    ["redis://host?password=hush@hush", "redis://..."],
    ["postgres://user:hush@db.example/app?sslpassword=hush", "postgres://db.example/app"],
    ["https://user:hush@mirror.example/a/b", "https://mirror.example/a/b"],
    ["https://mirror.example/a?X-Amz-Signature=hush", "https://mirror.example/a"],
    ["s3://bucket/a@b/c d", "s3://bucket/a@b/c d"],
    ["s3://AKID:hush@bucket/a", "s3://bucket/a"],
    ["s3://AKID:hu/hush@bucket/a", "s3://..."],
    ["s3://bucket/a?secret=hush", "s3://bucket/a"],
    [":hush@host:6379", "..."],
    ["user:hush@host", "..."],
    ["host:6379?password=hush", "..."],
    ["/shared/folder", "/shared/folder"],
    ["REDIS://:hush@host", "REDIS://host"],
  ])("%s is shown as %s", (address, shown) => {
    expect(addressText(address)).toBe(shown);
    expect(addressText(address)).not.toContain("hush");
  });

  it("is shown so wherever it stands in a text", () => {
    const text = 'cannot reach "redis://:hush@host:1": gone (of https://u:hush@h/x?token=hush); see s3://bucket/a@b.';
    const shown = 'cannot reach "redis://host:1": gone (of https://h/x); see s3://bucket/a@b.';
    expect(withoutSecrets(text)).toBe(shown);
    expect(withoutSecrets(shown)).toBe(shown);
    expect(withoutSecrets("redis://:hu/sh@host: gone, redis://host:6379: back")).toBe(
      "redis://...: gone, redis://host:6379: back",
    );
  });
});
