/** One ranker of every kind, small, with parameters that are all different. */
import { initializeParameters } from "../../../src/ranker/initialize.ts";
import { type RankerShape, rankerSpecOf } from "../../../src/ranker/ranker-presets.ts";
import type { Parameters, RankerSpec } from "../../../src/ranker/ranker-spec.ts";

const shapes: Readonly<Record<string, RankerShape>> = {
  "mf with biases": { dot: 5, gmf: 0, embedding: 0, tower: [], idBiases: true, cosineTemperature: null },
  "mf without biases": { dot: 4, gmf: 0, embedding: 0, tower: [], idBiases: false, cosineTemperature: null },
  gmf: { dot: 0, gmf: 6, embedding: 0, tower: [], idBiases: false, cosineTemperature: null },
  mlp: { dot: 0, gmf: 0, embedding: 4, tower: [7, 3], idBiases: false, cosineTemperature: null },
  neumf: { dot: 0, gmf: 3, embedding: 4, tower: [5], idBiases: false, cosineTemperature: null },
  "an empty tower": { dot: 0, gmf: 0, embedding: 4, tower: [], idBiases: false, cosineTemperature: null },
  "gmf beside an empty tower, with biases": {
    dot: 0,
    gmf: 3,
    embedding: 4,
    tower: [],
    idBiases: true,
    cosineTemperature: null,
  },
  "every path": { dot: 4, gmf: 3, embedding: 5, tower: [6, 4], idBiases: true, cosineTemperature: null },
  cosines: { dot: 5, gmf: 0, embedding: 0, tower: [], idBiases: false, cosineTemperature: 0.2 },
  "a cosine beside every linear path": {
    dot: 4,
    gmf: 3,
    embedding: 5,
    tower: [],
    idBiases: true,
    cosineTemperature: 2,
  },
  "every linear path": { dot: 4, gmf: 3, embedding: 5, tower: [], idBiases: true, cosineTemperature: null },
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
