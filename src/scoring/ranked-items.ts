/** Lists of some users, one behind the other: what scoring hands to whoever writes them down. */
import { DataError } from "../errors.ts";

export interface RankedItems {
  /** [users + 1] The list of the n-th user is items[offsets[n] .. offsets[n + 1]), best first; its ranks start at 1. */
  readonly offsets: Uint32Array;
  readonly items: Uint32Array;
  readonly scores: Float32Array;
  /** [users] 1 where the list is the most taken items, because the ranker does not know the user. */
  readonly isPopular: Uint8Array;
}

/** Collects lists in the order of their users. */
export class RankedItemsBuilder {
  readonly #offsets: Uint32Array;
  readonly #isPopular: Uint8Array;
  #items: Uint32Array;
  #scores: Float32Array;
  #length = 0;
  #users = 0;

  constructor(users: number, expectedItems: number) {
    this.#offsets = new Uint32Array(users + 1);
    this.#isPopular = new Uint8Array(users);
    this.#items = new Uint32Array(expectedItems);
    this.#scores = new Float32Array(expectedItems);
  }

  /** To the list of the user under way. */
  push(item: number, score: number): void {
    if (this.#length === this.#items.length) {
      const [items, scores] = [this.#items, this.#scores];
      this.#items = new Uint32Array(2 * this.#length + 16);
      this.#scores = new Float32Array(2 * this.#length + 16);
      this.#items.set(items);
      this.#scores.set(scores);
    }
    this.#items[this.#length] = item;
    this.#scores[this.#length++] = score;
  }

  endUser(isPopular: boolean): void {
    this.#isPopular[this.#users] = isPopular ? 1 : 0;
    this.#offsets[++this.#users] = this.#length;
  }

  build(): RankedItems {
    return {
      offsets: this.#offsets,
      items: this.#items.subarray(0, this.#length),
      scores: this.#scores.subarray(0, this.#length),
      isPopular: this.#isPopular,
    };
  }
}

/** Throws DataError naming the first score that is not a finite number: nobody can act on such a list. */
export function checkFinite({ offsets, items, scores }: RankedItems, users: Uint32Array): void {
  const position = scores.findIndex((score) => !Number.isFinite(score));
  if (position < 0) return;
  const row = offsets.findIndex((end) => end > position) - 1;
  const found = scores[position] === Number.NEGATIVE_INFINITY ? "NaN or -Infinity" : String(scores[position]);
  throw new DataError(
    `the score of user index ${users[row]} for item index ${items[position]} is ${found}; the ranker has diverged or its file is damaged`,
  );
}
