/**
 * A side's sparse matrix on the device, by entity and by row. A row that many entities have is cut into pieces, which
 * are summed beside each other before their sums are.
 */
import { EngineError } from "../../../errors.ts";
import type { Side } from "../../../ranker/side.ts";
import type { BufferAccount } from "../device/buffer-ledger.ts";
import type { GpuContext } from "../device/gpu-context.ts";

/** Entries that a lane sums one after another. */
export const PIECE_ENTRIES = 128;

export interface DeviceEntries {
  /** [units] first entry and end */
  readonly ranges: GPUBuffer;
  /** [entries] of the source */
  readonly indices: GPUBuffer;
  readonly weights: GPUBuffer;
}

export interface DeviceSide {
  /** 0 users, 1 items. */
  readonly side: 0 | 1;
  readonly ids: number;
  /** Entries of each entity: rows of tables. */
  readonly byEntity: DeviceEntries;
  /** Entries of each row: entities. */
  readonly byRow: DeviceEntries;
  readonly pieces: { readonly count: number; readonly ranges: GPUBuffer };
  /** Rows with more than PIECE_ENTRIES: [count] row, first piece, end of pieces, 0. */
  readonly longRows: { readonly count: number; readonly words: GPUBuffer };
}

export async function uploadSide(
  context: GpuContext,
  account: BufferAccount,
  side: Side,
  number: 0 | 1,
): Promise<DeviceSide> {
  const upload = async (what: string, values: Uint32Array | Float32Array): Promise<GPUBuffer> => {
    if (values.byteLength > context.bindingBytes) {
      throw new EngineError(
        `webgpu engine: ${what} need ${values.byteLength} bytes in one binding, and the device's largest has ${context.bindingBytes}; take --engine native`,
      );
    }
    const buffer = await account.storage(what, values.byteLength);
    if (values.length > 0) context.device.queue.writeBuffer(buffer, 0, values.slice());
    return buffer;
  };
  const byRow = transposed(side);
  const { pieces, longRows } = piecesOf(byRow.starts);
  return {
    side: number,
    ids: side.ids,
    byEntity: {
      ranges: await upload("entities' entries", rangesOf(side.offsets)),
      indices: await upload("rows of entities", side.rowIndices),
      weights: await upload("weights of entities' rows", side.weights),
    },
    byRow: {
      ranges: await upload("rows' entries", rangesOf(byRow.starts)),
      indices: await upload("entities of rows", byRow.entities),
      weights: await upload("weights of rows' entities", byRow.weights),
    },
    pieces: { count: pieces.length / 2, ranges: await upload("pieces of long rows", pieces) },
    longRows: { count: longRows.length / 4, words: await upload("long rows", longRows) },
  };
}

/** The entries by row, each row's in the order of entities. */
export function transposed({ rows, entities, offsets, rowIndices, weights }: Side): {
  /** [rows + 1] */
  readonly starts: Uint32Array;
  readonly entities: Uint32Array;
  readonly weights: Float32Array;
} {
  const starts = new Uint32Array(rows + 1);
  for (const row of rowIndices) starts[row + 1]!++;
  for (let row = 0; row < rows; row++) starts[row + 1]! += starts[row]!;
  const next = starts.slice();
  const byRow = { starts, entities: new Uint32Array(rowIndices.length), weights: new Float32Array(rowIndices.length) };
  for (let entity = 0; entity < entities; entity++) {
    for (let k = offsets[entity]!; k < offsets[entity + 1]!; k++) {
      const at = next[rowIndices[k]!]!++;
      byRow.entities[at] = entity;
      byRow.weights[at] = weights[k]!;
    }
  }
  return byRow;
}

/** [starts.length - 1] first and end */
function rangesOf(starts: Uint32Array): Uint32Array {
  return Uint32Array.from({ length: 2 * (starts.length - 1) }, (_, k) => starts[(k >> 1) + (k & 1)]!);
}

/** Of rows with more than PIECE_ENTRIES entries: ranges of pieces, and which of them are whose. */
export function piecesOf(starts: Uint32Array): { readonly pieces: Uint32Array; readonly longRows: Uint32Array } {
  const pieces: number[] = [];
  const longRows: number[] = [];
  for (let row = 0; row + 1 < starts.length; row++) {
    const [first, end] = [starts[row]!, starts[row + 1]!];
    if (end - first <= PIECE_ENTRIES) continue;
    const firstPiece = pieces.length / 2;
    for (let at = first; at < end; at += PIECE_ENTRIES) pieces.push(at, Math.min(at + PIECE_ENTRIES, end));
    longRows.push(row, firstPiece, pieces.length / 2, 0);
  }
  return { pieces: Uint32Array.from(pieces), longRows: Uint32Array.from(longRows) };
}
