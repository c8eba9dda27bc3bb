/** `lawn-ranker/errors`: what the library throws. */
export { ConfigError, DataError, EngineError } from "../src/errors.ts";
