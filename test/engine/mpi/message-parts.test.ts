import { describe, expect, it } from "@jest/globals";
import { messageOf, partsOf } from "../../../src/engine/mpi/message-parts.ts";
import { EngineError } from "../../../src/errors.ts";

/** As it is on another rank, whose arrays are filled by what travels. */
function arrived(sent: unknown): unknown {
  const { text, arrays } = partsOf(sent);
  const { message, arrays: places } = messageOf(text);
  expect(places.map((place) => place.length)).toEqual(arrays.map((array) => array.length));
  for (const [k, place] of places.entries()) place.set(arrays[k]!);
  return message;
}

describe("a message between ranks", () => {
  it("arrives as it was: arrays of every type, maps, nulls, and numbers that JSON has not", () => {
    const message = {
      kind: "open",
      options: {
        start: { parameters: new Map([["userDot", Float32Array.of(1.5, Number.NaN, -0)]]), optimizer: null },
        columns: [Uint32Array.of(7, 2 ** 32 - 1), new Float64Array(0), Uint8Array.of(1)],
        switchAt: { step: Number.POSITIVE_INFINITY },
        absent: undefined,
      },
    };
    expect(arrived(message)).toEqual(message);
  });

  it("has its arrays apart from its text, byte for byte, also of a part of a larger memory", () => {
    const whole = Float32Array.of(1, 2, 3, 4);
    const { text, arrays } = partsOf({ values: whole.subarray(1, 3), large: new Float32Array(1000) });
    expect(text.length).toBeLessThan(300);
    expect(arrays.map(({ length }) => length)).toEqual([8, 4000]);
    expect(new Float32Array(arrays[0]!.slice().buffer)).toEqual(Float32Array.of(2, 3));
  });

  it("refuses arrays that no engine reads", () => {
    expect(() => partsOf({ values: new BigInt64Array(1) })).toThrow(
      new EngineError("MPI: a message holds a BigInt64Array"),
    );
  });
});
