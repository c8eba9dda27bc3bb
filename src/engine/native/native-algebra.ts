/**
 * DenseAlgebra on the native kernels. Twin: src/linear-algebra/plain-algebra.ts; float32 in
 * sweeps, float64 in inverses.
 */
import { EngineError } from "../../errors.ts";
import type { DenseAlgebra, LeastSquaresSweep } from "../../linear-algebra/dense-algebra.ts";
import { notPositiveDefinite } from "../../linear-algebra/plain-algebra.ts";
import { requireNativeAddon } from "./native-addon.ts";
import { machineOf, type NativeOptions } from "./native-machine.ts";

/** Throws EngineError where the addon is not built, or the processor or the thread count will not do. */
export function openNativeAlgebra(options: NativeOptions = {}): DenseAlgebra {
  const addon = requireNativeAddon();
  const { threads, instructionSet } = machineOf(addon, options);
  return {
    description: `native: ${instructionSet}, ${threads} thread${threads === 1 ? "" : "s"}`,
    async invert(matrix, size) {
      if (matrix.length !== size * size)
        throw new EngineError(`native algebra: matrix has ${matrix.length} values, expected ${size} x ${size}`);
      if (size > 0 && (await addon.invertMatrix(instructionSet, threads, size, matrix)) === 0)
        throw notPositiveDefinite();
    },
    async sweep(sweep) {
      checkSweep(sweep);
      const { offsets, columns, width, other, ridge, weight, own } = sweep;
      const sizes = Float64Array.of(offsets.length - 1, other.length / width, width, weight);
      const solved = await addon.sweepFactors(instructionSet, threads, sizes, offsets, columns, other, ridge, own);
      if (solved === 0) throw notPositiveDefinite();
    },
  };
}

/** The addon follows every index without looking. */
function checkSweep({ offsets, columns, width, other, ridge, own }: LeastSquaresSweep): void {
  const rows = offsets.length - 1;
  const refuse = (what: string): never => {
    throw new EngineError(`native algebra: ${what}`);
  };
  if (!Number.isSafeInteger(width) || width < 1) refuse(`width is ${width}, expected at least 1`);
  if (rows < 1) refuse("offsets are empty, expected at least one row");
  if (other.length % width !== 0) refuse(`other has ${other.length} values, expected whole rows of ${width}`);
  if (own.length !== rows * width) refuse(`own has ${own.length} values, expected ${rows} x ${width}`);
  if (ridge.length !== rows) refuse(`ridge has ${ridge.length} values, expected ${rows}`);
  if (offsets[0] !== 0 || offsets[rows] !== columns.length) refuse("offsets do not span the columns");
  for (let row = 0; row < rows; row++) if (offsets[row]! > offsets[row + 1]!) refuse(`offsets[${row + 1}] goes down`);
  const others = other.length / width;
  const outside = columns.findIndex((column) => column >= others);
  if (outside >= 0) refuse(`columns[${outside}] is ${columns[outside]}, expected an index below ${others}`);
}
