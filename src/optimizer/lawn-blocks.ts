/**
 * Which weights LAWN constrains, and in what pieces. A group is one or more tensors cut into an equal number of rows;
 * row r of the group is one vector, the r-th row of every member end to end, and that is a block. So the three
 * granularities, biases inside or outside, and tables or matrices are all one formula: dots summed over the members.
 */
import { ConfigError } from "../errors.ts";
import { type ParameterInfo, sizeOf } from "../ranker/ranker-spec.ts";
import type { Blocks } from "./arrays/array-ops.ts";
import type { LawnConfig, LawnScope } from "./optimizer-config.ts";

export interface LawnGroup {
  /** Its first member's name, or "network". */
  readonly name: string;
  /** Number of blocks. */
  readonly rows: number;
  readonly members: readonly LawnMember[];
}

export interface LawnMember {
  readonly info: ParameterInfo;
  readonly blocks: Blocks;
}

export type BlockSettings = Pick<LawnConfig, "scope" | "granularity" | "constrainBiases">;

/**
 * In the order of `parameters`. Throws ConfigError where the scope holds no weights: LAWN would silently be its base.
 */
export function lawnGroups(parameters: readonly ParameterInfo[], settings: BlockSettings): readonly LawnGroup[] {
  const weights = parameters.filter((info) => scopes[settings.scope].includes(info.role));
  if (weights.length === 0) {
    const roles = [...new Set(parameters.map((info) => info.role))].join(", ");
    throw new ConfigError(
      `lawn.scope is ${settings.scope}, which holds no weights of this ranker (it has ${roles}); use lawn.scope all or embeddings`,
    );
  }
  const tensors = weights.map((weight) => [weight, ...(settings.constrainBiases ? biasOf(weight, parameters) : [])]);
  if (settings.granularity === "network") return [group("network", 1, tensors.flat())];
  return tensors.map((members) => {
    const weight = members[0]!;
    return group(weight.name, settings.granularity === "row" ? outputsOf(weight) : 1, members);
  });
}

const scopes: Readonly<Record<LawnScope, readonly ParameterInfo["role"][]>> = {
  all: ["embedding", "dense", "head"],
  dense: ["dense", "head"],
  head: ["head"],
  embeddings: ["embedding"],
};

function group(name: string, rows: number, tensors: readonly ParameterInfo[]): LawnGroup {
  return { name, rows, members: tensors.map((info) => ({ info, blocks: { size: sizeOf(info.shape), rows } })) };
}

/** A table has a row per id and a dense layer one per output unit; the head has a single output. */
function outputsOf(weight: ParameterInfo): number {
  return weight.role === "head" ? 1 : weight.shape[0]!;
}

/** The bias added to what this weight gives: [W | b] is then one linear layer on an input with a 1 appended. */
function biasOf(weight: ParameterInfo, parameters: readonly ParameterInfo[]): readonly ParameterInfo[] {
  const partner = biasPartners[weight.name] ?? weight.name.replace(/\.weight$/, ".bias");
  return parameters.filter((info) => info.role === "bias" && info.name === partner);
}

/** The id biases belong to the dot path, whose tables they widen by one column. */
const biasPartners: Readonly<Record<string, string>> = { userDot: "userBias", itemDot: "itemBias" };
