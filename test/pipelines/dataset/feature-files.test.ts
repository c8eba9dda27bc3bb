import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { contentHash } from "../../../pipelines/dataset/content-hash.ts";
import { FEATURE_SCHEMA, readSides, type SidesSchema } from "../../../pipelines/dataset/feature-files.ts";
import type { DatasetDescription } from "../../../pipelines/dataset/stored-dataset.ts";
import { writeColumns } from "../../../src/arrow/write-columns.ts";
import { contentOf } from "../../../src/files/file-content.ts";
import { smallDataset } from "../../support/data/small-dataset.ts";

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "features-"));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

const schema: SidesSchema = {
  users: null,
  items: {
    ids: 2,
    rows: 4,
    features: [{ kind: "number", name: "price", firstRow: 2, rows: 2, mean: 5, deviation: 2 }],
  },
};

/** [entity, row, weight] of each entry. */
async function stored(entries: readonly (readonly [number, number, number])[]) {
  const { description } = smallDataset();
  const items = await writeColumns(join(directory, "item-features.arrow"), FEATURE_SCHEMA, (append) =>
    append({
      entity: Uint32Array.from(entries, ([entity]) => entity),
      row: Uint32Array.from(entries, ([, row]) => row),
      weight: Float32Array.from(entries, ([, , weight]) => weight),
    }),
  );
  await writeFile(join(directory, "features.json"), JSON.stringify(schema));
  const features = { schema: await contentOf(join(directory, "features.json")), items };
  return { directory, description: { ...description, items: 3, features } as DatasetDescription };
}

describe("the sides of a dataset", () => {
  it("are read as compressed rows; an item without an id's row has its features alone", async () => {
    const dataset = await stored([
      [0, 0, 1],
      [0, 3, -0.5],
      [2, 2, 1],
    ]);
    expect(await readSides(dataset)).toEqual({
      users: null,
      items: {
        entities: 3,
        rows: 4,
        ids: 2,
        offsets: Uint32Array.of(0, 2, 2, 3),
        rowIndices: Uint32Array.of(0, 3, 2),
        weights: Float32Array.of(1, -0.5, 1),
      },
      schema,
    });
  });

  it.each([
    ["out of order", [[0, 3, 1], [0, 0, 1]]], // biome-ignore format: entries are one to a pair of brackets
    ["of an item that is not there", [[3, 0, 1]]],
    ["of a row that is not there", [[0, 4, 1]]],
    ["of no weight that is a number", [[0, 0, Number.NaN]]],
  ] as [string, [number, number, number][]][])("refuse entries %s", async (_, entries) => {
    await expect(readSides(await stored(entries))).rejects.toThrow("ingest the logs again");
  });

  it("are none where ingest was asked for none", async () => {
    const { description } = smallDataset();
    expect(await readSides({ directory, description })).toEqual({
      users: null,
      items: null,
      schema: { users: null, items: null },
    });
  });

  it("are part of the content hash, which is as it was without them", () => {
    const { files } = smallDataset().description;
    const plain = contentHash(files, {});
    const one = { sha256: "1".repeat(64) };
    expect(contentHash(files, { features: undefined })).toBe(plain);
    const hashes = [
      plain,
      contentHash(files, { features: { schema: one, users: one } }),
      contentHash(files, { features: { schema: one, items: one } }),
      contentHash(files, { features: { schema: { sha256: "2".repeat(64) }, items: one } }),
    ];
    expect(new Set(hashes).size).toBe(4);
  });
});
