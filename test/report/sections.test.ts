/** What charts do where something is missing: lines break, empty places are explained, rows are filled. */
import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { armSeries } from "../../src/report/charts/arm-style.ts";
import { batchFigure } from "../../src/report/charts/batch-figure.ts";
import { epochFigure } from "../../src/report/charts/epoch-figure.ts";
import { multiples, rowSizes } from "../../src/report/charts/figure.ts";
import { intervalFigure } from "../../src/report/charts/interval-figure.ts";
import { runReport } from "../../src/report/run-report.ts";
import { unbroken } from "../../src/report/sections/calibration-section.ts";
import { missingWords } from "../../src/report/sections/deciles-section.ts";
import { frontMarkup } from "../../src/report/sections/front-section.ts";
import { peopleSection } from "../../src/report/sections/people-section.ts";
import { gateRecord, runContent } from "../support/stages/report-content.ts";

describe("a reliability curve", () => {
  const bin = (k: number) => ({
    from: k / 15,
    to: (k + 1) / 15,
    share: 0.2,
    meanProbability: (k + 0.5) / 15,
    positiveRate: 0.5,
  });

  it("joins bins that touch and no others", () => {
    const stretches = unbroken([0, 1, 2, 7, 13, 14].map(bin));
    expect(stretches.map((bins) => bins.map(({ from }) => Math.round(15 * from)))).toEqual([[0, 1, 2], [7], [13, 14]]);
  });

  it("says which probabilities no pair was given", () => {
    const calibration = { ...runContent().calibration!, bins: [0, 1, 13].map(bin) };
    // Bins 0 and 1 end at 2/15 = 0.133, bin 13 begins at 13/15 = 0.867.
    expect(runReport(runContent({ calibration }))).toContain("No pair was given a probability from 0.13 to 0.87.");
  });
});

describe("what was trained on what", () => {
  it("says the weights of rows and what is known besides, where there are any", () => {
    const plain = runContent();
    expect(runReport(plain)).not.toMatch(/>weights<|>known besides</);
    const data = { ...plain.data!, weights: { least: 0.25, most: 10, mean: 2.3456 }, knownPairs: 43_898 };
    const html = runReport(runContent({ data }));
    expect(html).toContain("0.250 to 10.0, 2.35 on average");
    expect(html).toContain("43,898 pairs that cleaning left out");
  });
});

describe("the gate's verdict", () => {
  it("stands on top, and the run in use beside the run, with whom it does not know", () => {
    const html = runReport(runContent({ gate: gateRecord() }));
    const top = html.slice(0, html.indexOf("<table"));
    expect(top).toContain("Promoted:</strong> no worse beside the run in use.");
    expect(html).toContain("no worse: NDCG@10 0.4831 against 0.4790");
    expect(html).toContain("Both on the same 980 users");
    expect(html).toContain("does not know 20 users, who are left out of the comparison. Of them 20 are tested");
    expect(html).toContain("It does not know 8 items and ranks them behind all others");
  });

  it("says that a run was kept out, and that nothing was to compare with", () => {
    const out = gateRecord({ verdict: "keep", reason: "worse, and by more than the margin of 0.002: ..." });
    expect(runReport(runContent({ gate: out }))).toContain(
      "Kept out:</strong> worse, and by more than the margin of 0.002 beside the run in use.",
    );
    const first = runReport(
      runContent({ gate: gateRecord({ against: null, compared: null, reason: "nothing there" }) }),
    );
    expect(first).toContain("Promoted:</strong> nothing there.");
    expect(first).not.toContain("Both on the same");
  });

  it("is absent where no gate has looked at the run", () => {
    expect(runReport(runContent({ gate: null }))).not.toContain("Promoted");
  });
});

describe("deciles", () => {
  const { userActivity } = runContent().rankers[0]!.deciles!;

  it("carry an interval each", () => {
    // 0.771 - 0.01, and 0.09 to each side
    expect(runReport(runContent())).toContain("decile 1: 0.761 (0.671 to 0.851)");
  });

  it("explain the tenths that are empty", () => {
    expect(missingWords(userActivity)).toBe("");
    expect(missingWords(userActivity.filter(({ decile }) => decile !== 2 && decile !== 3))).toContain(
      "Tenths 2, 3 are empty",
    );
  });
});

describe("charts side by side", () => {
  it("fill their rows, whatever their number", () => {
    expect([2, 3, 4, 5, 7, 8].map(rowSizes)).toEqual([[2], [3], [2, 2], [3, 2], [3, 2, 2], [3, 3, 2]]);
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 60 }), (count) => {
        expect(rowSizes(count).reduce<number>((sum, size) => sum + size, 0)).toBe(count);
      }),
    );
  });

  it("are none for nothing, and one alone goes across", () => {
    expect(multiples([null])).toBeNull();
    const axis = { unit: "epoch" as const, epochs: [1, 2], switchAfter: null, chosen: null };
    const figure = epochFigure({
      title: "Loss",
      text: "",
      axis,
      lines: [{ name: "loss", hue: "blue", values: [1, 2] }],
    });
    expect(multiples([null, figure])!.text).toContain('class="whole"');
  });
});

describe("a line of nothing but 0", () => {
  it("lies on the ground of a chart that begins at 0", () => {
    const axis = { unit: "epoch" as const, epochs: [1, 2], switchAfter: null, chosen: null };
    const lines = [{ name: "dead units", hue: "blue" as const, values: [0, 0] }];
    const drawn = epochFigure({ title: "Dead units", text: "", axis, lines, isFromZero: true }).draw(328).text;
    expect(drawn).toContain(">1<");
    expect(drawn).not.toContain("\u2212"); // no room below 0
  });
});

describe("names of lines", () => {
  const axis = { unit: "epoch" as const, epochs: [1, 2], switchAfter: 1, chosen: 2 };
  const draw = (names: readonly string[]) =>
    epochFigure({ title: "A", text: "", axis, lines: names.map((name) => ({ name, hue: "blue", values: [1, 2] })) });

  it("stand at their ends, apart, in place of a legend", () => {
    const figure = draw(["training", "probe"]);
    expect(figure.legend).toBeUndefined();
    const heights = [...figure.draw(328).text.matchAll(/<text[^>]* y="([\d.]+)"[^>]*>(?:training|probe)</g)];
    expect(Math.abs(Number(heights[0]![1]) - Number(heights[1]![1]))).toBeGreaterThanOrEqual(14);
  });

  it("stand in a legend where they are too long for that", () => {
    expect(draw(["an arm with a name that is long", "b"]).legend).toHaveLength(2);
  });
});

describe("an arm far from all others", () => {
  const values = [0.48, 0.49, 0.5, 0.1];

  it("is set at the edge of a dot plot with its value, and named", () => {
    const rows = values.map((value, k) => ({ name: `arm-${k}`, value, interval: null, hue: "blue" as const }));
    const figure = intervalFigure({ title: "NDCG@10", text: "Means.", rows, heads: ["arm", "mean"] });
    expect(figure.text).toBe("Means. Far from the others, at the edge with its value: arm-3.");
    expect(figure.draw(328).text).toContain("\u25c2 0.100");
  });

  it("is set at the edge of a line chart likewise", () => {
    const series = [...armSeries(values.map((_, k) => ({ arm: `arm-${k}`, optimizer: "adam" }))).values()];
    const lines = series.map((line, k) => ({
      ...line,
      points: [{ batchSize: 1024, value: values[k]!, interval: null }],
    }));
    const drawn = batchFigure({ title: "NDCG@10", text: "", lines }).draw(680).text;
    expect(drawn).toContain("0.100 \u25be");
    expect(drawn).not.toContain(">0.2<"); // the axis has no room for it
  });
});

describe("the people of a report", () => {
  const item = (id: string, rank: number) => ({ id, title: null, rank });
  const person = {
    id: "7",
    trainInteractions: 3,
    recent: [{ id: "1", title: null }],
    recommended: [{ id: "5", title: null }],
    heldOut: [item("9", 40), item("5", 1)],
  };
  const content = runContent({ people: [person] });

  it("names the best placed of several held-out items", () => {
    const front = frontMarkup(content).text;
    expect(front).toContain("3 items, last item 1; then took 2 items, best placed item 5 (rank\u00a01)");
    const one = frontMarkup({ ...content, people: [{ ...person, heldOut: [item("9", 40)] }] }).text;
    expect(one).toContain("then took item 9 (rank\u00a040)");
  });

  it("speaks of no last item where the data has no order", () => {
    const unordered = { ...content, data: { ...content.data!, isOrdered: false } };
    expect(frontMarkup(unordered).text).toContain("3 items, such as item 1");
    expect(peopleSection(unordered)!.body.text).toContain("<p>In train: item 1</p>");
    expect(peopleSection(content)!.body.text).toContain("<p>Last in train: item 1</p>");
  });
});
