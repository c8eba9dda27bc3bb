/** One list names the metrics: what is computed is accepted wherever a metric is chosen, and shown in the help. */
import { describe, expect, it } from "@jest/globals";
import { runCommandLine } from "../../pipelines/command-line/run-command-line.ts";
import { stages } from "../../pipelines/stages.ts";
import {
  headlineKinds,
  isHeadlineMetric,
  metricCut,
  metricForms,
  metricKinds,
  metricType,
  wholeListMetrics,
} from "../../src/config/metric-names.ts";
import { parseConfig } from "../../src/config/parse.ts";
import { trainSchema } from "../../src/config/schemas/train-schema.ts";
import { rankingMetrics } from "../../src/evaluation/ranking-metrics.ts";
import { headlineMetrics } from "../../src/report/words/headline-metrics.ts";
import { cellsOf, tuningTrials } from "../../src/study/plan-trials.ts";
import { silentContext } from "../support/stages/silent-context.ts";
import { smallStudy } from "../support/stages/small-study.ts";

const names = [...metricKinds.map((kind) => `${kind}@7`), ...wholeListMetrics];

describe("the metrics of the list", () => {
  it("are those that are computed, in its order", () => {
    expect(metricKinds).toEqual(Object.keys(metricForms));
    expect(rankingMetrics([7]).map(({ name }) => name)).toEqual(names);
  });

  it.each(names)("%s chooses epochs in train, and epochs and settings in a study, at the cut it names", (metric) => {
    const config = parseConfig({ schema: trainSchema, layers: [], flags: { "validation-metric": metric } });
    expect(config.validation.metric).toBe(metric);
    const study = smallStudy({ metric, metrics: [metric] });
    const trial = tuningTrials(study, cellsOf(study)[0]!)[0]!.config;
    expect([trial.validation.metric, trial.k]).toEqual([metric, [metricCut(metric) ?? 10]]);
    expect(rankingMetrics(trial.k).map(({ name }) => name)).toContain(metric);
  });

  it("all stand in the help of train", async () => {
    const printed: string[] = [];
    const terminal = {
      version: "0",
      stdout: (text: string) => void printed.push(text),
      stderr: (text: string) => void printed.push(text),
      context: () => silentContext,
    };
    await runCommandLine(["train", "--help"], stages, terminal);
    const [, line = ""] = /--validation-metric\s(.*?)\n\s+--/s.exec(printed.join("")) ?? [];
    for (const name of [...metricKinds, ...wholeListMetrics]) expect(line).toMatch(new RegExp(`\\b${name}\\b`));
  });

  it("are spelt as files spell them, with a whole cut from 1", () => {
    for (const wrong of ["HR", "hr@10", "HR@0", "HR@1.5", "MRR@", "AUC", "NDCG@10 "]) {
      expect(metricType.safeParse(wrong).success).toBe(false);
    }
  });

  it("head a report where they are said to, whatever the cut", () => {
    const heads = headlineKinds.map((kind) => `${kind}@7`);
    expect(headlineMetrics(names)).toEqual(heads);
    expect(names.filter(isHeadlineMetric)).toEqual(heads);
  });
});
