/**
 * Answers that others published for the NCF paper's split of MovieLens 1M and its official negatives: random
 * scores HR@10 .0987, NDCG@10 .0442; item popularity .4531, .2542 (Dacrema et al., RecSys 2019, full results).
 * They test the whole protocol.
 */
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { gunzipSync } from "node:zlib";
import { beforeAll, describe, expect, it } from "@jest/globals";
import { popularityScorer } from "../../src/baselines/popularity.ts";
import { randomScorer } from "../../src/baselines/random.ts";
import { candidatesFromNegatives } from "../../src/dataset/candidates-from-negatives.ts";
import { groupItemsByUser, type Interactions } from "../../src/dataset/interaction-dataset.ts";
import { evaluateRanker } from "../../src/evaluation/evaluate-ranker.ts";

const folder = path.resolve(import.meta.dirname, "../../../shared/datasets/ml-1m");
const describeWithData = existsSync(folder) ? describe : describe.skip;
const extents = { users: 6040, items: 3706 };
const ks = [10];

describeWithData("on ML-1M with its official negatives (skipped without ../shared/datasets/ml-1m)", () => {
  let train: Interactions;
  let ask: (own: "remove" | "keep") => ReturnType<typeof candidatesFromNegatives>;

  beforeAll(() => {
    train = interactionsOf(linesOf("ncf.train.pairs.tsv.gz"));
    const test = interactionsOf(linesOf("ml-1m.test.rating.gz"));
    // A line: "(user,item)", then 99 items; users ascend from 0.
    const items = linesOf("ml-1m.test.negative.gz").flatMap((line) => line.split("\t").slice(1).map(Number));
    const negatives = {
      offsets: Uint32Array.from({ length: extents.users + 1 }, (_, user) => 99 * user),
      items: Uint32Array.from(items),
    };
    ask = (ownNegatives) =>
      candidatesFromNegatives({
        split: "test",
        evaluated: test,
        train: groupItemsByUser(train),
        negatives,
        ownNegatives,
      });
  });

  it("finds the 156 users whose test item stands among its own negatives", () => {
    expect(ask("remove").casesWithOwnPositive).toBe(156);
  });

  it("gives popularity its published HR@10 and NDCG@10", async () => {
    const scorer = popularityScorer(train);
    const removed = await evaluateRanker(scorer, ask("remove").candidates, { ks });
    expect(removed.users).toBe(6040);
    // To within half a thousandth, three users: toolkits break the ties of rare items differently.
    expect(removed.metrics["HR@10"]).toBeCloseTo(0.4531, 3);
    expect(removed.metrics["NDCG@10"]).toBeCloseTo(0.2542, 3);

    // Its double costs the positive of 156 users (2.6 %) one rank, so at most that many hits.
    const kept = await evaluateRanker(scorer, ask("keep").candidates, { ks });
    expect(kept.metrics["HR@10"]).toBeLessThanOrEqual(removed.metrics["HR@10"]!);
    expect(kept.metrics["HR@10"]).toBeGreaterThan(removed.metrics["HR@10"]! - 156 / 6040);
    expect(kept.tieRate).toBeGreaterThan(removed.tieRate);
  });

  it("gives random scores what chance does", async () => {
    const scorer = randomScorer({ ...extents, seed: 1 });
    const { metrics } = await evaluateRanker(scorer, ask("remove").candidates, { ks });
    // Standard error of 6,040 users: sqrt(.0987 * .9013 / 6040) = .0038, NDCG's is smaller; three of them.
    expect(Math.abs(metrics["HR@10"]! - 0.0987)).toBeLessThan(0.0115);
    expect(Math.abs(metrics["NDCG@10"]! - 0.0442)).toBeLessThan(0.0115);
  });
});

function linesOf(name: string): string[] {
  return gunzipSync(readFileSync(path.join(folder, name)))
    .toString("latin1")
    .trimEnd()
    .split("\n");
}

/** Columns user and item, first and second of each line. */
function interactionsOf(lines: readonly string[]): Interactions {
  const userColumn = new Uint32Array(lines.length);
  const itemColumn = new Uint32Array(lines.length);
  for (const [row, line] of lines.entries()) {
    const [user, item] = line.split("\t", 2);
    userColumn[row] = Number(user);
    itemColumn[row] = Number(item);
  }
  return { ...extents, length: lines.length, userColumn, itemColumn, weights: null };
}
