/** Work that several tests look at from different sides is done when the first of them asks for it. */
export function once<T>(work: () => Promise<T>): () => Promise<T> {
  let answer: Promise<T> | null = null;
  return () => {
    answer ??= work();
    return answer;
  };
}
