/** A ranker's shape before it has a path: cases add theirs, and are told by what they add. */
import type { RankerShape } from "../../../src/ranker/ranker-presets.ts";

export const noPaths: RankerShape = {
  dot: 0,
  gmf: 0,
  embedding: 0,
  tower: [],
  idBiases: false,
  cosineTemperature: null,
};
