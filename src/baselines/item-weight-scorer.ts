/** Scorers of item weights whose whole catalogues an engine's kernels answer about. */
import type { ItemsByUser } from "../dataset/interaction-dataset.ts";
import { itemsOfUsers } from "../dataset/items-of-users.ts";
import type { CatalogueKernels } from "../ranker/catalogue-kernels.ts";
import type { Scorer } from "../ranker/scorer.ts";

/** `seen` are the items whose weights are a user's scores; `ranks` gives the same bits as `scorer`. */
export function withItemWeights(
  { users, items, pairs, catalogue }: Scorer,
  seen: ItemsByUser,
  ranks: ReturnType<CatalogueKernels["itemWeightRanks"]>,
): Scorer {
  return {
    users,
    items,
    pairs,
    catalogue,
    ranks: ({ users: asked, ...questions }) => ranks(itemsOfUsers(asked, seen), questions),
  };
}
