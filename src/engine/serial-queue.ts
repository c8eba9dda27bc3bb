/** One thing at a time, in the order asked: what makes a session's calls safe to make without awaiting each. */

/** Runs `work` once everything handed in before has settled. A failure reaches its own caller and nobody else. */
export type SerialQueue = <T>(work: () => Promise<T>) => Promise<T>;

export function createSerialQueue(): SerialQueue {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const result = last.then(work);
    last = result.catch(() => undefined);
    return result;
  };
}
