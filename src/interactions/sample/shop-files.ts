/** The made-up shop as the tables that a shop system would give out: orders and products as CSV. */
import type { Shop } from "./shop-log.ts";

const ROWS_AT_ONCE = 10_000;
const FIRST_CUSTOMER = 10_000;

/** Lines "customer,sku,bought_at,price" in order of time, some thousand at a time; the header comes first. */
export function* ordersCsv({ catalogue, customerColumn, productColumn, secondColumn }: Shop): Generator<string> {
  let lines = ["customer,sku,bought_at,price\n"];
  for (let row = 0; row < customerColumn.length; row++) {
    const { sku, priceCents } = catalogue[productColumn[row]!]!;
    const time = new Date(1000 * secondColumn[row]!).toISOString().slice(0, 19).replace("T", " ");
    lines.push(`C-${FIRST_CUSTOMER + customerColumn[row]!},${sku},${time},${(priceCents / 100).toFixed(2)}\n`);
    if (lines.length < ROWS_AT_ONCE) continue;
    yield lines.join("");
    lines = [];
  }
  yield lines.join("");
}

/** Lines "sku,title,category", as `ingest --items-file` reads them. */
export function productsCsv({ catalogue }: Shop): string {
  const lines = catalogue.map(({ sku, title, department }) => `${sku},${title},${department}\n`);
  return ["sku,title,category\n", ...[...lines].sort()].join("");
}
