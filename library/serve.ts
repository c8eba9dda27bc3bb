/** `lawn-ranker/serve`: a trained run in a server process, by the log's own ids. Loads no training code. */
export {
  type Id,
  type LoadedRanker,
  type LoadOptions,
  load,
  type TopList,
  type TopOptions,
} from "./load-ranker.ts";
