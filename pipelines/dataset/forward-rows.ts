/**
 * Rows of an Arrow file that stands in the order of its users, taken range after range: each batch
 * is read once, none is kept.
 */
import { type OwnBatch, streamOwnColumns } from "../../src/arrow/stream-own-columns.ts";
import { DataError } from "../../src/errors.ts";

/** Rows [from, to) of one batch. */
export interface RowSlice {
  readonly batch: OwnBatch;
  readonly from: number;
  readonly to: number;
}

export interface ForwardRows {
  /** The rows of the users [from, to). Ranges must ascend from call to call; what lies between them is passed over. */
  take(from: number, to: number): Promise<readonly RowSlice[]>;
  close(): Promise<void>;
}

/** `names[0]` is the uint32 column of users. */
export function openForwardRows(path: string, names: readonly [string, ...string[]]): ForwardRows {
  const batches = streamOwnColumns(path, names);
  let batch: OwnBatch | null = null;
  let users: Uint32Array = new Uint32Array(0);
  let row = 0;
  let last = 0;

  async function nextBatch(): Promise<boolean> {
    const next = await batches.next();
    if (next.done === true) return false;
    batch = next.value;
    users = batch.column(names[0], "uint32");
    row = 0;
    for (const user of users) {
      if (user < last) {
        throw new DataError(
          `${path}: its rows are not in the order of users (${user} after ${last}); ingest the logs again`,
        );
      }
      last = user;
    }
    return true;
  }

  return {
    async take(from, to) {
      const slices: RowSlice[] = [];
      for (;;) {
        while (row < users.length && users[row]! < from) row++;
        const start = row;
        while (row < users.length && users[row]! < to) row++;
        if (batch !== null && row > start) slices.push({ batch, from: start, to: row });
        if (row < users.length || !(await nextBatch())) return slices;
      }
    },
    close: async () => void (await batches.return(undefined)),
  };
}
