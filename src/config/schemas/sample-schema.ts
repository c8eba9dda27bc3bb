/** Every setting of `sample`, once: type, default, unit, range and meaning. */
import { z } from "zod";
import { setting } from "../setting.ts";

export const sampleSchema = z
  .object({
    shop: setting(z.string().min(1), {
      flag: "shop",
      heading: "Output",
      names: "file",
      isArgument: true,
      meaning: "CSV file to write: orders of a made-up shop, with columns customer, sku, bought_at and price",
    }),
    titles: setting(z.string().min(1).nullable().default(null), {
      flag: "titles",
      names: "file",
      meaning:
        "CSV file for the products' titles and categories, which ingest takes as --items-file; none unless given",
    }),
    force: setting(z.boolean().default(false), { flag: "force", meaning: "Replace files that are there" }),
    customers: setting(z.int().min(1).max(10_000_000).default(1000), {
      flag: "customers",
      heading: "Size",
      meaning: "Customers of the shop, each with a taste of their own",
      unit: "customers",
    }),
    products: setting(z.int().min(2).max(1_000_000).default(400), {
      flag: "products",
      meaning: "Products of the shop, in thirty styles of ten departments",
      unit: "products",
    }),
    orders: setting(z.int().min(1).max(100_000_000).default(12_000), {
      flag: "orders",
      meaning: "Lines of the file, to within one a customer; nobody buys more than half of the products",
      unit: "orders",
    }),
    seed: setting(z.int().min(0).default(42), {
      flag: "seed",
      meaning: "Decides everything that is drawn: the same settings give the same files",
    }),
  })
  .superRefine((config, context) => {
    if (config.orders < config.customers) {
      context.addIssue({ code: "custom", path: ["orders"], message: "expected at least an order a customer" });
    }
    if (config.shop === config.titles) {
      context.addIssue({ code: "custom", path: ["titles"], message: "expected another file than that of the orders" });
    }
  });

export type SampleConfig = z.output<typeof sampleSchema>;
