/** Rows out of and into PostgreSQL by COPY, as they stand on the wire; memory stays within a few buffers. */
import { pipeline } from "node:stream/promises";
import { from as copyFrom, to as copyTo } from "pg-copy-streams";
import type { PostgresSession } from "./connect.ts";

/** `sql` is COPY ... TO STDOUT. Yields its bytes; a session that is lost throws. */
export async function* copyOut(session: PostgresSession, sql: string, doing: string): AsyncGenerator<Buffer> {
  const stream = session.client.query(copyTo(sql));
  const chunks = stream[Symbol.asyncIterator]();
  try {
    for (;;) {
      const next = await session.explained(doing, () => chunks.next());
      if (next.done === true) return;
      yield next.value;
    }
  } finally {
    stream.destroy();
  }
}

/** `sql` is COPY ... FROM STDIN. Resolves to the number of rows that the server has taken. */
export async function copyIn(
  session: PostgresSession,
  sql: string,
  chunks: AsyncIterable<Uint8Array>,
  doing: string,
): Promise<number> {
  return session.explained(doing, async () => {
    const stream = session.client.query(copyFrom(sql));
    await pipeline(chunks, stream);
    return stream.rowCount;
  });
}
