/**
 * The orders of a made-up shop, to try things with: customers have departments and styles that they like, products are
 * popular by Zipf's law within their style, so that who bought what before says much about what comes next.
 */
import { foldIn, makePermutation, permute, standardNormal, streamKey, threefry, unitInterval } from "../../random.ts";
import { DEPARTMENT_COUNT, type Product, STYLES_PER_DEPARTMENT, shopCatalogue } from "./shop-catalogue.ts";
import { activity, type TimeSpan, visitTimes } from "./visits.ts";

export interface ShopShape {
  readonly seed: number;
  readonly customers: number;
  readonly products: number;
  /** Met to within one a customer. */
  readonly orders: number;
}

export interface Shop {
  readonly catalogue: readonly Product[];
  /** Orders in order of time: who, which product of the catalogue, and when. */
  readonly customerColumn: Uint32Array;
  readonly productColumn: Uint32Array;
  readonly secondColumn: Uint32Array;
}

const LEAST_PER_CUSTOMER = 3;
/** Two years from 2024-01-01. */
const SPAN: TimeSpan = { firstSecond: 1_704_067_200, seconds: 2 * 365 * 86_400 };
/** Deviation of a customer's log-weights: what personal taste is worth beside popularity. */
const DEPARTMENT_AFFINITY = 1.8;
const STYLE_AFFINITY = 1.2;
const ZIPF_EXPONENT = 0.8;
/** Few people buy the same thing again: another is drawn, but not for ever. */
const MOST_REDRAWS = 20;

export function makeShop(shape: ShopShape): Shop {
  const { seed, customers, products, orders } = shape;
  const catalogue = shopCatalogue(seed, products);
  const shelves = shelvesOf(seed, catalogue);
  const sizes = { users: customers, items: products, interactions: orders, least: LEAST_PER_CUSTOMER };
  const counts = activity(streamKey(seed, "shop-activity"), sizes);
  const rows = counts.reduce((sum, count) => sum + count, 0);
  const columns = { who: new Uint32Array(rows), what: new Uint32Array(rows), when: new Uint32Array(rows) };
  let row = 0;
  for (const [customer, count] of counts.entries()) {
    const times = visitTimes(foldIn(streamKey(seed, "shop-times"), customer), count, SPAN);
    for (const [order, product] of purchases(seed, shelves, customer, count).entries()) {
      columns.who[row] = customer;
      columns.what[row] = product;
      columns.when[row++] = times[order]!;
    }
  }
  const order = Uint32Array.from({ length: rows }, (_, index) => index).sort(
    (a, b) => columns.when[a]! - columns.when[b]! || a - b,
  );
  return {
    catalogue,
    customerColumn: order.map((index) => columns.who[index]!),
    productColumn: order.map((index) => columns.what[index]!),
    secondColumn: order.map((index) => columns.when[index]!),
  };
}

/** The products of one style, with the running sum of their popularity. */
interface Shelf {
  readonly department: number;
  readonly products: readonly number[];
  readonly cumulative: readonly number[];
}

function shelvesOf(seed: number, catalogue: readonly Product[]): readonly Shelf[] {
  const ranks = makePermutation(streamKey(seed, "shop-popularity"), catalogue.length);
  const shelves = Array.from({ length: DEPARTMENT_COUNT * STYLES_PER_DEPARTMENT }, (_, shelf) => ({
    department: Math.floor(shelf / STYLES_PER_DEPARTMENT),
    products: [] as number[],
    cumulative: [] as number[],
  }));
  // In order of popularity, so that the rank within the shelf is the place in it.
  for (let rank = 0; rank < catalogue.length; rank++) {
    const product = permute(ranks, rank);
    const { departmentIndex, style } = catalogue[product]!;
    const { products, cumulative } = shelves[departmentIndex * STYLES_PER_DEPARTMENT + style]!;
    products.push(product);
    cumulative.push((cumulative.at(-1) ?? 0) + products.length ** -ZIPF_EXPONENT);
  }
  return shelves.filter(({ products }) => products.length > 0);
}

/** One customer's products, in the order in which they are bought. */
function purchases(seed: number, shelves: readonly Shelf[], customer: number, count: number): readonly number[] {
  const block = { first: 0, second: 0 };
  const tastes = foldIn(streamKey(seed, "shop-tastes"), customer);
  const cumulative: number[] = [];
  for (const [index, shelf] of shelves.entries()) {
    threefry(tastes, shelf.department, 0, block);
    const department = DEPARTMENT_AFFINITY * standardNormal(block);
    threefry(tastes, index, 1, block);
    const style = STYLE_AFFINITY * standardNormal(block);
    cumulative.push((cumulative.at(-1) ?? 0) + Math.exp(department + style) * shelf.cumulative.at(-1)!);
  }
  const choices = foldIn(streamKey(seed, "shop-choices"), customer);
  const bought = new Set<number>();
  return Array.from({ length: count }, (_, draw) => {
    let product = -1;
    for (let attempt = 0; attempt === 0 || (bought.has(product) && attempt < MOST_REDRAWS); attempt++) {
      threefry(choices, draw, attempt, block);
      const shelf = shelves[placeOf(cumulative, unitInterval(block.first))]!;
      product = shelf.products[placeOf(shelf.cumulative, unitInterval(block.second))]!;
    }
    bought.add(product);
    return product;
  });
}

/** The place at `quantile` of weights whose running sums are `cumulative`. */
function placeOf(cumulative: readonly number[], quantile: number): number {
  const wanted = quantile * cumulative.at(-1)!;
  let [low, high] = [0, cumulative.length - 1];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (cumulative[middle]! > wanted) high = middle;
    else low = middle + 1;
  }
  return low;
}
