/** Equality to the last bit, of whole models: what resuming and restoring promise. */
import { expect } from "@jest/globals";
import type { Snapshot } from "../../../src/engine/engine.ts";

type Tensors = ReadonlyMap<string, ArrayBufferView>;

/** Same names in the same order, same bytes; the message names the first tensor that differs. */
export function expectSameBits(actual: Tensors, expected: Tensors): void {
  expect([...actual.keys()]).toEqual([...expected.keys()]);
  for (const [name, values] of expected) expect([name, bytesOf(actual.get(name)!)]).toEqual([name, bytesOf(values)]);
}

export function expectSameSnapshot(actual: Snapshot, expected: Snapshot): void {
  expectSameBits(actual.parameters, expected.parameters);
  expect(actual.optimizer === null).toBe(expected.optimizer === null);
  if (actual.optimizer === null || expected.optimizer === null) return;
  expectSameBits(actual.optimizer.tensors, expected.optimizer.tensors);
  expect(actual.optimizer.numbers).toEqual(expected.optimizer.numbers);
}

function bytesOf(values: ArrayBufferView): string {
  return Buffer.from(values.buffer, values.byteOffset, values.byteLength).toString("hex");
}
