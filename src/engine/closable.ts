/** What owns memory until it is closed: by name, or by `using` at the end of a block. */
/// <reference lib="esnext.disposable" preserve="true" />

export interface Closable extends Disposable {
  /** Frees the memory; harmless the second time. */
  close(): void;
}

/** Both ways of closing, to be spread into what they close. */
export function closedBy(close: () => void): Closable {
  return { close, [Symbol.dispose]: close };
}
