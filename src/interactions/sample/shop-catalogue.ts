/** What the made-up shop sells: products with number, title, department and price. A pure function of seed and size. */
import { makePermutation, permute, standardNormal, streamKey, threefry } from "../../random.ts";

export interface Product {
  /** Such as "SKU0120". */
  readonly sku: string;
  /** Such as "Trail shoes No. 2". */
  readonly title: string;
  readonly department: string;
  readonly priceCents: number;
  /** Index of its department and its style within it: customers who like one product of a style like the others. */
  readonly departmentIndex: number;
  readonly style: number;
}

type Department = readonly [name: string, styles: readonly string[], kinds: readonly string[], usualPriceCents: number];

const DEPARTMENTS: readonly Department[] = [
  ["Coffee", ["Espresso", "Filter", "Decaf"], ["beans 250 g", "beans 1 kg", "capsules", "grinder"], 1400],
  ["Tea", ["Green", "Black", "Herbal"], ["leaves 100 g", "bags", "tin", "sampler"], 900],
  ["Baking", ["Bread", "Cake", "Biscuit"], ["tin", "mix", "moulds", "book"], 1200],
  ["Garden", ["Rose", "Vegetable", "Balcony"], ["seeds", "soil 10 l", "planter", "shears"], 1500],
  ["Running", ["Trail", "Road", "Winter"], ["shoes", "socks", "jacket", "belt"], 4500],
  ["Cycling", ["Touring", "City", "Mountain"], ["lights", "gloves", "bag", "tyre"], 3500],
  ["Drawing", ["Ink", "Pencil", "Watercolour"], ["set", "paper A4", "brush", "case"], 1800],
  ["Music", ["Guitar", "Piano", "Drum"], ["songbook", "stand", "case", "tuner"], 2500],
  ["Pets", ["Cat", "Dog", "Aquarium"], ["food 2 kg", "toy", "bed", "brush"], 1600],
  ["Camping", ["Family", "Trekking", "Beach"], ["tent", "mat", "stove", "lamp"], 5500],
];

export const DEPARTMENT_COUNT = DEPARTMENTS.length;
export const STYLES_PER_DEPARTMENT = 3;
const PRICE_DEVIATION = 0.4;

/** [products], dealt to departments and styles in turn, so that each has as many as any other, give or take one. */
export function shopCatalogue(seed: number, products: number): readonly Product[] {
  const numbers = makePermutation(streamKey(seed, "shop-skus"), products);
  const prices = streamKey(seed, "shop-prices");
  const digits = Math.max(4, String(products).length);
  const block = { first: 0, second: 0 };
  return Array.from({ length: products }, (_, product) => {
    const departmentIndex = product % DEPARTMENT_COUNT;
    const withinDepartment = Math.floor(product / DEPARTMENT_COUNT);
    const style = withinDepartment % STYLES_PER_DEPARTMENT;
    const withinStyle = Math.floor(withinDepartment / STYLES_PER_DEPARTMENT);
    const [name, styles, kinds, usualPriceCents] = DEPARTMENTS[departmentIndex]!;
    const edition = Math.floor(withinStyle / kinds.length);
    threefry(prices, product, 0, block);
    return {
      sku: `SKU${String(1 + permute(numbers, product)).padStart(digits, "0")}`,
      title: `${styles[style]} ${kinds[withinStyle % kinds.length]}${edition === 0 ? "" : ` No. ${edition + 1}`}`,
      department: name,
      // x.99, as shops have it
      priceCents: 99 + 100 * Math.round((usualPriceCents / 100) * Math.exp(PRICE_DEVIATION * standardNormal(block))),
      departmentIndex,
      style,
    };
  });
}
