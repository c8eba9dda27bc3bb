/**
 * `lawn-ranker/random`: named, counter-based random streams.
 *
 * @module lawn-ranker/random
 */
export {
  boundedInteger,
  foldIn,
  makePermutation,
  type Permutation,
  permute,
  type RandomBlock,
  type StreamKey,
  standardNormal,
  streamKey,
  threefry,
  unitInterval,
} from "../src/random.ts";
