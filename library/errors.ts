/** `lawn-ranker/errors`: what the library throws; `name` tells them apart in any realm. */
export { ConfigError, DataError, EngineError, StorageError } from "../src/errors.ts";
export { DivergenceError } from "../src/training/divergence.ts";
