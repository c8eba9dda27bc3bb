/** Looking tensors up by their parameter's name, where a missing one is a caller's mistake. */
import { EngineError } from "../../errors.ts";

/** The entry of this name; EngineError, saying `what` was searched, where it is missing. */
export function named<T>(what: string, entries: ReadonlyMap<string, T>, name: string): T {
  const entry = entries.get(name);
  if (entry === undefined) {
    throw new EngineError(`${what}: "${name}" is missing, found ${[...entries.keys()].join(", ") || "nothing"}`);
  }
  return entry;
}
