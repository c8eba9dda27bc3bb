/**
 * Made-up logs of many kinds, as user,item,time: clusters of taste, latent factors, or popularity alone; flat and
 * steep, dense and sparse. Each is a function of its seed.
 */
import { createWriteStream } from "node:fs";

export const logs = {
  tiny1k: { users: 110, items: 80, rows: 1000, kind: "clusters", clusters: 5, own: 0.9, steepness: 0.3, seed: 2 },
  taste300: { users: 300, items: 200, rows: 3900, kind: "clusters", clusters: 8, own: 0.9, steepness: 0.2, seed: 3 },
  noise5k: { users: 400, items: 300, rows: 5000, kind: "popularity", steepness: 0.7, seed: 4 },
  shop20k: { users: 3500, items: 400, rows: 20000, kind: "clusters", clusters: 12, own: 0.7, steepness: 0.9, seed: 5 },
  steep60k: {
    users: 3000,
    items: 2000,
    rows: 60000,
    kind: "factors",
    factors: 6,
    strength: 1,
    steepness: 1.1,
    seed: 6,
  },
  dense50: { users: 2000, items: 60, rows: 36000, kind: "factors", factors: 4, strength: 1.5, steepness: 0.5, seed: 7 },
  flat50k: {
    users: 1500,
    items: 1000,
    rows: 50000,
    kind: "factors",
    factors: 8,
    strength: 2.2,
    steepness: 0.1,
    seed: 8,
  },
  wide120k: {
    ...{ users: 8000, items: 15000, rows: 120000, kind: "clusters", clusters: 100, own: 0.8, steepness: 0.8, seed: 9 },
  },
  mid300k: {
    ...{ users: 10000, items: 4000, rows: 300000, kind: "factors", factors: 16, strength: 2, steepness: 0.8, seed: 10 },
  },
  big1m: {
    ...{ users: 50000, items: 10000, rows: 1e6, kind: "factors", factors: 12, strength: 2.2, steepness: 0.9, seed: 11 },
  },
  long5m: {
    ...{ users: 30000, items: 8000, rows: 5e6, kind: "factors", factors: 10, strength: 1.8, steepness: 0.8, seed: 13 },
  },
};

/** Resolves to the number of rows written. */
export async function writeLog(name, file) {
  const { users, items, rows, kind, clusters = 1, own, factors = 0, strength, steepness, seed } = logs[name];
  const random = mulberry32(seed);
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(6.283185 * random());
  const popularity = new Float64Array(items);
  const order = [...Array(items).keys()].sort(() => random() - 0.5);
  for (const [rank, item] of order.entries()) popularity[item] = (rank + 1) ** -steepness;
  const activity = Array.from({ length: users }, () => Math.exp(normal() * 0.8));
  const total = activity.reduce((sum, value) => sum + value, 0);
  const vectors =
    kind === "factors" ? Array.from({ length: items }, () => Float64Array.from({ length: factors }, normal)) : [];
  const out = createWriteStream(file);
  out.write("user,item,time\n");
  const upTo = new Float64Array(items);
  let written = 0;
  for (let user = 0; user < users; user++) {
    const wanted = Math.min(Math.max(3, Math.round((activity[user] / total) * rows)), Math.floor(items * 0.6));
    const [first, second] = [Math.floor(random() * clusters), Math.floor(random() * clusters)];
    const taste = kind === "factors" ? Float64Array.from({ length: factors }, normal) : null;
    let sum = 0;
    for (let item = 0; item < items; item++) {
      let weight = popularity[item];
      const cluster = item % clusters;
      if (kind === "clusters") {
        weight *= cluster === first ? own * clusters * 0.75 : cluster === second ? own * clusters * 0.25 : 1 - own;
      } else if (taste !== null) {
        const product = taste.reduce((dot, value, k) => dot + value * vectors[item][k], 0);
        weight *= Math.exp((strength * product) / Math.sqrt(factors));
      }
      sum += weight;
      upTo[item] = sum;
    }
    const seen = new Set();
    for (let tries = 0; seen.size < wanted && tries < wanted * 50; tries++) {
      const item = firstAbove(upTo, random() * sum);
      if (seen.has(item)) continue;
      seen.add(item);
      written++;
      out.write(`u${user},i${item},${1_600_000_000 + seen.size * 86_400 + Math.floor(random() * 80_000)}\n`);
    }
  }
  await new Promise((resolve) => out.end(resolve));
  return written;
}

function firstAbove(upTo, value) {
  let [low, high] = [0, upTo.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (upTo[middle] > value) high = middle;
    else low = middle + 1;
  }
  return low;
}

function mulberry32(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}
