/** DenseAlgebra on the native kernels, in float32. Twin: src/linear-algebra/plain-algebra.ts. */
import { EngineError } from "../../errors.ts";
import type { DenseAlgebra, LeastSquaresSweep } from "../../linear-algebra/dense-algebra.ts";
import { notPositiveDefinite } from "../../linear-algebra/plain-algebra.ts";
import { checkIndices, checkOffsets, checkWeights, columnView, weightsView } from "../own-columns.ts";
import { ownError } from "../own-errors.ts";
import { requireNativeAddon } from "./native-addon.ts";
import { machineOf, type NativeOptions } from "./native-machine.ts";

/** Of core/algebra/symmetric-inverse.cpp, about: what a row has with 256 pivots, and the scratch of a thread. */
const INVERSE_BYTES_PER_ROW = 2200;
const INVERSE_BYTES_PER_THREAD = 2 ** 20;

/** Throws EngineError where the addon is not built, or the processor or the thread count will not do. */
export function openNativeAlgebra(options: NativeOptions = {}): DenseAlgebra {
  const addon = requireNativeAddon();
  const { threads, instructionSet } = machineOf(addon, options);
  return {
    description: `native: ${instructionSet}, ${threads} thread${threads === 1 ? "" : "s"}`,
    threads,
    inverseScratchBytes: (size) => INVERSE_BYTES_PER_ROW * size + INVERSE_BYTES_PER_THREAD * (threads + 1),
    invert: async (given, size) =>
      answered(async () => {
        if (!Number.isSafeInteger(size) || size < 0) refuse(`size is ${String(size)}, expected a whole number from 0`);
        const matrix = columnView("Float32Array", "matrix", given);
        if (matrix.length !== size * size) refuse(`matrix has ${matrix.length} values, expected ${size} x ${size}`);
        return size === 0 ? 1 : addon.invertMatrix(instructionSet, threads, size, matrix);
      }),
    sweep: async (given) =>
      answered(async () => {
        const { offsets, columns, confidences, width, other, ridge, weight, own } = checkedSweep(given);
        const sizes = Float64Array.of(offsets.length - 1, other.length / width, width, weight);
        return addon.sweepFactors(instructionSet, threads, sizes, offsets, columns, confidences, other, ridge, own);
      }),
  };
}

/** `work` gives 0 where a system is not positive definite. */
async function answered(work: () => Promise<number>): Promise<void> {
  const solved = await work().catch((error: unknown) => {
    throw ownError("native algebra", error);
  });
  if (solved === 0) throw notPositiveDefinite();
}

function refuse(what: string): never {
  throw new EngineError(`native algebra: ${what}`);
}

/** Views, of which the addon works in place: the caller leaves them alone until it is done. */
function checkedSweep(given: LeastSquaresSweep): LeastSquaresSweep {
  const { width, weight } = given;
  const sweep = {
    offsets: columnView("Uint32Array", "offsets", given.offsets),
    columns: columnView("Uint32Array", "columns", given.columns),
    confidences: weightsView("confidences", given.confidences),
    width,
    other: columnView("Float32Array", "other", given.other),
    ridge: columnView("Float64Array", "ridge", given.ridge),
    weight,
    own: columnView("Float32Array", "own", given.own),
  };
  const { offsets, columns, confidences, other, ridge, own } = sweep;
  const rows = offsets.length - 1;
  if (!Number.isSafeInteger(width) || width < 1) refuse(`width is ${String(width)}, expected at least 1`);
  if (rows < 1) refuse("offsets are empty, expected at least one row");
  if (other.length % width !== 0) refuse(`other has ${other.length} values, expected whole rows of ${width}`);
  if (own.length !== rows * width) refuse(`own has ${own.length} values, expected ${rows} x ${width}`);
  if (ridge.length !== rows) refuse(`ridge has ${ridge.length} values, expected ${rows}`);
  if (offsets[0] !== 0 || offsets[rows] !== columns.length) refuse("offsets do not span the columns");
  checkOffsets("native algebra: offsets", offsets, { rows, most: columns.length, of: "columns" });
  checkIndices("native algebra: columns", columns, other.length / width);
  if (confidences !== null) checkWeights("native algebra: confidences", confidences, columns.length);
  return sweep;
}
