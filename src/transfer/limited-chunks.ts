/** A body that is held to a size while it arrives: an endless one costs no more disk or memory than was asked for. */

/** Passes chunks on; throws `tooMany()` before the one with which there would be more than `most` bytes. */
export async function* limitedChunks(
  chunks: AsyncIterable<Uint8Array>,
  most: number,
  tooMany: () => Error,
): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  for await (const chunk of chunks) {
    bytes += chunk.byteLength;
    if (bytes > most) throw tooMany();
    yield chunk;
  }
}
