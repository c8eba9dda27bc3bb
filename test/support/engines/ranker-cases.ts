/** One ranker of every kind, small, with parameters that are all different. */
import { initializeParameters } from "../../../src/ranker/initialize.ts";
import { type RankerShape, rankerSpecOf } from "../../../src/ranker/ranker-presets.ts";
import type { Parameters, RankerSpec } from "../../../src/ranker/ranker-spec.ts";
import { noPaths } from "./no-paths.ts";

const shapes: Readonly<Record<string, RankerShape>> = {
  "mf with biases": { ...noPaths, dot: 5, idBiases: true },
  "mf without biases": { ...noPaths, dot: 4 },
  gmf: { ...noPaths, gmf: 6 },
  mlp: { ...noPaths, embedding: 4, tower: [7, 3] },
  neumf: { ...noPaths, gmf: 3, embedding: 4, tower: [5] },
  "an empty tower": { ...noPaths, embedding: 4 },
  "gmf beside an empty tower, with biases": { ...noPaths, gmf: 3, embedding: 4, idBiases: true },
  "every path": { dot: 4, gmf: 3, embedding: 5, tower: [6, 4], idBiases: true, cosineTemperature: null },
  cosines: { ...noPaths, dot: 5, cosineTemperature: 0.2 },
  "a cosine beside every linear path": {
    dot: 4,
    gmf: 3,
    embedding: 5,
    tower: [],
    idBiases: true,
    cosineTemperature: 2,
  },
  "every linear path": { ...noPaths, dot: 4, gmf: 3, embedding: 5, idBiases: true },
};

export interface RankerCase {
  readonly name: string;
  readonly spec: RankerSpec;
  readonly parameters: Parameters;
}

export function rankerCases(extents = { users: 7, items: 9 }): readonly RankerCase[] {
  const wide = { name: "normal", scale: 0.5 } as const;
  return Object.entries(shapes).map(([name, shape]) => {
    const spec = rankerSpecOf("mf", { ...extents, shape });
    const initializers = { embedding: wide, dense: wide, head: wide, bias: wide };
    return { name, spec, parameters: initializeParameters(spec, initializers, 3) };
  });
}
