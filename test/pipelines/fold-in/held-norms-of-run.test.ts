/** Norms that rows are held at: those of rows alone, of users who were trained. */
import { describe, expect, it } from "@jest/globals";
import { heldNormsOfRun } from "../../../pipelines/fold-in/held-norms-of-run.ts";
import { noPaths } from "../../support/engines/no-paths.ts";

const spec = { ...noPaths, users: 4, items: 1, dot: 2, embedding: 1, idBiases: true };
const parameters = new Map([
  ["userDot", Float32Array.of(3, 4, 0, 1, 6, 8, 99, 99)], // norms 5, 1, 10 and that of nobody
  ["userMlp", Float32Array.of(-2, 7, 1, 99)],
  ["userBias", Float32Array.of(50, 50, 50, 50)],
]);
const normsWith = (lawn: object | undefined) =>
  heldNormsOfRun({ config: { lawn }, spec, parameters, users: Uint32Array.of(0, 1, 2) });

describe("norms that LAWN holds a user's row at", () => {
  it("are the medians of the tables' rows, without biases", () => {
    const expected = new Map([
      ["userDot", 5],
      ["userMlp", 2],
    ]);
    for (const scope of ["all", "embeddings"]) expect(normsWith({ granularity: "row", scope })).toEqual(expected);
  });

  it("are none of a run without LAWN, of larger blocks, and where embeddings are free", () => {
    expect(normsWith(undefined).size).toBe(0);
    expect(normsWith({ granularity: "layer", scope: "all" }).size).toBe(0);
    expect(normsWith({ granularity: "row", scope: "dense" }).size).toBe(0);
  });
});
