/** Columns as callers hand them over: which are taken, and that nothing a caller overrides is asked. */
import { describe, expect, it } from "@jest/globals";
import { columnCopy, columnView } from "../../src/engine/own-columns.ts";
import { EngineError } from "../../src/errors.ts";

const column = Uint32Array.of(9, 1, 2, 3).subarray(1);
const take = (value: unknown) => columnView("Uint32Array", "users", value);

describe("a column", () => {
  it("is viewed where it lies, and copied where it must stay as it is", () => {
    const view = take(column);
    expect([...view]).toEqual([1, 2, 3]);
    expect(view.buffer).toBe(column.buffer);
    const copy = columnCopy("Uint32Array", "users", column);
    expect([...copy]).toEqual([1, 2, 3]);
    expect(copy.buffer).not.toBe(column.buffer);
  });

  it("is asked by the language's accessors, not by its own properties", () => {
    const lying = Object.defineProperties(column.slice(), {
      length: { get: () => 1_000_000 },
      buffer: { get: () => new ArrayBuffer(0) },
      [Symbol.toStringTag]: { value: "Float32Array" },
    });
    expect([...take(lying)]).toEqual([1, 2, 3]);
    class Longer extends Uint32Array {
      override get length() {
        return 99;
      }
    }
    expect([...take(new Longer([4, 5]))]).toEqual([4, 5]);
  });

  const resizable: ArrayBuffer = Reflect.construct(ArrayBuffer, [8, { maxByteLength: 16 }]);
  it.each([
    ["a Float32Array", Float32Array.of(1), "users is Float32Array, expected a Uint32Array"],
    ["a plain array", [1], "users is a plain array, expected a Uint32Array"],
    ["nothing", undefined, "users is missing, expected a Uint32Array"],
    ["a proxy", new Proxy(column, {}), "users is of type object, expected a Uint32Array"],
    ["shared memory", new Uint32Array(new SharedArrayBuffer(8)), "users lies in shared or resizable memory"],
    ["memory that may shrink", new Uint32Array(resizable), "users lies in shared or resizable memory"],
  ])("is refused: %s", (_, value, message) => {
    expect(() => take(value)).toThrow(EngineError);
    expect(() => take(value)).toThrow(message);
  });

  it("is empty once its memory was transferred away", () => {
    const gone = column.slice();
    structuredClone(gone.buffer, { transfer: [gone.buffer] });
    expect(take(gone)).toHaveLength(0);
  });
});
