/** What a session asks of an optimizer that lives on the device. */
import type { OptimizerState } from "../../../optimizer/optimizer-state.ts";
import type { UpdateNumbers } from "../device/step-numbers.ts";

export interface DeviceOptimizer {
  /** The numbers of the step that comes next, whatever its index in a submission; counts it as taken. */
  take(): UpdateNumbers;
  /** Encodes the step that was taken last: the gradient arena holds its gradient and may be used up. */
  encode(encoder: GPUCommandEncoder, slot: number): void;
  read(): Promise<OptimizerState>;
}
