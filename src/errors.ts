/** The ways a user's request can be refused; the command line turns each into its own exit status. */

/** Wrong use or wrong configuration: the caller can mend it by changing a flag or a config file. Exit status 2. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";

  /** A line for each thing to change. */
  get problems(): readonly string[] {
    return this.message.split("\n");
  }
}

/**
 * Input or artefact that cannot be trusted: malformed logs, corrupt files, a checkpoint of
 * another model. Exit status 3.
 */
export class DataError extends Error {
  override readonly name = "DataError";
}

/** An engine cannot run, cannot honour an option, or was handed arrays of the wrong size. Exit status 1. */
export class EngineError extends Error {
  override readonly name = "EngineError";
}

/**
 * A path that cannot be written: no permission, no space, a file in the way. Nothing is wrong
 * with the data. Exit status 1.
 */
export class StorageError extends Error {
  override readonly name = "StorageError";
}

/** What was thrown, in words. By shape, not by class: errors of the system may come from another realm than ours. */
export function messageOf(error: unknown): string {
  return typeof error === "object" && error !== null && "message" in error ? String(error.message) : String(error);
}

/** Of what was thrown, or of a text: without the traces, requirement stacks or SQL statements that follow. */
export function firstLineOf(error: unknown): string {
  return messageOf(error).split("\n", 1)[0]!; // split gives one part at least
}
