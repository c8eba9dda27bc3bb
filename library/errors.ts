/**
 * `lawn-ranker/errors`: what the library throws.
 *
 * @module lawn-ranker/errors
 */
export { ConfigError, DataError, EngineError, StorageError } from "../src/errors.ts";
