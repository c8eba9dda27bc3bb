/**
 * Where the ranker's tensors lie on the device: end to end in pieces that one binding can hold, gradient and
 * optimizer slots cut the same way. A table larger than a piece is split between rows; everything that touches a
 * tensor goes part by part.
 */
import { EngineError } from "../../../errors.ts";
import { type ParameterInfo, sizeOf } from "../../../ranker/ranker-spec.ts";

/** Rows [firstRow, firstRow + rows) of a tensor, in `piece` from value `offset` on. */
export interface Part {
  readonly piece: number;
  readonly offset: number;
  readonly firstRow: number;
  readonly rows: number;
  readonly width: number;
}

export interface ArenaPlan {
  /** Values in each piece. */
  readonly pieces: readonly number[];
  readonly parts: ReadonlyMap<string, readonly Part[]>;
}

/** 256 bytes: where a binding may begin. The values between tensors stay 0. */
const ALIGNMENT = 64;

/**
 * Tables by row, then tower and head together in one piece. Throws EngineError where a row, or
 * these, are larger than a piece.
 */
export function planArena(parameters: readonly ParameterInfo[], pieceBytes: number): ArenaPlan {
  const room = Math.floor(pieceBytes / 4 / ALIGNMENT) * ALIGNMENT;
  const pieces: number[] = [0];
  const parts = new Map<string, Part[]>();
  const dense = parameters.filter((info) => !isTable(info));
  const denseValues = dense.reduce((sum, { shape }) => sum + aligned(sizeOf(shape)), 0);
  checkRoom("the tower and the head together", denseValues, room);
  for (const info of parameters) {
    const { rows, width } = extentsOf(info);
    checkRoom(`a row of ${info.name}`, width, room);
    if (info === dense[0] && pieces.at(-1)! + denseValues > room) pieces.push(0);
    const own: Part[] = [];
    for (let firstRow = 0; firstRow < rows; ) {
      let used = pieces.at(-1)!;
      const fits = Math.min(rows - firstRow, Math.floor((room - used) / width));
      // A tensor that fits into a fresh piece is not split to fill up this one.
      if (fits === 0 || (fits < rows - firstRow && used > 0)) {
        pieces.push(0);
        used = 0;
      }
      const taken = Math.min(rows - firstRow, Math.floor((room - used) / width));
      own.push({ piece: pieces.length - 1, offset: used, firstRow, rows: taken, width });
      pieces[pieces.length - 1] = aligned(used + taken * width);
      firstRow += taken;
    }
    parts.set(info.name, own);
  }
  return { pieces, parts };
}

function isTable({ name, role }: ParameterInfo): boolean {
  return role === "embedding" || name === "userBias" || name === "itemBias";
}

function aligned(values: number): number {
  return Math.ceil(values / ALIGNMENT) * ALIGNMENT;
}

function checkRoom(what: string, values: number, room: number): void {
  if (values <= room) return;
  throw new EngineError(
    `webgpu engine: ${what} need ${4 * values} bytes in one binding, and the device's largest has ${4 * room}; use smaller widths`,
  );
}

/** The head is one row; a bias has a row per output or id. */
export function extentsOf({ shape, role }: ParameterInfo): { readonly rows: number; readonly width: number } {
  if (role === "head") return { rows: 1, width: shape[0]! };
  const rows = shape[0]!;
  return { rows, width: sizeOf(shape) / rows };
}

/** The single part of a tensor that is never split. */
export function wholePart(plan: ArenaPlan, name: string): Part {
  const [part] = plan.parts.get(name) ?? [];
  if (part === undefined) throw new EngineError(`webgpu engine: the ranker has no ${name}`);
  return part;
}
