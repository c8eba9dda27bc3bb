/** How long a worker that was told to stop still waits for an object store: long enough for a store that answers. */

const GRACE_MILLISECONDS = 8000;

/**
 * Runs `task` with a signal that is aborted a little after `stopping` is, or after the beginning where
 * it was before.
 */
export async function withGrace<T>(stopping: AbortSignal, task: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const over = new AbortController();
  let timer: NodeJS.Timeout | null = null;
  const begin = (): void => {
    timer = setTimeout(() => over.abort(), GRACE_MILLISECONDS);
  };
  if (stopping.aborted) begin();
  else stopping.addEventListener("abort", begin, { once: true });
  try {
    return await task(over.signal);
  } finally {
    stopping.removeEventListener("abort", begin);
    if (timer !== null) clearTimeout(timer);
  }
}
