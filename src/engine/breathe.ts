/** A pause in long work, so that timers, signals and other callers of this thread get their turn. */

export function breathe(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
