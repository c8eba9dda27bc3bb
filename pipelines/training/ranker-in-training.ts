/** A ranker in training as whoever measures it sees it: plain, its sides folded into tables of users and items. */
import type { TrainConfig } from "../../src/config/schemas/train-schema.ts";
import type { Parameters } from "../../src/ranker/ranker-spec.ts";
import { foldSides } from "../../src/ranker/side.ts";
import type { MeasuredRanker } from "../measures/held-out-scorers.ts";
import { rankerOf } from "./configured-training.ts";
import { sidesOf, type TrainedData } from "./training-dataset.ts";

/** `parameters` are those of the session; `directory` begins the messages. */
export function rankerInTraining(options: {
  readonly directory: string;
  readonly config: TrainConfig;
  readonly dataset: TrainedData;
  readonly parameters: Parameters;
}): MeasuredRanker {
  const { directory, config, dataset, parameters } = options;
  const folded = foldSides(rankerOf(config, dataset), parameters, sidesOf(config, dataset));
  return { directory, config, ...folded, rows: null };
}
