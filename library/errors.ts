/**
 * `lawn-ranker/errors`: what the library throws; `name` tells them apart in any realm.
 *
 * @module lawn-ranker/errors
 */
export { ConfigError, DataError, EngineError, StorageError } from "../src/errors.ts";
export { DivergenceError } from "../src/training/divergence.ts";
