/**
 * The scale of a ranker's logits, by the norms of its layers alone: what margins are divided by, so that they say how
 * well the ranker separates and not how large its weights are.
 *
 * The normalised margin of Lyu & Li 2020 (arXiv:1906.05890) is y z over the product of the layers' norms, each to the
 * power of its degree. These rankers are sums of paths (ranker-spec.ts), every layer of degree 1 in its path: the dot
 * path has degree 2 (users, items), GMF 3 (users, items, head), the MLP L + 2 (the two tables as one layer, L tower
 * layers, head). So the scale is a sum of products, one for each path:
 *
 *   S = |userDot| |itemDot| + |head_gmf| |userGmf| |itemGmf| + |head_mlp| H_L + |userBias| + |itemBias| + |headBias|
 *   H_0 = |[userMlp, itemMlp]|,   H_l = |W_l| H_(l-1) + |b_l|
 *
 * with Euclidean norms, of a table the root mean square of its rows'. By Cauchy-Schwarz no pair whose rows have those
 * lengths has a logit beyond S. A path of cosines has degree 0 and scale 1 / temperature.
 */
import { type FloatArray, type Parameters, parametersOf, type RankerSpec } from "../ranker/ranker-spec.ts";
import { norm } from "./tensor-geometry.ts";

/**
 * S, at least 0. Where items are compared for one user, the user's bias and the head's cancel and are left out; a
 * difference of two logits is at most 2 S.
 */
export function logitScale(
  spec: RankerSpec,
  parameters: Parameters,
  { comparesItems }: { readonly comparesItems: boolean },
): number {
  const { dot, gmf, embedding, cosineTemperature: temperature } = spec;
  const tensor = (name: string): FloatArray => parameters.get(name)!;
  const sizes = new Map(parametersOf(spec).map(({ name, shape }) => [name, shape[0]!]));
  const rowNorm = (name: string): number => norm(tensor(name)) / Math.sqrt(sizes.get(name)!);
  const head = (from: number, to?: number): number => norm(tensor("head.weight").subarray(from, to));

  let scale = 0;
  if (dot > 0) scale += temperature === null ? rowNorm("userDot") * rowNorm("itemDot") : 1 / temperature;
  if (gmf > 0) scale += head(0, gmf) * rowNorm("userGmf") * rowNorm("itemGmf");
  if (embedding > 0) {
    let inputs = Math.hypot(rowNorm("userMlp"), rowNorm("itemMlp"));
    for (const layer of spec.tower.keys()) {
      inputs = norm(tensor(`tower.${layer}.weight`)) * inputs + norm(tensor(`tower.${layer}.bias`));
    }
    scale += head(gmf) * inputs;
  }
  if (spec.idBiases) scale += rowNorm("itemBias") + (comparesItems ? 0 : rowNorm("userBias"));
  return comparesItems ? scale : scale + norm(tensor("head.bias"));
}
