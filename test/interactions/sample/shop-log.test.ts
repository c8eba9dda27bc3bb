import { describe, expect, it } from "@jest/globals";
import { shopCatalogue } from "../../../src/interactions/sample/shop-catalogue.ts";
import { ordersCsv, productsCsv } from "../../../src/interactions/sample/shop-files.ts";
import { makeShop, type Shop } from "../../../src/interactions/sample/shop-log.ts";

const shape = { seed: 3, customers: 300, products: 120, orders: 3_000 };
const shop = makeShop(shape);

describe("the made-up shop", () => {
  it("is a pure function of its shape", () => {
    expect([...ordersCsv(makeShop(shape))].join("")).toBe([...ordersCsv(shop)].join(""));
    expect([...ordersCsv(makeShop({ ...shape, seed: 4 }))].join("")).not.toBe([...ordersCsv(shop)].join(""));
  });

  it("has the orders asked for, to within a rounding a customer, and three of each at least", () => {
    expect(Math.abs(shop.customerColumn.length - 3_000)).toBeLessThanOrEqual(300);
    const counts = new Map<number, number>();
    for (const customer of shop.customerColumn) counts.set(customer, (counts.get(customer) ?? 0) + 1);
    expect(counts.size).toBe(300);
    expect(Math.min(...counts.values())).toBeGreaterThanOrEqual(3);
  });

  it("writes orders as a shop system does: oldest first, with times and prices", () => {
    const lines = [...ordersCsv(shop)].join("").split("\n");
    expect(lines.shift()).toBe("customer,sku,bought_at,price");
    expect(lines.pop()).toBe("");
    const row = /^C-\d+,SKU\d{4},\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d+\.99$/;
    expect(lines.filter((line) => !row.test(line))).toEqual([]);
    const times = lines.map((line) => line.split(",")[2]!);
    expect(times).toEqual([...times].sort());
  });

  it("numbers every product once, with a title of its own", () => {
    const lines = productsCsv(shop).trimEnd().split("\n").slice(1);
    for (const column of [0, 1]) expect(new Set(lines.map((line) => line.split(",")[column])).size).toBe(120);
  });

  it("deals products to departments and styles alike", () => {
    // 62 products: two a style of the 30, and one more in the first styles of the first two departments.
    const styles = new Map<string, number>();
    for (const { department, style } of shopCatalogue(1, 62)) {
      styles.set(`${department} ${style}`, (styles.get(`${department} ${style}`) ?? 0) + 1);
    }
    expect(styles.size).toBe(30);
    expect([...styles].filter(([, count]) => count === 3).map(([name]) => name)).toEqual(["Coffee 0", "Tea 0"]);
  });

  it("sells by taste: what customers buy is mostly of their own two best departments, and popularity knows nothing of it", () => {
    // Ten departments: two hold a fifth of what is bought where tastes decide nothing, somewhat more by chance.
    expect(shareOfBestTwo(shop)).toBeGreaterThan(0.6);
  });
});

/** Of the orders, those in the two departments in which their customer buys most. */
function shareOfBestTwo({ catalogue, customerColumn, productColumn }: Shop): number {
  const counts = new Map<number, number[]>();
  for (const [row, customer] of customerColumn.entries()) {
    const ofCustomer = counts.get(customer) ?? Array.from({ length: 10 }, () => 0);
    ofCustomer[catalogue[productColumn[row]!]!.departmentIndex]!++;
    counts.set(customer, ofCustomer);
  }
  let inBest = 0;
  for (const ofCustomer of counts.values()) {
    const [first = 0, second = 0] = [...ofCustomer].sort((a, b) => b - a);
    inBest += first + second;
  }
  return inBest / customerColumn.length;
}
