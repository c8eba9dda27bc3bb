/** Block coefficients on the host: one float64 per block, so that norms, targets and ratios keep all their digits. */
import { EngineError } from "../../errors.ts";
import type { BlockOps } from "./array-ops.ts";

type Coefficients = Float64Array;

/** The part of BlockOps that touches no tensor. */
export type BlockArithmetic<C> = Omit<
  BlockOps<never, C>,
  "dot" | "scaleBlocks" | "addScaledBlocks" | "selectBlocks" | "tensorOfBlocks" | "blocksOfTensor"
>;

/** `make` gives the memory of each result; its contents are overwritten. */
export function float64BlockArithmetic(make: (length: number) => Coefficients): BlockArithmetic<Coefficients> {
  const map = (a: Coefficients, f: (value: number) => number): Coefficients => {
    const out = make(a.length);
    for (let i = 0; i < a.length; i++) out[i] = f(a[i]!);
    return out;
  };
  const zip = (a: Coefficients, b: Coefficients, f: (x: number, y: number) => number): Coefficients => {
    if (a.length !== b.length) {
      throw new EngineError(`block coefficients: ${a.length} and ${b.length} blocks, expected equally many`);
    }
    const out = make(a.length);
    for (let i = 0; i < a.length; i++) out[i] = f(a[i]!, b[i]!);
    return out;
  };
  return {
    addC: (a, b) => zip(a, b, (x, y) => x + y),
    multiplyC: (a, b) => zip(a, b, (x, y) => x * y),
    divideC: (a, b) => zip(a, b, (x, y) => x / y),
    scaleC: (a, factor) => map(a, (x) => x * factor),
    addScalarC: (a, term) => map(a, (x) => x + term),
    sqrtC: (a) => map(a, Math.sqrt),
    powerC: (base, a) => map(a, (exponent) => base ** exponent),
    greaterC: (a, threshold) => map(a, (x) => (x > threshold ? 1 : 0)),
    selectC(mask, a, b) {
      const chosen = zip(mask, a, (m, x) => (m !== 0 ? x : 0));
      for (let i = 0; i < b.length; i++) if (mask[i] === 0) chosen[i] = b[i]!;
      return chosen;
    },
    blocksFromHost: (values) => map(values, (x) => x),
    blocksToHost: async (a) => a.slice(),
  };
}
