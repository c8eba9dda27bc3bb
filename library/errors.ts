/** `lawn-ranker/errors`: what the library throws. */
export { ConfigError, DataError, EngineError, StorageError } from "../src/errors.ts";
