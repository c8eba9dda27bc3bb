/** NumPy's format byte by byte; what numpy itself says of such files is in docs/export.md. */
import { describe, expect, it } from "@jest/globals";
import { encodeNpy } from "../../src/export/npy.ts";

describe("an NPY file", () => {
  it("has magic, version, header length, a padded header, and the values", () => {
    const bytes = Buffer.concat(encodeNpy(Float32Array.of(1, -2), [1, 2]));
    expect([...bytes.subarray(0, 10)]).toEqual([0x93, ...Buffer.from("NUMPY"), 1, 0, 118, 0]); // 128 - 10
    const header = bytes.toString("latin1", 10, 128);
    expect(header.trimEnd()).toBe("{'descr': '<f4', 'fortran_order': False, 'shape': (1, 2), }");
    expect(header.endsWith(" \n")).toBe(true);
    expect([...bytes.subarray(128)]).toEqual([0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0]);
  });

  it("writes a shape of one extent as Python does", () => {
    expect(Buffer.concat(encodeNpy(new Float32Array(3), [3])).toString("latin1")).toContain("'shape': (3,), }");
  });

  it("refuses values that are not as many as the shape says", () => {
    expect(() => encodeNpy(new Float32Array(3), [2, 2])).toThrow("has 3 values, expected 4");
  });
});
