/** Lists of objects that a server does not give whole: they are refused, for nobody would miss the rest. */
import { describe, expect, it } from "@jest/globals";
import { listObjects } from "../../src/transfer/s3-listing.ts";

const object = "<Contents><Key>a</Key><Size>1</Size><ETag>&quot;t&quot;</ETag></Contents>";
const listing = (inside: string) =>
  listObjects("", async () => `<ListBucketResult><IsTruncated>false</IsTruncated>${inside}</ListBucketResult>`);

describe("a list of objects", () => {
  it("is what the server says, tags as they are sent back", async () => {
    expect(await listing(object)).toEqual([{ key: "a", bytes: 1, tag: '"t"' }]);
  });

  it("is refused where it breaks off without a way on, as that of an older protocol does", async () => {
    const text = `<ListBucketResult><IsTruncated>true</IsTruncated><NextMarker>a</NextMarker>${object}</ListBucketResult>`;
    await expect(listObjects("", async () => text)).rejects.toThrow(
      "the server lists a part of the objects only, and not how to go on",
    );
  });

  it.each([
    ["key", "<Key>a</Key>"],
    ["size", "<Size>1</Size>"],
    ["ETag", "<ETag>&quot;t&quot;</ETag>"],
  ])("is refused with an object without %s", async (_, element) => {
    await expect(listing(object.replace(element, ""))).rejects.toThrow("an object without key, size or ETag");
  });
});
