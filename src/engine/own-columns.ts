/**
 * Columns as a caller hands them over: read once, by the language's own accessors, so that nothing a caller overrides
 * or changes stands between a check and the use of what was checked.
 */
import { EngineError } from "../errors.ts";

interface Columns {
  readonly Uint32Array: Uint32Array;
  readonly Float32Array: Float32Array;
  readonly Float64Array: Float64Array;
}

const makers: { readonly [Kind in keyof Columns]: new (buffer: ArrayBuffer, at: number, n: number) => Columns[Kind] } =
  { Uint32Array, Float32Array, Float64Array };

const accessor = (prototype: object, key: PropertyKey) => {
  const get = Object.getOwnPropertyDescriptor(prototype, key)?.get;
  return (from: unknown): unknown => (get === undefined ? undefined : Reflect.apply(get, from, []));
};

const typedArray = Object.getPrototypeOf(Uint32Array.prototype) as object;
const classOf = accessor(typedArray, Symbol.toStringTag); // undefined where it is no typed array; never throws
const bufferOf = accessor(typedArray, "buffer");
const offsetOf = accessor(typedArray, "byteOffset");
const lengthOf = accessor(typedArray, "length");
const bytesOf = accessor(ArrayBuffer.prototype, "byteLength"); // throws for shared memory
const isResizable = accessor(ArrayBuffer.prototype, "resizable"); // of Node 20 on

/**
 * A plain view of the column's memory. Throws EngineError unless it is of that class and in memory that neither
 * another thread nor a resize can change.
 */
export function columnView<Kind extends keyof Columns>(kind: Kind, name: string, column: unknown): Columns[Kind] {
  const found = classOf(column);
  if (found !== kind) throw new EngineError(`${name} is ${found ?? wordFor(column)}, expected a ${kind}`);
  const buffer = bufferOf(column) as ArrayBuffer;
  if (!isSteady(buffer)) {
    throw new EngineError(`${name} lies in shared or resizable memory, expected memory of its own; pass a copy of it`);
  }
  const length = lengthOf(column) as number;
  // Of memory that was transferred away nothing is left; no view of it can be made.
  return length === 0
    ? new makers[kind](new ArrayBuffer(0), 0, 0)
    : new makers[kind](buffer, offsetOf(column) as number, length);
}

/** A copy, which stays as it was when it was checked. */
export function columnCopy<Kind extends keyof Columns>(kind: Kind, name: string, column: unknown): Columns[Kind] {
  return columnView(kind, name, column).slice() as Columns[Kind]; // slices are of the same class
}

/** A view of a tensor of either precision. */
export function tensorView(name: string, values: unknown): Float32Array | Float64Array {
  return columnView(classOf(values) === "Float64Array" ? "Float64Array" : "Float32Array", name, values);
}

export function checkLength(name: string, column: { readonly length: number }, expected: number): void {
  if (column.length !== expected) throw new EngineError(`${name} has ${column.length} rows, expected ${expected}`);
}

/** A view, or null where every row counts alike. */
export function weightsView(name: string, given: unknown): Float32Array | null {
  if (given === undefined) {
    throw new EngineError(`${name} are missing, expected a Float32Array, or null where every row counts alike`);
  }
  return given === null ? null : columnView("Float32Array", name, given);
}

/** Throws EngineError for one that is missing, not finite or below 0. */
export function checkWeights(name: string, weights: Float32Array, length: number): void {
  checkLength(name, weights, length);
  for (let row = 0; row < length; row++) {
    const weight = weights[row]!;
    if (!(weight >= 0 && weight < Number.POSITIVE_INFINITY)) {
      throw new EngineError(`${name}[${row}] is ${weight}, expected a finite number of at least 0`);
    }
  }
}

/** Throws EngineError naming the column, the row, what was found and what was expected. */
export function checkIndices(name: string, column: Uint32Array, extent: number): void {
  for (let row = 0; row < column.length; row++) {
    if (column[row]! >= extent) {
      throw new EngineError(`${name}[${row}] is ${column[row]}, expected an index below ${extent}`);
    }
  }
}

/** `rows` stretches end to end, within `most` values. */
export function checkOffsets(
  name: string,
  offsets: Uint32Array,
  { rows, most, of }: { readonly rows: number; readonly most: number; readonly of: string },
): void {
  if (offsets.length !== rows + 1) {
    throw new EngineError(`${name} has ${offsets.length} values, expected ${rows + 1}, one more than users`);
  }
  for (let row = 0; row < rows; row++) {
    if (offsets[row]! > offsets[row + 1]!)
      throw new EngineError(`${name}[${row + 1}] goes down, expected ascending offsets`);
  }
  if (offsets[rows]! > most) throw new EngineError(`${name} ends at ${offsets[rows]}, beyond the ${most} ${of}`);
}

function isSteady(buffer: ArrayBuffer): boolean {
  try {
    bytesOf(buffer);
  } catch {
    return false;
  }
  return isResizable(buffer) !== true;
}

function wordFor(value: unknown): string {
  if (value === null || value === undefined) return "missing";
  return Array.isArray(value) ? "a plain array" : `of type ${typeof value}`;
}
