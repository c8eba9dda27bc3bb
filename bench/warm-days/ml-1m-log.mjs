/**
 * ML-1M as user,item,time, from what of it may be at hand: each user's items in order, and the time of the last alone.
 *
 *   node bench/warm-days/ml-1m-log.mjs FOLDER > ml-1m.csv
 *
 * FOLDER holds user_time_order.tsv.gz (user and item, oldest first) and ml-1m.test.rating.gz (of each user, numbered
 * from 0, the last row with its time). Users were numbered against time: who has a greater id came earlier. So a user
 * came no later than the last row of anybody with a smaller id, and the rows are spread evenly between that moment and
 * the user's last. Most users rated in one sitting, so little is left to this guess.
 */
import { readFileSync } from "node:fs";
import path from "node:path";
import { gunzipSync } from "node:zlib";

const folder = process.argv[2];
const linesOf = (name) =>
  gunzipSync(readFileSync(path.join(folder, name)))
    .toString()
    .trim()
    .split("\n");

const lastTimes = new Map();
for (const line of linesOf("ml-1m.test.rating.gz")) {
  const [user, , , time] = line.split("\t").map(Number);
  lastTimes.set(user + 1, time);
}
const items = new Map();
for (const line of linesOf("user_time_order.tsv.gz")) {
  const [user, item] = line.split("\t").map(Number);
  if (!items.has(user)) items.set(user, []);
  items.get(user).push(item);
}
const rows = ["user,item,time"];
let arrival = Number.POSITIVE_INFINITY;
for (const user of [...items.keys()].sort((a, b) => a - b)) {
  const last = lastTimes.get(user);
  arrival = Math.min(arrival, last);
  const own = items.get(user);
  for (const [index, item] of own.entries()) {
    const share = own.length === 1 ? 1 : index / (own.length - 1);
    rows.push(`${user},${item},${Math.round(arrival + share * (last - arrival))}`);
  }
}
process.stdout.write(`${rows.join("\n")}\n`);
