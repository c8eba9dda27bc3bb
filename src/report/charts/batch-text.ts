/** Batch sizes as axes and tables name them. */
import { countText } from "../words/number-text.ts";

/** 1k is 1,024 and 1M 1,048,576; sizes that are not whole multiples are written out. */
export function batchText(size: number): string {
  if (size >= 2 ** 20 && size % 2 ** 20 === 0) return `${size / 2 ** 20}M`;
  if (size >= 2 ** 10 && size % 2 ** 10 === 0) return `${size / 2 ** 10}k`;
  return countText(size);
}
