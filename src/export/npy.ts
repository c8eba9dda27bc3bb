/**
 * A float32 array in NumPy's file format, version 1.0
 * (https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html): magic, length of the header, a Python
 * dictionary padded to a multiple of 64 bytes, then the values, row-major and little-endian.
 */

/** The file, piece by piece: `values` is not copied. */
export function encodeNpy(values: Float32Array, shape: readonly number[]): readonly Uint8Array[] {
  const expected = shape.reduce((product, extent) => product * extent, 1);
  if (expected !== values.length) {
    throw new RangeError(`an array of shape [${shape.join(", ")}] has ${values.length} values, expected ${expected}`);
  }
  return [header(shape), new Uint8Array(values.buffer, values.byteOffset, values.byteLength)];
}

const MAGIC = "\x93NUMPY\x01\x00";
const PREFIX_BYTES = MAGIC.length + 2;
const ALIGNMENT = 64;

function header(shape: readonly number[]): Uint8Array {
  // A tuple of one needs its comma in Python.
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(", ")})`;
  const dictionary = `{'descr': '<f4', 'fortran_order': False, 'shape': ${tuple}, }`;
  const bytes = Math.ceil((PREFIX_BYTES + dictionary.length + 1) / ALIGNMENT) * ALIGNMENT;
  const text = `${dictionary.padEnd(bytes - PREFIX_BYTES - 1)}\n`;
  const length = String.fromCharCode(text.length & 255, text.length >> 8);
  return Buffer.from(MAGIC + length + text, "latin1");
}
