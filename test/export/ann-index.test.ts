/** The index of item vectors: what its extra coordinate does, and that it finds what exact search finds. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "@jest/globals";
import { buildAnnIndex, withNormCoordinate } from "../../src/export/ann-index.ts";
import { foldVectors } from "../../src/export/folded-vectors.ts";
import { exactSearch } from "../../src/export/recall.ts";
import { rankerCases } from "../support/engines/ranker-cases.ts";
import { useTemporaryFolder } from "../support/stages/temporary-folder.ts";

const temporary = useTemporaryFolder();

describe("the norm coordinate", () => {
  it("gives every row the norm of the longest", () => {
    // |(3, 4)| = 5 is the longest; (0, 3) gets sqrt(25 - 9) = 4.
    expect([...withNormCoordinate(Float32Array.of(3, 4, 0, 3), 2)]).toEqual([3, 4, 0, 0, 3, 4]);
  });
});

describe("the index", () => {
  const { spec, parameters } = rankerCases({ users: 5, items: 40 })[0]!;
  const vectors = foldVectors(spec, parameters);
  const settings = { connectivity: 16, expansionAdd: 64, expansionSearch: 64 };

  it("finds the items of the greatest inner products, best first", async () => {
    const index = await buildAnnIndex(vectors, settings);
    for (let user = 0; user < spec.users; user++) {
      const query = vectors.users.subarray(user * vectors.width, (user + 1) * vectors.width);
      expect(index.search(query, 10)).toEqual([...exactSearch(query, vectors.items, 10)]);
    }
    expect(index.search(vectors.users.subarray(0, vectors.width), 100)).toHaveLength(40);
  });

  it("is the same file every time", async () => {
    for (const name of ["a", "b"]) (await buildAnnIndex(vectors, settings)).save(temporary(name));
    expect(readFileSync(temporary("a"))).toEqual(readFileSync(temporary("b")));
  });
});
