/** The verdict of a run: which word, against whom, and never more than was measured. */
import { describe, expect, it } from "@jest/globals";
import type { RankerOutcome } from "../../../src/report/run-content.ts";
import { verdictOf } from "../../../src/report/words/verdict-words.ts";

const METRICS = ["HR@10", "NDCG@10"];

const ranker = (name: string, hr: number, ndcg: number, lead: [number, number] | null): RankerOutcome => ({
  name,
  metrics: { "HR@10": { value: hr, interval: null }, "NDCG@10": { value: ndcg, interval: null } },
  lead:
    lead === null
      ? null
      : Object.fromEntries(
          METRICS.map((metric) => {
            const [low, high] = lead;
            return [metric, { value: (low + high) / 2, interval: { low, high } }];
          }),
        ),
  catalogue: null,
  validation: null,
  auc: null,
  beyondAccuracy: null,
  deciles: null,
  choice: null,
});
const run = ranker("this run", 0.513, 0.226, null);
const popularity = ranker("popularity", 0.07, 0.035, [0.15, 0.2]);

describe("the verdict of a run", () => {
  it("is better, level or worse by the interval of the paired lead", () => {
    const against = (low: number, high: number) => verdictOf([run, ranker("EASE", 0.5, 0.22, [low, high])], METRICS);
    expect(against(0.01, 0.03)).toMatchObject({ outcome: "better", head: "Better than EASE" });
    expect(against(-0.01, 0.03)!.outcome).toBe("level");
    expect(against(-0.03, -0.01)!.outcome).toBe("worse");
  });

  it("says in words how many find their item, and against whom", () => {
    const knn = ranker("item-KNN", 0.523, 0.22, [-0.02, 0.03]);
    expect(verdictOf([run, popularity, knn], METRICS)).toEqual({
      outcome: "level",
      head: "Level with item-KNN, the best of 2 baselines",
      sentences: [
        "51\u00a0% of users find their item among the top 10; item-KNN 52\u00a0%: level.",
        "NDCG@10 0.226; item-KNN 0.220: level (+0.005, \u22120.020 to 0.030).",
      ],
    });
  });

  it("says so where several items are held out of each user, of whom recall is no hit rate", () => {
    const several = { ...run, metrics: { ...run.metrics, "Recall@10": { value: 0.2, interval: null } } };
    const one = { ...run, metrics: { ...run.metrics, "Recall@10": { value: 0.513, interval: null } } };
    const of = (subject: RankerOutcome) => verdictOf([subject, popularity], METRICS)!.sentences[0];
    expect(of(several)).toContain("of users find an item of theirs among the top 10");
    expect(of(one)).toContain("of users find their item among the top 10");
  });

  it("is against the best of each metric, which need not be the same", () => {
    const knn = ranker("item-KNN", 0.55, 0.22, [-0.05, -0.02]);
    const ease = ranker("EASE", 0.5, 0.224, [-0.01, 0.02]);
    const { head, sentences } = verdictOf([run, knn, ease], METRICS)!;
    expect(head).toBe("Level with EASE, the best of 2 baselines");
    expect(sentences[0]).toBe("51\u00a0% of users find their item among the top 10; item-KNN 55\u00a0%: worse.");
  });

  it("shows a decimal where whole percents would hide which is more", () => {
    const { sentences } = verdictOf([run, ranker("EASE", 0.509, 0.22, [0.001, 0.01])], METRICS)!;
    expect(sentences[0]).toBe("51.3\u00a0% of users find their item among the top 10; EASE 50.9\u00a0%: better.");
  });

  it("never calls popularity or random the best of anything", () => {
    const { head } = verdictOf([run, popularity, ranker("random", 0.1, 0.04, [0.1, 0.2])], METRICS)!;
    expect(head).toBe("Better than random, but no baseline that learns stands beside it");
    expect(verdictOf([run], METRICS)).toBeNull();
  });
});
