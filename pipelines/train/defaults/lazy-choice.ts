/**
 * Where the rule for defaults takes a lazy optimizer: where a dense one would spend nearly all of a step on rows of
 * tables that no sample of the batch looks up. docs/defaults.md says how the mark was found.
 */
import type { OptimizerName } from "../../../src/config/optimizer/optimizer-names.ts";
import type { ChosenSetting } from "../../stage.ts";

/** Rows of both sides' tables for each sample of a batch: from here on a dense step costs 4 times a lazy one. */
const IDLE_ROWS_A_SAMPLE = 64;
const LAZY: OptimizerName = "lawn-lazy-adam";

/**
 * Of batches of pairs. A positive among shared negatives costs as much as dozens of pairs, and hides the idle rows. The
 * rule's own batches grow with the log, and stay below the mark.
 */
export function lazyChoice(tableRows: number, batchSize: number): readonly ChosenSetting[] {
  const perSample = tableRows / batchSize;
  if (perSample < IDLE_ROWS_A_SAMPLE) return [];
  const count = Math.round(perSample).toLocaleString("en-US");
  const reason = `${count} rows of tables a sample of a batch: a dense step would be theirs`;
  return [{ path: ["optimizer", "name"], value: LAZY, reason }];
}

/**
 * Whether nothing that was given names an optimizer, is of Adam's momentum or of LAWN's whole tables, or wants an
 * engine without lazy rules.
 */
export function leavesOptimizerOpen({ engine, optimizer, lawn }: Groups): boolean {
  const isOfRows = lawn.granularity === undefined || lawn.granularity === "row";
  const isOpen = optimizer.name === undefined && optimizer.beta1 === undefined;
  return isOpen && isOfRows && lawn.scope === undefined && engine !== "webgpu";
}

interface Groups {
  readonly engine: unknown;
  readonly optimizer: Readonly<Record<string, unknown>>;
  readonly lawn: Readonly<Record<string, unknown>>;
}
