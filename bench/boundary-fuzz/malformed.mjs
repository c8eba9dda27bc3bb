/** Values that no caller should pass, by a stream of random words: each draw is a function of (seed, case) alone. */
import { streamKey, threefry } from "../../dist/src/random.js";

/** Whole numbers below a bound, one after another. */
export function openDraws(seed, number) {
  const key = streamKey(seed, "boundary-fuzz");
  const block = { first: 0, second: 0 };
  let draws = 0;
  const below = (bound) => {
    threefry(key, number, draws++, block);
    return block.first % bound;
  };
  return { below, oneOf: (values) => values[below(values.length)], isOnce: (times) => below(times) === 0 };
}

/** None of them asks for memory that a machine might really give. */
const numbers = [
  Number.NaN,
  -1,
  -0.5,
  0.5,
  Infinity,
  -Infinity,
  1e300,
  2 ** 53,
  2 ** 64,
  4e9,
  "3",
  "",
  null,
  undefined,
];
const strangers = [10n, Symbol("x"), {}, [], true, () => 3, { valueOf: () => 2 }, new Date(0), /x/];

export const malformedNumber = ({ oneOf, isOnce }) => oneOf(isOnce(3) ? strangers : numbers);

const ways = {
  outside: (column, { below, oneOf }, extent) => {
    const copy = column.slice();
    if (copy.length > 0) copy[below(copy.length)] = oneOf([extent, extent + 1, 2 ** 31, 4e9, 2 ** 32 - 1]);
    return copy;
  },
  short: (column) => column.slice(1),
  empty: (column) => column.slice(0, 0),
  long: (column) => column.constructor.from([...column, 0]),
  reversed: (column) => column.slice().reverse(),
  otherClass: (column, { oneOf }) =>
    oneOf([Float64Array, Float32Array, Int32Array, Uint32Array, Uint8Array, Uint16Array]).from(column),
  big: (column) => BigUint64Array.from(column, (value) => BigInt(Math.max(0, Math.trunc(value) || 0))),
  plain: (column) => [...column],
  missing: (_, { oneOf }) => oneOf([null, undefined, "abc", 7, {}, new DataView(new ArrayBuffer(16))]),
  arrayLike: (column) => ({ length: column.length, 0: 0, 1: 4e9 }),
  shared: (column) => {
    const copy = new column.constructor(new SharedArrayBuffer(column.byteLength));
    copy.set(column);
    return copy;
  },
  resizable: (column) => {
    const copy = new column.constructor(
      new ArrayBuffer(column.byteLength, { maxByteLength: 4096 + column.byteLength }),
    );
    copy.set(column);
    return copy;
  },
  detached: (column) => {
    const copy = column.slice();
    structuredClone(copy.buffer, { transfer: [copy.buffer] });
    return copy;
  },
  proxy: (column) => new Proxy(column, {}),
  ownLength: (column) => Object.defineProperty(column.slice(), "length", { get: () => 1_000_000 }),
  ownBuffer: (column) => Object.defineProperty(column.slice(), "buffer", { get: () => new ArrayBuffer(0) }),
  otherPrototype: (column) => Object.setPrototypeOf(column.slice(), { length: 3 }),
};

/** `extent` is what the column's indices lie below. */
export function malformedColumn(column, draws, extent = 4) {
  return ways[draws.oneOf(Object.keys(ways))](column, draws, extent);
}

const isColumn = (value) => ArrayBuffer.isView(value) && !(value instanceof DataView);

/** `value` with one thing in it changed, at any depth; or replaced where nothing is in it. */
export function malformed(value, draws, extent) {
  if (isColumn(value)) return malformedColumn(value, draws, extent);
  if (value instanceof Map) {
    const entries = [...value];
    if (entries.length === 0 || draws.isOnce(8)) return draws.oneOf([null, undefined, {}, 3, new Map([["x", 1]])]);
    const entry = draws.oneOf(entries);
    if (draws.isOnce(6)) return new Map(entries.filter((other) => other !== entry));
    return new Map([...entries, [entry[0], malformed(entry[1], draws, extent)]]);
  }
  if (value === null || typeof value !== "object") return malformedNumber(draws);
  if (draws.isOnce(12)) return draws.oneOf([null, undefined, 5, "x", [], new Map()]);
  const key = draws.oneOf(Object.keys(value));
  if (key === undefined) return malformedNumber(draws);
  const bad = malformed(value[key], draws, extent);
  if (Array.isArray(value)) return value.map((each, index) => (String(index) === key ? bad : each));
  return draws.isOnce(3) ? withGetter(value, key, bad, draws) : { ...value, [key]: bad };
}

/** A property that is good when it is looked at and bad later, or that throws. */
function withGetter(object, key, bad, { below }) {
  const good = object[key];
  let reads = below(3); // bad from the first read on, or the second, or the third
  const isThrowing = below(5) === 0;
  return Object.defineProperty({ ...object }, key, {
    enumerable: true,
    get() {
      if (isThrowing) throw new TypeError("a getter threw");
      return reads-- > 0 ? good : bad;
    },
  });
}
