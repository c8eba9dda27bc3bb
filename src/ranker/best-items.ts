/**
 * The k best of one user's scores: what every scorer without a faster way chooses by, and the plain twin of those that
 * have one (engine/native/core/catalogue).
 */
import { NO_ITEM } from "./scorer.ts";

/**
 * Writes the best items of `scores` [items] and their scores to `outItems` and `outScores` [k]: best first, equal
 * scores by ascending item, NaN as -Infinity; where fewer are left, item 2^32 - 1 and -Infinity. `excluded` lists items
 * left out. `scores` is changed: what was excluded becomes NaN.
 */
export function bestItemsInto(
  scores: Float32Array,
  excluded: Uint32Array,
  outItems: Uint32Array,
  outScores: Float32Array,
): void {
  for (let item = 0; item < scores.length; item++) {
    if (Number.isNaN(scores[item])) scores[item] = Number.NEGATIVE_INFINITY;
  }
  for (const item of excluded) scores[item] = Number.NaN;

  const heap = outItems; // its first `size` entries: a heap whose front is the worst item kept
  let size = 0;
  const isBetter = (a: number, b: number): boolean => scores[a]! > scores[b]! || (scores[a] === scores[b] && a < b);
  for (let item = 0; item < scores.length; item++) {
    if (Number.isNaN(scores[item])) continue;
    if (size < heap.length) {
      heap[size] = item;
      siftUp(heap, size++, isBetter);
    } else if (isBetter(item, heap[0]!)) {
      heap[0] = item;
      siftDown(heap, size, isBetter);
    }
  }
  // The worst goes last, again and again.
  for (let left = size; left > 1; ) {
    left--;
    const worst = heap[0]!;
    heap[0] = heap[left]!;
    heap[left] = worst;
    siftDown(heap, left, isBetter);
  }
  heap.fill(NO_ITEM, size);
  for (let rank = 0; rank < outScores.length; rank++) {
    outScores[rank] = rank < size ? scores[heap[rank]!]! : Number.NEGATIVE_INFINITY;
  }
}

type IsBetter = (a: number, b: number) => boolean;

function siftUp(heap: Uint32Array, start: number, isBetter: IsBetter): void {
  let index = start;
  while (index > 0) {
    const parent = (index - 1) >>> 1;
    if (!isBetter(heap[parent]!, heap[index]!)) return;
    swap(heap, index, parent);
    index = parent;
  }
}

function siftDown(heap: Uint32Array, size: number, isBetter: IsBetter): void {
  let index = 0;
  for (;;) {
    let worst = index;
    for (const child of [2 * index + 1, 2 * index + 2]) {
      if (child < size && isBetter(heap[worst]!, heap[child]!)) worst = child;
    }
    if (worst === index) return;
    swap(heap, index, worst);
    index = worst;
  }
}

function swap(heap: Uint32Array, a: number, b: number): void {
  const kept = heap[a]!;
  heap[a] = heap[b]!;
  heap[b] = kept;
}
