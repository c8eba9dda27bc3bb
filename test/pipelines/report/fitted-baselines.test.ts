/** What a run's own record of its baselines adds to a report, and what is said of those it has not. */
import { describe, expect, it } from "@jest/globals";
import { missingBaselines, withFitted } from "../../../pipelines/report/fitted-baselines.ts";
import type { BaselinesRecord } from "../../../src/runs/baselines-record.ts";
import { runContent } from "../../support/stages/report-content.ts";

const estimate = (value: number) => ({ value, low: value - 0.02, high: value + 0.02 });
const choice = { chosenBy: "NDCG@10", parameters: {}, trials: [], fittedOn: ["train" as const], fitSeconds: 0.1 };
const fitted = (name: "item-knn" | "ease" | "popularity", ndcg: number): BaselinesRecord["fitted"][number] => ({
  name,
  choice,
  seconds: 1,
  validation: { "NDCG@10": estimate(ndcg + 0.1) },
  test: { "HR@10": estimate(2 * ndcg), "NDCG@10": estimate(ndcg) },
  lead: { "HR@10": estimate(0.1), "NDCG@10": estimate(0.05) },
});
const record: BaselinesRecord = {
  asked: "fast",
  dataset: { name: "shop", contentHash: "a" },
  metric: "NDCG@10",
  interval: { level: 0.95, resamples: 1000, seed: 1 },
  protocols: { validation: "", test: "" },
  fitted: [fitted("popularity", 0.2), fitted("item-knn", 0.7), fitted("ease", 0.4)],
  leftOut: [{ name: "ials", reason: "about 45 s" }],
  verdict: null,
};
const [run, popularity, random] = runContent().rankers.slice(0, 3);
const measured = [run!, popularity!, { ...random!, validation: null }];

describe("baselines fitted beside a run", () => {
  it("join those measured for the report, the best first, under the names people use", () => {
    const rankers = withFitted(measured, record);
    // NDCG@10: item-KNN 0.7, popularity 0.61 as measured (not the record's 0.2), EASE 0.4, random 0.1.
    expect(rankers.map(({ name }) => name)).toEqual(["this run", "item-KNN", "popularity", "EASE", "random"]);
    expect(rankers[1]).toMatchObject({
      metrics: { "NDCG@10": { value: 0.7, interval: { low: expect.closeTo(0.68), high: expect.closeTo(0.72) } } },
      lead: { "NDCG@10": { value: 0.05 } },
      validation: { "NDCG@10": expect.closeTo(0.8) },
    });
  });

  it("lend their validation to one measured without any", () => {
    const rankers = withFitted([run!, { ...popularity!, validation: null }], record);
    expect(rankers.find(({ name }) => name === "popularity")!.validation).toEqual({ "NDCG@10": expect.closeTo(0.3) });
  });

  it("leave a run without a record with those measured alone", () => {
    expect(withFitted(measured, null).map(({ name }) => name)).toEqual(["this run", "popularity", "random"]);
  });
});

describe("baselines that are not there", () => {
  const subject = { datasetName: "my shop", directory: "models/my shop/a", config: { candidates: "full" } };

  it("are named with the record's reason and the commands that bring one", () => {
    expect(missingBaselines(withFitted(measured, record), record, subject)).toEqual({
      names: ["iALS (about 45 s)"],
      commands: [
        "lawn-ranker evaluate --baseline ials --dataset 'my shop' --candidates full --output out/ials",
        "lawn-ranker report --run 'models/my shop/a' --baselines out/ials",
      ],
    });
    expect(missingBaselines(measured, null, subject)!.names).toEqual(["item-KNN", "EASE", "iALS"]);
  });

  it("are no matter where all of them stand", () => {
    const all = ["item-KNN", "EASE", "iALS"].map((name) => ({ ...popularity!, name }));
    expect(missingBaselines([run!, ...all], null, subject)).toBeNull();
  });
});
