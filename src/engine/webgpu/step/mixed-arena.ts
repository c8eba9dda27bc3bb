/**
 * A ranker whose users and items are sums of rows, to the rest of a step: arenas of a plain ranker's values and
 * gradients, by entity. Before a step every entity is mixed, after it every row gets its share of the entities'
 * gradients; the update, which walks whole tables too, then sees rows alone. Twin: reference/mixed-tables.ts.
 */
import { sideOf } from "../../../ranker/carry-rows.ts";
import { parametersOf, type RankerSpec } from "../../../ranker/ranker-spec.ts";
import { extentsOf, hasSides, type Sides } from "../../../ranker/side.ts";
import type { BufferAccount } from "../device/buffer-ledger.ts";
import type { GpuContext } from "../device/gpu-context.ts";
import { bindProgram, constantWords, type DispatchPlan, type Program } from "../device/program.ts";
import { addPiecesKernel, copyValuesKernel, SUM_LANES, sumRowsKernel } from "../kernels/sides/sum-rows.ts";
import { type Part, planArena } from "../tensors/arena.ts";
import { type DeviceEntries, type DeviceSide, PIECE_ENTRIES, uploadSide } from "../tensors/device-side.ts";
import { openTensorArena, type TensorArena } from "../tensors/tensor-arena.ts";

export interface MixedArena {
  /** Its users and items are entities. */
  readonly spec: RankerSpec;
  readonly values: TensorArena;
  readonly gradients: TensorArena;
  /** From the rows' values to those of entities. Empty without features, as the next. */
  readonly mix: Program;
  /** From the gradients of entities to those of rows. */
  readonly spread: Program;
}

export interface MixedArenaOptions {
  readonly context: GpuContext;
  readonly account: BufferAccount;
  /** Its users and items are rows. */
  readonly spec: RankerSpec;
  readonly sides: Sides;
  readonly values: TensorArena;
  readonly gradients: TensorArena;
  readonly stepBuffer: GPUBuffer;
}

/** Without features, the arenas themselves. */
export async function openMixedArena(options: MixedArenaOptions): Promise<MixedArena> {
  const { context, account, spec, sides, stepBuffer } = options;
  const rows = { values: options.values, gradients: options.gradients };
  if (!hasSides(sides)) return { spec, ...rows, mix: [], spread: [] };
  const entitySpec = { ...spec, ...extentsOf(spec, sides) };
  const plan = planArena(parametersOf(entitySpec), context.bindingBytes);
  const values = await openTensorArena(context, account, plan, "the entities' values");
  const gradients = await openTensorArena(context, account, plan, "the entities' gradient");
  const upload = async (key: keyof Sides) => {
    const side = sides[key];
    return side === null ? null : uploadSide(context, account, side, key === "users" ? 0 : 1);
  };
  const matrices = { users: await upload("users"), items: await upload("items") };
  const widest = Math.max(1, spec.dot, spec.gmf, spec.embedding);
  const most = Math.max(matrices.users?.pieces.count ?? 0, matrices.items?.pieces.count ?? 0);
  const partials = await account.storage("sums of pieces of long rows", 4 * most * widest);
  const mix: DispatchPlan[] = [];
  const spread: DispatchPlan[] = [];
  for (const { name } of parametersOf(spec)) {
    const side = sideOf(name);
    const matrix = side === null ? null : matrices[side];
    const [ofRows, ofEntities] = [rows.values.plan.parts.get(name)!, plan.parts.get(name)!];
    if (matrix === null) {
      mix.push(...copyPlans([rows.values, ofRows], [values, ofEntities]));
      spread.push(...copyPlans([gradients, ofEntities], [rows.gradients, ofRows]));
      continue;
    }
    for (const goal of ofEntities) {
      mix.push(...sumPlans(matrix.byEntity, [rows.values, ofRows], values.pieces[goal.piece]!, goal, matrix));
    }
    spread.push(...spreadPlans(matrix, [gradients, ofEntities], [rows.gradients, ofRows], partials));
  }
  const bind = (plans: readonly DispatchPlan[]) => bindProgram(context, account, plans, stepBuffer);
  return { spec: entitySpec, values, gradients, mix: await bind(mix), spread: await bind(spread) };
}

/** One tensor in an arena. */
type Table = readonly [arena: TensorArena, parts: readonly Part[]];

/** Short rows one by one, long ones by their pieces. */
function spreadPlans(side: DeviceSide, from: Table, [arena, parts]: Table, partials: GPUBuffer): DispatchPlan[] {
  const { byRow, pieces, longRows } = side;
  const { width } = parts[0]!;
  const plans = parts.flatMap((goal) =>
    sumPlans(byRow, from, arena.pieces[goal.piece]!, goal, { ...side, most: PIECE_ENTRIES }),
  );
  if (pieces.count === 0) return plans;
  plans.push(
    ...sumPlans(
      { ...byRow, ranges: pieces.ranges },
      from,
      partials,
      {
        firstRow: 0,
        rows: pieces.count,
        offset: 0,
        width,
      },
      { ...side, ids: 0 },
    ),
  );
  for (const { piece, firstRow, rows, offset } of parts) {
    plans.push({
      kernel: addPiecesKernel,
      constants: constantWords(width, longRows.count, firstRow, rows, offset),
      storage: [longRows.words, partials, arena.pieces[piece]!],
      workgroups: () => Math.ceil((longRows.count * width) / SUM_LANES),
    });
  }
  return plans;
}

/** Into `goal`, which may be any stretch of units, from each part of the source in turn. */
function sumPlans(
  { ranges, indices, weights }: DeviceEntries,
  [arena, parts]: Table,
  into: GPUBuffer,
  goal: Omit<Part, "piece">,
  { ids, side, most = 2 ** 32 - 1 }: { readonly ids: number; readonly side: 0 | 1; readonly most?: number },
): DispatchPlan[] {
  const { firstRow: firstUnit, rows: units, width, offset } = goal;
  return parts.map((part, index) => ({
    kernel: sumRowsKernel,
    constants: constantWords(
      ...[width, firstUnit, units, offset, part.firstRow, part.rows, part.offset, index === 0 ? 0 : 1, most, ids, side],
    ),
    storage: [ranges, indices, weights, arena.pieces[part.piece]!, into],
    workgroups: () => Math.ceil((units * width) / SUM_LANES),
  }));
}

/** The rows that a part of the source and one of the goal have in common. */
function copyPlans([from, sources]: Table, [to, goals]: Table): DispatchPlan[] {
  return sources.flatMap((source) =>
    goals.flatMap((goal): DispatchPlan[] => {
      const first = Math.max(source.firstRow, goal.firstRow);
      const end = Math.min(source.firstRow + source.rows, goal.firstRow + goal.rows);
      if (first >= end) return [];
      const { width } = source;
      const values = (end - first) * width;
      const at = (part: Part) => part.offset + (first - part.firstRow) * width;
      return [
        {
          kernel: copyValuesKernel,
          constants: constantWords(values, at(source), at(goal), 0),
          storage: [from.pieces[source.piece]!, to.pieces[goal.piece]!],
          workgroups: () => Math.ceil(values / SUM_LANES),
        },
      ];
    }),
  );
}
