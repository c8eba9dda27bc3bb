/** A dataset folder is loaded as it was written, and each way it can be wrong is said plainly. */
import { readFile, rm, writeFile } from "node:fs/promises";
import { describe, expect, it } from "@jest/globals";
import { readCandidates, writeCandidates } from "../../../pipelines/dataset/candidates-file.ts";
import { DATASET_FILES } from "../../../pipelines/dataset/dataset-files.ts";
import { loadDataset, verifyFiles } from "../../../pipelines/dataset/stored-dataset.ts";
import { openColumnWriter } from "../../../src/arrow/write-columns.ts";
import { DataError } from "../../../src/errors.ts";
import { smallDataset, writeDatasetFolder } from "../../support/data/small-dataset.ts";
import { useTemporaryFolder } from "../../support/stages/temporary-folder.ts";

describe("a dataset folder", () => {
  const folder = useTemporaryFolder();

  it("is loaded as it was written, and verifies", async () => {
    const written = smallDataset();
    await writeDatasetFolder(folder("good"), written);
    const { description, directory, ...loaded } = await loadDataset(folder("good"));
    const { description: expected, ...parts } = written;
    expect(directory).toBe(folder("good"));
    expect(loaded).toEqual(parts);
    expect(description.candidates).toEqual(expected.candidates);
    await expect(verifyFiles(folder("good"), description, DATASET_FILES)).resolves.toBeUndefined();
  });

  it("is asked for when it is missing or was not finished", async () => {
    await expect(loadDataset(folder("absent"))).rejects.toThrow(
      "there is no such dataset folder; make it with: lawn-ranker ingest, or say with --data-root where datasets are",
    );
    await writeDatasetFolder(folder("unfinished"), smallDataset());
    await rm(`${folder("unfinished")}/dataset.json`);
    await expect(loadDataset(folder("unfinished"))).rejects.toThrow(
      "its ingest did not finish; run lawn-ranker ingest",
    );
  });

  it("is refused with every problem of its description", async () => {
    await writeDatasetFolder(folder("described"), smallDataset());
    const file = `${folder("described")}/dataset.json`;
    const good: Record<string, unknown> = JSON.parse(await readFile(file, "utf8"));
    await writeFile(file, JSON.stringify({ ...good, users: -1, seed: "x" }));
    await expect(loadDataset(folder("described"))).rejects.toThrow(
      /dataset\.json: not a dataset description: users: .*; seed: /,
    );
    await writeFile(file, '{"name":');
    await expect(loadDataset(folder("described"))).rejects.toThrow(/dataset\.json: not JSON/);
    await writeFile(file, JSON.stringify({ ...good, contentHash: "0".repeat(64) }));
    await expect(loadDataset(folder("described"))).rejects.toThrow("contentHash does not match");
  });

  it("is refused when its files and its description disagree", async () => {
    const dataset = smallDataset();
    await writeDatasetFolder(folder("rows"), {
      ...dataset,
      description: { ...dataset.description, interactions: { train: 7, validation: 2, test: 3 } },
    });
    await expect(loadDataset(folder("rows"))).rejects.toThrow("train.arrow: 6 rows, but dataset.json says 7");
    await writeDatasetFolder(folder("extent"), { ...dataset, description: { ...dataset.description, items: 2 } });
    await expect(loadDataset(folder("extent"))).rejects.toThrow(
      "train.arrow: row 1 has item index 2, expected below 2",
    );
  });

  it("is neither verified nor loaded when a byte has changed or is missing", async () => {
    await writeDatasetFolder(folder("changed"), smallDataset());
    const { description } = await loadDataset(folder("changed"));
    const file = `${folder("changed")}/test.arrow`;
    const bytes = await readFile(file);
    bytes[bytes.length >> 1]! ^= 1;
    await writeFile(file, bytes);
    const reason = /test\.arrow: sha256 is [0-9a-f]{64}, but ingest wrote/;
    await expect(verifyFiles(folder("changed"), description, DATASET_FILES)).rejects.toThrow(reason);
    await expect(loadDataset(folder("changed"))).rejects.toThrow(reason);
    await writeFile(file, bytes.subarray(1));
    await expect(loadDataset(folder("changed"))).rejects.toThrow(
      `test.arrow: has ${bytes.length - 1} bytes, but ingest wrote ${bytes.length}; ingest the logs again`,
    );
  });
});

describe("candidate rows", () => {
  const folder = useTemporaryFolder();
  const extents = { users: 5, items: 9 };

  it("keep cases of several positives and of no negatives", async () => {
    const candidates = {
      split: "test" as const,
      users: Uint32Array.of(1, 4),
      positiveOffsets: Uint32Array.of(0, 2, 3),
      positives: Uint32Array.of(3, 5, 8),
      negativeOffsets: Uint32Array.of(0, 1, 1),
      negatives: Uint32Array.of(7),
    };
    await writeCandidates(folder("several.arrow"), candidates);
    expect(await readCandidates(folder("several.arrow"), "test", extents)).toEqual(candidates);
  });

  it.each([
    ["out of range", [0, 5], [1, 1], [1, 1], "row 1 is (user 5, item 1), expected users below 5"],
    ["out of order", [2, 1], [1, 1], [1, 1], "row 1 is user 1 after user 2, expected ascending users"],
    ["without a positive", [2, 2], [1, 3], [0, 0], "user 2 has no positive in front (row 0)"],
    ["with a positive behind", [2, 2, 2], [1, 3, 4], [1, 0, 1], "row 2 is a positive behind a negative of user 2"],
  ])("are refused when %s", async (_, user, item, isPositive, message) => {
    const writer = await openColumnWriter(folder("bad.arrow"), [
      { name: "user", type: "uint32" },
      { name: "item", type: "uint32" },
      { name: "is_positive", type: "bool" },
    ]);
    await writer.append({
      user: Uint32Array.from(user),
      item: Uint32Array.from(item),
      is_positive: Uint8Array.from(isPositive),
    });
    await writer.close();
    const reading = readCandidates(folder("bad.arrow"), "test", extents);
    await expect(reading).rejects.toThrow(DataError);
    await expect(reading).rejects.toThrow(message);
  });
});
