/** Reports as text: what stands in them, what they leave out with a reason, and that they are whole. */
import { describe, expect, it } from "@jest/globals";
import { runReport } from "../../src/report/run-report.ts";
import { studyReport } from "../../src/report/study-report.ts";
import { runContent } from "../support/stages/report-content.ts";
import { studyContent } from "../support/stages/study-content.ts";

const whole = runReport(runContent()); // drawing takes a while: most questions are asked of one page
const sectionsOf = (html: string): string[] => [...html.matchAll(/<section id="([a-z-]+)"/g)].map((match) => match[1]!);

describe("the report of a run", () => {
  it("has every section, and the same bytes for the same content", () => {
    const html = whole;
    expect(sectionsOf(html)).toEqual([
      "people",
      "ranking",
      "subject",
      "deciles",
      "lists",
      "learning",
      "calibration",
      "norms",
      "adaptivity",
      "margins",
      "provenance",
    ]);
    expect(runReport(runContent())).toBe(html);
  });

  it("names no address outside itself", () => {
    const html = whole + studyReport(studyContent());
    const addresses = [...html.matchAll(/(?:href|src)="([^"]*)"/g)].map((match) => match[1]!);
    expect(addresses.filter((address) => !/^(#|data:)/.test(address))).toEqual([]);
    expect(html).not.toMatch(/https?:(?!\/\/www\.w3\.org\/)/);
  });

  it("opens with the verdict, every ranker and ten people, before the links to all else", () => {
    const html = whole;
    const front = html.slice(html.indexOf("<header>"), html.indexOf("<nav"));
    expect(front).toContain(`<strong class="level">Level with item-KNN, the best of 2 baselines.</strong>`);
    expect(front).toContain("77\u00a0% of users find their item among the top 10; item-KNN 76\u00a0%: level.");
    for (const name of ["this run", "item-KNN", "popularity", "random"]) {
      expect(front).toContain(`<th scope="row">${name}</th>`);
    }
    expect(front).toContain('77.1\u00a0%<span class="range">75.1 to 79.1</span>');
    expect(front).toContain("NDCG@10, all items");
    expect(front).toContain("10 people and what they are offered");
    expect(front).toContain(
      "Not fitted beside this run: iALS (about 45 s). To set one beside it: <code>lawn-ranker evaluate</code>, then ",
    );
  });

  it("says so where there is nothing to compare with", () => {
    const alone = runReport(runContent({ rankers: runContent().rankers.slice(0, 1) }));
    expect(alone).toContain("<strong>Compared with nothing.</strong>");
  });

  it("holds the learning curves against the baselines, each named at its line", () => {
    const html = whole;
    const learning = html.slice(html.indexOf('<section id="learning"'), html.indexOf('<section id="calibration"'));
    expect(learning).toContain("NDCG@10 on validation");
    expect(learning).toContain("this run from 0.325 to 0.450; popularity at 0.305"); // 0.3 + 1 / 40 to 0.3 + 6 / 40
    expect(learning).toContain(">item-KNN</text>");
    expect(learning).not.toContain('class="legend"');
  });

  it("marks the switch in the charts of a run that has one, and only there", () => {
    expect(whole).toContain("LAWN held the norms from epoch 4 on.");
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
    expect(sectionsOf(html)).toEqual(["ranking", "subject", "learning", "absent", "norms", "adaptivity", "provenance"]);
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
      "baselines",
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
