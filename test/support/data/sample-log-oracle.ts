/** What the best possible ranker of the bundled sample knows: the weights that its users really chose by. */
import { DataError } from "../../../src/errors.ts";
import { type SampleShape, sampleTaste, seasonOf } from "../../../src/interactions/sample/sample-taste.ts";

/**
 * Logarithm, up to a constant per (user, time), of the probability that the user takes this item at that time.
 * The item a user took next, hidden among uniformly drawn others that the user never took, is the candidate of
 * weight w with probability w / (sum over candidates): ranking by this number is Bayes-optimal, and its HR@k
 * and NDCG@k are the ceiling.
 */
export type SampleLogOracle = (userId: number, itemId: number, timestampSeconds: number) => number;

export function sampleLogOracle(shape: SampleShape): SampleLogOracle {
  const { userIds, itemIds, logWeights, seasonalLogWeights } = sampleTaste(shape);
  const userPlaces = placesOf(userIds);
  const itemPlaces = placesOf(itemIds);
  return (userId, itemId, timestampSeconds) => {
    const user = userPlaces.get(userId);
    const item = itemPlaces.get(itemId);
    if (user === undefined || item === undefined) {
      throw new DataError(
        `sample oracle: user ${userId} or item ${itemId} is not of the sample with seed ${shape.seed}`,
      );
    }
    return (
      logWeights[user * shape.items + item]! + seasonalLogWeights[seasonOf(timestampSeconds) * shape.items + item]!
    );
  };
}

function placesOf(ids: Uint32Array): ReadonlyMap<number, number> {
  return new Map(Array.from(ids, (id, place) => [id, place]));
}
