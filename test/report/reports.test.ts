/** Reports as text: what stands in them, what they leave out with a reason, and that they are whole. */
import { describe, expect, it } from "@jest/globals";
import { runReport } from "../../src/report/run-report.ts";
import { studyReport } from "../../src/report/study-report.ts";
import { runContent, studyContent } from "../support/stages/report-content.ts";

const sectionsOf = (html: string): string[] => [...html.matchAll(/<section id="([a-z-]+)"/g)].map((match) => match[1]!);

describe("the report of a run", () => {
  it("has every section, and the same bytes for the same content", () => {
    const html = runReport(runContent());
    expect(sectionsOf(html)).toEqual([
      "ranking",
      "subject",
      "learning",
      "norms",
      "adaptivity",
      "deciles",
      "lists",
      "calibration",
      "people",
      "provenance",
    ]);
    expect(runReport(runContent())).toBe(html);
  });

  it("names no address outside itself", () => {
    const html = runReport(runContent()) + studyReport(studyContent());
    const addresses = [...html.matchAll(/(?:href|src)="([^"]*)"/g)].map((match) => match[1]!);
    expect(addresses.filter((address) => !/^(#|data:)/.test(address))).toEqual([]);
    expect(html).not.toMatch(/https?:(?!\/\/www\.w3\.org\/)/);
  });

  it("says plainly whether the run beats the strongest baseline", () => {
    const withLead = (low: number, high: number) => {
      const content = runContent();
      const [subject, rival] = content.rankers;
      const lead = { "NDCG@10": { value: (low + high) / 2, interval: { low, high } } };
      return runReport({ ...content, rankers: [subject!, { ...rival!, lead }] });
    };
    expect(withLead(0.01, 0.03)).toContain("Better than popularity, the strongest baseline here, by +0.0200 NDCG@10");
    expect(withLead(-0.03, -0.01)).toContain("Worse than popularity");
    expect(withLead(-0.01, 0.03)).toContain("Not told apart from popularity");
    expect(runReport({ ...runContent(), rankers: runContent().rankers.slice(0, 1) })).toContain(
      "It is compared with nothing",
    );
  });

  it("marks the switch in the charts of a run that has one, and only there", () => {
    expect(runReport(runContent())).toContain("LAWN held the norms from epoch 4 on.");
    const free = runContent().epochs.map((epoch) => ({ ...epoch, phase: "free" as const }));
    const html = runReport(runContent({ epochs: free }));
    expect(html).toContain("This run has no constrained phase.");
    expect(html).not.toContain("LAWN holds norms");
  });

  it("leaves out what it was not given, with the reason", () => {
    const html = runReport(
      runContent({
        data: null,
        calibration: null,
        people: [],
        rankers: runContent()
          .rankers.slice(0, 1)
          .map((r) => ({ ...r, deciles: null, beyondAccuracy: null })),
        epochs: runContent().epochs.map((epoch) => ({ ...epoch, diagnostics: null })),
        absent: ["The data: there is no such dataset folder."],
      }),
    );
    expect(sectionsOf(html)).toEqual(["ranking", "subject", "learning", "norms", "adaptivity", "absent", "provenance"]);
    expect(html).toContain("Not measured: the run was trained with diagnostics off.");
    expect(html).toContain("The data: there is no such dataset folder.");
  });
});

describe("the report of a study", () => {
  it("has every section and counts the verdicts of the metric that chose", () => {
    const html = studyReport(studyContent());
    expect(sectionsOf(html)).toEqual([
      "large-batch",
      "tests",
      "arms",
      "success",
      "cost",
      "settings",
      "curves",
      "undecided",
      "provenance",
    ]);
    // Differences of -0.02, 0 and 0.02 at the three batch sizes.
    expect(html).toContain(
      "Of 3 comparisons in NDCG@10, the first named is better in 1, worse in 1; 1 stay undecided.",
    );
  });

  it("says which arm has no point because no seed finished", () => {
    expect(studyReport(studyContent())).toContain("No seed finished: sgd at 1M.");
  });

  it("has no chart against the batch size where there is one size alone", () => {
    const content = studyContent();
    const { summary } = content;
    const arms = summary.arms.filter(({ batchSize }) => batchSize === 1024);
    const html = studyReport({ ...content, summary: { ...summary, arms } });
    expect(sectionsOf(html)).not.toContain("large-batch");
    expect(html).toContain("NDCG@10 at batch 1k");
  });
});
