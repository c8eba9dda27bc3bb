/**
 * Values as bytes between ranks: the arrays of a message travel as they lie in memory, the rest as a small text of
 * structured clones. Maps, nulls and numbers that JSON has not stay what they are.
 */
import { types } from "node:util";
import { deserialize, serialize } from "node:v8";
import { EngineError } from "../../errors.ts";

export interface MessageParts {
  readonly text: Uint8Array;
  /** Byte views of the message's typed arrays, in the order the text names them. */
  readonly arrays: readonly Uint8Array[];
}

const arrayTypes = { Float32Array, Float64Array, Uint8Array, Uint16Array, Uint32Array, Int32Array } as const;
type ArrayType = keyof typeof arrayTypes;

/** Stands in the text where an array was. */
interface Place {
  readonly [placeKey]: ArrayType;
  readonly length: number;
}
const placeKey = "array of rank 0";

export function partsOf(message: unknown): MessageParts {
  const arrays: Uint8Array[] = [];
  const text = serialize(
    mapped(message, (value) => {
      if (!ArrayBuffer.isView(value)) return undefined;
      const type = value.constructor.name;
      if (!isArrayType(type) || !("length" in value)) throw new EngineError(`MPI: a message holds a ${type}`);
      arrays.push(new Uint8Array(value.buffer, value.byteOffset, value.byteLength));
      return { [placeKey]: type, length: value.length };
    }),
  );
  return { text, arrays };
}

/** The message of a text, with new arrays in their places; and those as bytes, to be filled. */
export function messageOf(text: Uint8Array): { readonly message: unknown; readonly arrays: readonly Uint8Array[] } {
  const arrays: Uint8Array[] = [];
  const message = mapped(deserialize(text), (value) => {
    if (!isPlace(value)) return undefined;
    const array = new arrayTypes[value[placeKey]](value.length);
    arrays.push(new Uint8Array(array.buffer));
    return array;
  });
  return { message, arrays };
}

/** A copy in which `replace` has its say first; undefined leaves a value to be walked through. */
function mapped(value: unknown, replace: (value: unknown) => unknown): unknown {
  const replaced = replace(value);
  if (replaced !== undefined) return replaced;
  const inner = (each: unknown): unknown => mapped(each, replace);
  if (Array.isArray(value)) return value.map(inner);
  if (types.isMap(value)) return new Map([...value].map(([key, each]) => [key, inner(each)]));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, inner(each)]));
}

function isPlace(value: unknown): value is Place {
  return typeof value === "object" && value !== null && placeKey in value;
}

function isArrayType(name: string): name is ArrayType {
  return name in arrayTypes;
}
