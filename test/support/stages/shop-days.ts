/**
 * A shop on two days: the log of the second has further rows, people and items, whose ids sort before the others', and
 * has lost a person and an item. So every index means somebody else, and ids alone tell who is who.
 */
import { writeFile } from "node:fs/promises";
import { ingestStage } from "../../../pipelines/ingest/ingest.ts";
import type { Stage, StageContext } from "../../../pipelines/stage.ts";
import { parseConfig } from "../../../src/config/parse.ts";
import { silentContext } from "./silent-context.ts";

type Flags = Readonly<Record<string, string | boolean>>;

const PEOPLE = 24;
const ITEMS = 20;
const TAKEN = 7;

/** Ids of the second day's log that the first did not have, and the other way round. */
export const newOfSecondDay = { users: ["a-first", "a-second"], items: ["a-lamp"] };
export const goneOnSecondDay = { users: ["p05"], items: ["thing-03"] };

/** CSV with a header: user, item, time. People and things of the same parity belong together. */
export function logOfDay(day: 1 | 2): string {
  const rows: (readonly [string, string, number])[] = [];
  for (let person = 0; person < PEOPLE; person++) {
    const taken = TAKEN + (day === 2 && person % 3 === 0 ? 1 : 0);
    for (let k = 0; k < taken; k++) rows.push([personId(person), thingId(person, k), 1000 + 100 * k + person]);
  }
  if (day === 1) return csvOf(rows);
  const { users, items } = newOfSecondDay;
  for (const [index, user] of users.entries()) {
    for (let k = 0; k < 4; k++) rows.push([user, thingId(index, 2 * k), 3000 + 10 * k + index]);
  }
  for (let person = 0; person < PEOPLE; person += 4) rows.push([personId(person), items[0]!, 1500 + person]);
  const gone = [...goneOnSecondDay.users, ...goneOnSecondDay.items];
  return csvOf(rows.filter(([user, item]) => !gone.includes(user) && !gone.includes(item)));
}

/** Ingests a day's log as dataset "shop" under `folder`, with four candidates a case. */
export async function ingestDay(folder: (name: string) => string, day: 1 | 2, flags: Flags = {}): Promise<void> {
  await writeFile(folder("shop.csv"), logOfDay(day));
  const given = { dataset: "shop", raw: folder("shop.csv"), "data-root": folder("data"), negatives: "4", ...flags };
  await runStage(ingestStage, given);
}

/** As the command line would: recommended settings are left to those who test them. */
export async function runStage(stage: Stage, flags: Flags, context: Partial<StageContext> = {}) {
  const config = parseConfig({ schema: stage.schema, layers: [], flags });
  return stage.run(config, { ...silentContext, ...context });
}

/** A run of a second or less on either day. */
export const quickTraining: Flags = {
  dataset: "shop",
  model: "mf",
  dot: "4",
  epochs: "3",
  "batch-size": "32",
  "learning-rate": "0.02",
  engine: "reference",
  baselines: "none",
  "validation-metric": "NDCG@3",
  k: "3",
};

function personId(person: number): string {
  return `p${String(person).padStart(2, "0")}`;
}

/** The k-th that a person takes. */
function thingId(person: number, k: number): string {
  const thing = (2 * ((person >> 1) + 3 * k) + (person % 2)) % ITEMS;
  return `thing-${String(thing).padStart(2, "0")}`;
}

function csvOf(rows: readonly (readonly [string, string, number])[]): string {
  return `user,item,time\n${rows.map((row) => row.join(",")).join("\n")}\n`;
}
