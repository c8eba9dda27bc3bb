/**
 * Points of a search space: which settings trial number i of an arm tries. The same for every arm that
 * declares the same dimensions.
 */
import { isRecord } from "../config/is-record.ts";
import type { SearchDimension, SearchSpace } from "../config/schemas/study-schema.ts";
import { ConfigError } from "../errors.ts";
import { streamKey, threefry, unitInterval } from "../random.ts";
import { MOST_SOBOL_DIMENSIONS, shiftedSobolCoordinate } from "./sobol.ts";

export type Scalar = number | string | boolean | null;

export interface SearchPoint {
  /** By name of the dimension; a JSON text where one name stands for several settings. */
  readonly point: Readonly<Record<string, Scalar>>;
  /** The same as settings of the stage train, nested. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** Numeric dimensions that stand in the outermost tenth of their range. */
  readonly atEdge: readonly string[];
}

export interface SearchOptions {
  readonly method: "sobol" | "random";
  readonly seed: number;
  /** Other streams give unrelated points. */
  readonly stream: string;
  /** Trial, from 0. Trial 0 is the middle of every dimension. */
  readonly index: number;
  readonly batchSize: number;
  readonly epochs: number;
}

/** Throws ConfigError where Sobol has not enough dimensions. */
export function searchPoint(space: SearchSpace, options: SearchOptions): SearchPoint {
  const dimensions = Object.entries(space);
  if (options.method === "sobol" && dimensions.length > MOST_SOBOL_DIMENSIONS) {
    throw new ConfigError(
      `search space has ${dimensions.length} dimensions, but Sobol's sequence here at most ${MOST_SOBOL_DIMENSIONS}; choose search.method "random"`,
    );
  }
  const point: Record<string, Scalar> = {};
  const settings: Record<string, unknown> = {};
  const atEdge: string[] = [];
  for (const [index, [name, dimension]] of dimensions.entries()) {
    const unit = unitCoordinate(index, name, options);
    if ("choices" in dimension) {
      const choice = listed(dimension.choices, unit);
      point[name] = JSON.stringify(choice);
      mergeInto(settings, choice);
      continue;
    }
    const value = "values" in dimension ? listed(dimension.values, unit) : valueInRange(dimension, unit, options);
    point[name] = value;
    mergeInto(settings, nested(name.split("."), value));
    if ("from" in dimension && isAtEdge(dimension, unit)) atEdge.push(name);
  }
  return { point, settings, atEdge };
}

/** Deep: groups of settings are merged, everything else is replaced. */
export function mergeInto(target: Record<string, unknown>, source: Readonly<Record<string, unknown>>): void {
  for (const [key, value] of Object.entries(source)) {
    const existing = target[key];
    if (isRecord(value)) {
      const group: Record<string, unknown> = isRecord(existing) ? { ...existing } : {};
      mergeInto(group, value);
      target[key] = group;
    } else target[key] = value;
  }
}

function unitCoordinate(dimension: number, name: string, { method, seed, stream, index }: SearchOptions): number {
  if (index === 0) return 0.5;
  if (method === "sobol")
    return shiftedSobolCoordinate({ dimension, index: index - 1 }, { seed, name: `${stream}/${name}` });
  const block = { first: 0, second: 0 };
  threefry(streamKey(seed, `search/${stream}/${name}`), index, 0, block);
  return unitInterval(block.first);
}

function listed<T>(values: readonly T[], unit: number): T {
  return values[Math.min(values.length - 1, Math.floor(unit * values.length))]!; // the schema wants at least one
}

type Range = Extract<SearchDimension, { readonly from: number }>;

function valueInRange(range: Range, unit: number, { batchSize, epochs }: SearchOptions): number | string {
  const { from, to, scale, zeroShare, growth, ofEpochs, whole, as } = range;
  const factor = (growth === null ? 1 : (batchSize / growth.batchSize) ** growth.power) * (ofEpochs ? epochs : 1);
  const within = (unit - zeroShare) / (1 - zeroShare);
  const free = scale === "log" ? from * (to / from) ** within : from + (to - from) * within;
  const rounded = whole ? Math.round(free * factor) : Number((free * factor).toPrecision(4));
  const value = within < 0 ? 0 : rounded;
  return as === null ? value : as.replace("{}", String(value));
}

function isAtEdge({ zeroShare }: Range, unit: number): boolean {
  const within = (unit - zeroShare) / (1 - zeroShare);
  return within >= 0.9 || (within >= 0 && within < 0.1); // 0 itself is a choice, not an edge
}

function nested(path: readonly string[], value: Scalar): Record<string, unknown> {
  const [key = "", ...rest] = path;
  return { [key]: rest.length === 0 ? value : nested(rest, value) };
}
