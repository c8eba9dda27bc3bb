/** The stage `sample`: a made-up log as a file, to try the other stages with before one's own is at hand. */
import { stat } from "node:fs/promises";
import path from "node:path";
import { type SampleConfig, sampleSchema } from "../../src/config/schemas/sample-schema.ts";
import { shellCommand } from "../../src/config/shell-command.ts";
import { ConfigError } from "../../src/errors.ts";
import { cannotWrite, makeFolder } from "../../src/files/make-folder.ts";
import { openPartialFile } from "../../src/files/partial-file.ts";
import { ordersCsv, productsCsv } from "../../src/interactions/sample/shop-files.ts";
import { makeShop } from "../../src/interactions/sample/shop-log.ts";
import type { Stage, StageContext, StageResult } from "../stage.ts";

export const sampleStage: Stage<typeof sampleSchema> = {
  name: "sample",
  schema: sampleSchema,
  run: sample,
};

async function sample(config: SampleConfig, { signal }: StageContext): Promise<StageResult> {
  const { shop: file, titles, force, seed, customers, products, orders } = config;
  if (!force) for (const taken of [file, ...(titles === null ? [] : [titles])]) await refuseToReplace(taken);
  const shop = makeShop({ seed, customers, products, orders });
  if (titles !== null) await writeText(titles, [productsCsv(shop)], signal);
  await writeText(file, ordersCsv(shop), signal);
  const rows = shop.customerColumn.length;
  const columns = ["--user-column", "customer", "--item-column", "sku", "--time-column", "bought_at"];
  const info = titles === null ? [] : ["--items-file", titles];
  const next = shellCommand("lawn-ranker", "ingest", "--dataset", "shop", "--raw", file, ...columns, ...info);
  return {
    json: { stage: "sample", orders: file, titles, rows, customers, products },
    text: [
      `${file}: ${rows.toLocaleString("en")} orders of ${customers.toLocaleString("en")} customers`,
      ...(titles === null ? [] : [`${titles}: titles and categories of ${products.toLocaleString("en")} products`]),
      `next: ${next}`,
    ].join("\n"),
  };
}

async function refuseToReplace(file: string): Promise<void> {
  if ((await stat(file).catch(() => null)) === null) return;
  throw new ConfigError(`${file} is there already; give another name, or --force to replace it`);
}

async function writeText(file: string, parts: Iterable<string>, signal: AbortSignal): Promise<void> {
  const remedy = "free some space, or write it elsewhere";
  await makeFolder(path.dirname(file), remedy);
  try {
    const partial = await openPartialFile(file);
    try {
      for (const part of parts) {
        signal.throwIfAborted();
        await partial.handle.appendFile(part);
      }
      await partial.publish();
    } finally {
      await partial.discard();
    }
  } catch (error) {
    throw signal.aborted ? error : cannotWrite(file, remedy, error);
  }
}
