/** Rows of one column on their way to disk: collected until a record batch is full, whatever sizes they come in. */
import { Bool, type Data, Float32, Int64, makeData, Uint32, Utf8 } from "apache-arrow";
import {
  type ColumnArrays,
  type ColumnDeclaration,
  type ColumnType,
  type ColumnValues,
  vectorType,
} from "./column-schema.ts";

/**
 * One column's share of the batch being filled. `take` hands out a new Arrow vector; the
 * buffer may be refilled at once.
 */
export interface ColumnBuffer {
  /** Copies rows [from, to) of `values` behind the rows already there. `validity` has a 0 where a row is null. */
  push(values: ColumnValues, validity: Uint8Array | null, from: number, to: number): void;
  /** Everything pushed since the last take. */
  take(): Data;
}

/** Throws TypeError or RangeError when what is pushed is not what `declaration` promises. */
export function makeColumnBuffer(declaration: ColumnDeclaration, capacity: number): ColumnBuffer {
  const validity = new Uint8Array(declaration.nullable === true ? capacity : 0);
  const { type, width } = declaration;
  const rows = width === undefined ? makeRows(type, capacity) : vectorRows(width, capacity);
  let length = 0;
  return {
    push(values, given, from, to) {
      if (given !== null && declaration.nullable !== true) {
        throw new TypeError(`column "${declaration.name}" was handed a validity map but is not declared nullable`);
      }
      rows.push(values, from, to, length, declaration.name);
      if (declaration.nullable === true) {
        for (let row = from; row < to; row++) validity[length + row - from] = given === null ? 1 : given[row]!;
      }
      length += to - from;
    },
    take() {
      const data = rows.take({ length, ...packValidity(validity, declaration.nullable === true ? length : 0) });
      length = 0;
      return data;
    },
  };
}

interface Rows {
  push(values: ColumnValues, from: number, to: number, at: number, name: string): void;
  take(shape: VectorShape): Data;
}

interface VectorShape {
  readonly length: number;
  readonly nullCount: number;
  readonly nullBitmap: Uint8Array | null;
}

function makeRows(type: ColumnType, capacity: number): Rows {
  switch (type) {
    case "uint32": {
      const store = new Uint32Array(capacity);
      return {
        push(values, from, to, at, name) {
          if (!(values instanceof Uint32Array)) throw wrongArray(name, type, values);
          store.set(values.subarray(from, to), at);
        },
        take: (shape) => makeData({ type: new Uint32(), ...shape, data: store.slice(0, shape.length) }),
      };
    }
    case "int64": {
      const store = new BigInt64Array(capacity);
      return {
        push(values, from, to, at, name) {
          if (!(values instanceof BigInt64Array)) throw wrongArray(name, type, values);
          store.set(values.subarray(from, to), at);
        },
        take: (shape) => makeData({ type: new Int64(), ...shape, data: store.slice(0, shape.length) }),
      };
    }
    case "float32": {
      const store = new Float32Array(capacity);
      return {
        push(values, from, to, at, name) {
          if (!(values instanceof Float32Array)) throw wrongArray(name, type, values);
          store.set(values.subarray(from, to), at);
        },
        take: (shape) => makeData({ type: new Float32(), ...shape, data: store.slice(0, shape.length) }),
      };
    }
    case "bool": {
      const store = new Uint8Array(capacity);
      return {
        push(values, from, to, at, name) {
          if (!(values instanceof Uint8Array)) throw wrongArray(name, type, values);
          store.set(values.subarray(from, to), at);
        },
        take: (shape) => makeData({ type: new Bool(), ...shape, data: packBits(store, shape.length) }),
      };
    }
    case "utf8":
      return textRows();
    default:
      return type satisfies never;
  }
}

function vectorRows(width: number, capacity: number): Rows {
  const store = new Float32Array(capacity * width); // [capacity, width], row-major
  return {
    push(values, from, to, at, name) {
      if (!(values instanceof Float32Array)) throw wrongArray(name, "float32", values);
      store.set(values.subarray(from * width, to * width), at * width);
    },
    take(shape) {
      const length = shape.length * width;
      const child = makeData({ type: new Float32(), length, nullCount: 0, data: store.slice(0, length) });
      return makeData({ type: vectorType(width), ...shape, child });
    },
  };
}

function textRows(): Rows {
  let strings: string[] = [];
  return {
    push(values, from, to, _at, name) {
      if (!isText(values)) throw wrongArray(name, "utf8", values);
      for (let row = from; row < to; row++) strings.push(values[row]!);
    },
    take(shape) {
      const valueOffsets = new Int32Array(shape.length + 1); // bytes
      const encoded = strings.map((text) => Buffer.from(text, "utf8"));
      for (let row = 0; row < shape.length; row++) valueOffsets[row + 1] = valueOffsets[row]! + encoded[row]!.length;
      strings = [];
      return makeData({ type: new Utf8(), ...shape, valueOffsets, data: Buffer.concat(encoded) });
    },
  };
}

function isText(values: ColumnValues): values is ColumnArrays["utf8"] {
  return Array.isArray(values);
}

/** Arrow's bitmaps: least significant bit first, set where the byte is not 0. */
function packBits(bytes: Uint8Array, length: number): Uint8Array {
  const bits = new Uint8Array((length + 7) >>> 3);
  for (let row = 0; row < length; row++) if (bytes[row] !== 0) bits[row >>> 3]! |= 1 << (row & 7);
  return bits;
}

function packValidity(validity: Uint8Array, length: number): Omit<VectorShape, "length"> {
  let nullCount = 0;
  for (let row = 0; row < length; row++) if (validity[row] === 0) nullCount++;
  return { nullCount, nullBitmap: nullCount === 0 ? null : packBits(validity, length) };
}

function wrongArray(name: string, type: ColumnType, values: ColumnValues): TypeError {
  return new TypeError(`column "${name}" is declared ${type} but was handed a ${values.constructor.name}`);
}
