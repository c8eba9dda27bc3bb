/**
 * What `train --tune` searches: ranges around the settings that the run would have had otherwise, in one table. A
 * setting that is held, or has no part in this run, is no dimension.
 */
import type { PlannedSetting } from "../config/schemas/planning-settings.ts";
import type { SearchDimension, SearchSpace } from "../config/schemas/study-schema.ts";
import type { TrainConfig } from "../config/schemas/train-schema.ts";

/** Sizes of the ranker's paths; 0 for one that it has not. */
export interface Widths {
  readonly dot: number;
  readonly gmf: number;
  readonly embedding: number;
}

/** Embedding decay where there was none: what has done well on logs of 0.1 to 1 million rows; some stay without. */
const FRESH_DECAY = { from: 0.001, to: 0.03, zeroShare: 0.25 };

export function tuningSpace(config: TrainConfig, widths: Widths, held: ReadonlySet<PlannedSetting>): SearchSpace {
  const { optimizer, lawn, epochs, negatives, batchSize, embeddingDecay } = config;
  const table: Readonly<Partial<Record<PlannedSetting, SearchDimension | null>>> = {
    "optimizer.learningRate": around(optimizer.learningRate, 4),
    "initialize.embedding": aroundScale(config.initialize.embedding, 4),
    "lawn.freeEpochs": around(lawn?.freeEpochs, 3, { most: 0.75 * epochs }),
    "lawn.freeSteps": around(lawn?.freeSteps, 3, { whole: true }),
    "lawn.switchNorm": around(lawn?.switchNorm, 2),
    embeddingDecay:
      lawn !== undefined ? null : embeddingDecay === 0 ? range(FRESH_DECAY) : around(embeddingDecay, 4, {}),
    batchSize: multiples(batchSize, [1 / 4, 1 / 2, 1, 2]),
    negatives: multiples(negatives, [1 / 2, 1, 2]),
  };
  const space: SearchSpace = {};
  for (const [name, dimension] of Object.entries(table)) {
    if (dimension !== null && !held.has(name as PlannedSetting)) space[name] = dimension; // the table's keys are these
  }
  const width = widthsAround(widths, held);
  return width === null ? space : { ...space, width };
}

type Range = Extract<SearchDimension, { readonly from: number }>;

function range(given: Pick<Range, "from" | "to"> & Partial<Range>): Range {
  return { scale: "log", whole: false, zeroShare: 0, growth: null, ofEpochs: false, as: null, ...given };
}

/** From a `factor`-th to `factor` times; null where there is nothing to multiply. */
function around(
  value: number | undefined,
  factor: number,
  { most = Number.POSITIVE_INFINITY, ...more }: { readonly most?: number } & Partial<Range> = {},
): Range | null {
  if (value === undefined || value === 0) return null;
  const to = Math.min(factor * value, Math.max(most, value));
  return range({ from: value / factor, to, ...more });
}

/** Of an initialiser that has a scale, such as normal:0.01. */
function aroundScale(initializer: string, factor: number): Range | null {
  const [name, scale] = initializer.split(":");
  return scale === undefined ? null : around(Number(scale), factor, { as: `${name}:{}` });
}

function multiples(value: number, factors: readonly number[]): SearchDimension | null {
  const values = [...new Set(factors.map((factor) => Math.round(value * factor)))].filter((one) => one > 0);
  return values.length < 2 ? null : { values };
}

/** Half, as they are, and double; every path that is not held alike. */
function widthsAround(widths: Widths, held: ReadonlySet<PlannedSetting>): SearchDimension | null {
  const free = (["dot", "gmf", "embedding"] as const).filter(
    (path) => widths[path] > 1 && !held.has(`ranker.${path}` as const),
  );
  if (free.length === 0) return null;
  const scaled = (factor: number) => Object.fromEntries(free.map((path) => [path, Math.round(widths[path] * factor)]));
  return { choices: [1 / 2, 1, 2].map((factor) => ({ ranker: scaled(factor) })) };
}
