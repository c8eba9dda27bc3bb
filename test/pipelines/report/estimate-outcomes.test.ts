/** Intervals of a report on cases whose answer is known without a computer. */
import { describe, expect, it } from "@jest/globals";
import { outcomesOf } from "../../../pipelines/report/estimate-outcomes.ts";
import type { RankerResults } from "../../../pipelines/report/ranker-results.ts";

const ranker = (name: string, hits: readonly number[]): RankerResults => ({
  name,
  catalogue: null,
  users: Uint32Array.from(hits, (_, user) => user),
  perUser: { "HR@10": Float32Array.from(hits) },
  document: {
    protocol: "",
    split: "test",
    users: hits.length,
    tieRate: 0,
    metrics: { "HR@10": hits.reduce((sum, hit) => sum + hit, 0) / hits.length },
  },
});
const options = { level: 0.95, resamples: 2000, seed: 1 };

describe("estimates of a report", () => {
  it("have an interval without width where every user has the same outcome", () => {
    const [subject, rival] = outcomesOf(ranker("a", [1, 1, 1]), [ranker("b", [0, 0, 0])], options);
    expect(subject!.metrics["HR@10"]).toEqual({ value: 1, interval: { low: 1, high: 1 } });
    expect(subject!.lead).toBeNull();
    expect(rival!.lead!["HR@10"]).toEqual({ value: 1, interval: { low: 1, high: 1 } });
  });

  it("pair by user: a lead of one tenth for each has no width, however the users differ", () => {
    const [, rival] = outcomesOf(ranker("a", [0.1, 0.6, 1]), [ranker("b", [0, 0.5, 0.9])], options);
    const { interval } = rival!.lead!["HR@10"]!;
    expect(interval.low).toBeCloseTo(0.1, 6); // float32 outcomes
    expect(interval.high).toBeCloseTo(0.1, 6);
  });

  it("have about the binomial's interval for hits and misses", () => {
    // 400 users, half of them hits: 0.5 +- 1.96 sqrt(0.25 / 400) = 0.451 to 0.549.
    const [subject] = outcomesOf(
      ranker(
        "a",
        Array.from({ length: 400 }, (_, user) => user % 2),
      ),
      [],
      options,
    );
    const { low, high } = subject!.metrics["HR@10"]!.interval!;
    expect(low).toBeCloseTo(0.451, 2); // 2,000 resamples: the ends stray by about 0.002
    expect(high).toBeCloseTo(0.549, 2);
  });
});
