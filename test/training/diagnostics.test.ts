/** Every figure of the diagnostics on rankers small enough to work out by hand. */
import { describe, expect, it } from "@jest/globals";
import type { Parameters, RankerSpec } from "../../src/ranker/ranker-spec.ts";
import { noSides, type Side } from "../../src/ranker/side.ts";
import { type DiagnosticsOptions, measureDiagnostics } from "../../src/training/diagnostics.ts";
import type { Probe } from "../../src/training/probe.ts";
import { noPaths } from "../support/engines/no-paths.ts";

/** Two users, two items, one dimension: the logit is the product of the two values, plus the head bias. */
const product: RankerSpec = { ...noPaths, users: 2, items: 2, dot: 1 };
const parametersOfProduct = (users: number[], items: number[]): Parameters =>
  new Map([
    ["userDot", Float64Array.from(users)],
    ["itemDot", Float64Array.from(items)],
    ["head.bias", Float64Array.of(0)],
  ]);

const probe: Probe = {
  batch: {
    kind: "pointwise",
    length: 2,
    users: Uint32Array.of(0, 1),
    items: Uint32Array.of(0, 1),
    labels: Float32Array.of(1, 0),
    weights: null,
    idDropout: null,
  },
  userDeciles: Uint8Array.of(0, 9),
  itemDeciles: Uint8Array.of(9, 0),
};

const options: DiagnosticsOptions = {
  spec: product,
  sides: noSides,
  probe,
  parameters: parametersOfProduct([3, 0], [1, 4]),
  gradient: { loss: 0.5, gradient: parametersOfProduct([6, 8], [0, 1]) },
  previous: null,
  atSwitch: null,
  blocks: "layer",
};

describe("the probe's figures", () => {
  it("sum up logits, slopes and errors", () => {
    // Logits: 3 * 1 = 3 with label 1, and 0 * 4 = 0 with label 0. sigmoid(3) = 0.952574.
    const figures = measureDiagnostics(options);
    expect(figures.loss).toBe(0.5);
    expect(figures.logitAbsP50).toBe(1.5); // half way from 0 to 3
    expect(figures.logitAbsP99).toBeCloseTo(2.97, 12);
    // Slopes 0.952574 * 0.047426 = 0.045177 and 0.25; p10 is a tenth of the way.
    expect(figures.slopeP10).toBeCloseTo(0.045177 + 0.1 * (0.25 - 0.045177), 6);
    expect(figures.slopeP50).toBeCloseTo((0.045177 + 0.25) / 2, 6);
    expect(figures.meanError).toBeCloseTo((0.047426 + 0.5) / 2, 6);
  });

  it("give margins over the logits' scale, and count what is wrong", () => {
    // Rows of 3 and 0, of 1 and 4: the scale is sqrt(9 / 2) * sqrt(17 / 2). Margins 3 and -0: half is not right.
    const { margins } = measureDiagnostics(options);
    const scale = (3 * Math.sqrt(17)) / 2;
    expect(margins.scale).toBeCloseTo(scale, 12);
    expect(margins.smallest).toBeCloseTo(0, 12);
    expect(margins.p50).toBeCloseTo(1.5 / scale, 12);
    expect(margins.p90).toBeCloseTo(2.7 / scale, 12);
    expect(margins.wrongShare).toBe(0.5);
    // A head bias of -1 turns the logits into 2 and -1, both right, and adds 1 to the scale.
    const biased = new Map([...options.parameters, ["head.bias", Float64Array.of(-1)]] as const);
    const right = measureDiagnostics({ ...options, parameters: biased }).margins;
    expect(right.smallest).toBeCloseTo(1 / (scale + 1), 12);
    expect(right.wrongShare).toBe(0);
  });

  it("count samples that have nothing left to teach", () => {
    // Logits 3 * 2.3 = 6.9 and 0 * 4 = 0: 1 - sigmoid(6.9) = .00101, just not faded; at 3 * 2.4 = 7.2 it is .00075.
    const at = (item: number) => measureDiagnostics({ ...options, parameters: parametersOfProduct([3, 0], [item, 4]) });
    expect(at(2.3).fadedShare).toBe(0);
    expect(at(2.4).fadedShare).toBe(0.5);
  });

  it("take the margin under bpr", () => {
    const pairwise: Probe["batch"] = {
      kind: "pairwise",
      length: 1,
      users: Uint32Array.of(0),
      positives: Uint32Array.of(0),
      negatives: Uint32Array.of(1),
      weights: null,
      idDropout: null,
    };
    // Logits 3 and 12; margin -9, p = sigmoid(-9) = 0.000123395.
    const figures = measureDiagnostics({ ...options, probe: { ...probe, batch: pairwise } });
    expect(figures.logitAbsP50).toBe(7.5);
    expect(figures.meanError).toBeCloseTo(1 - 0.000123395, 9);
    expect(figures.slopeP50).toBeCloseTo(0.000123395 * (1 - 0.000123395), 9);
    expect(figures.margins.smallest).toBeCloseTo(-9 / ((3 * Math.sqrt(17)) / 2), 12);
    expect(figures.margins.wrongShare).toBe(1);
  });

  it("take the positive's share under softmax", () => {
    const listwise: Probe["batch"] = {
      kind: "listwise",
      length: 1,
      users: Uint32Array.of(0),
      positives: Uint32Array.of(0),
      blockRows: 1,
      negatives: Uint32Array.of(1, 0),
      masked: null,
      weights: null,
      idDropout: null,
    };
    // Logits 3, 12 and 3: a share of 1 / (2 + e^9) = 0.000123379.
    const figures = measureDiagnostics({ ...options, probe: { ...probe, batch: listwise } });
    expect(figures.logitAbsP50).toBe(3);
    expect(figures.meanError).toBeCloseTo(1 - 0.000123379, 9);
    expect(figures.slopeP50).toBeCloseTo(0.000123379 * (1 - 0.000123379), 9);
    // Against the largest of the negatives, 12; against itself alone it would be 0.
    expect(figures.margins.smallest).toBeCloseTo(-9 / ((3 * Math.sqrt(17)) / 2), 12);
  });

  it("take the margin of a list of more negatives than a function has arguments", () => {
    const negatives = new Uint32Array(200_000);
    negatives[123_456] = 1;
    const listwise: Probe["batch"] = {
      kind: "listwise",
      length: 1,
      users: Uint32Array.of(0),
      positives: Uint32Array.of(0),
      blockRows: 1,
      negatives,
      masked: null,
      weights: null,
      idDropout: null,
    };
    const { margins } = measureDiagnostics({ ...options, probe: { ...probe, batch: listwise } });
    expect(margins.smallest).toBeCloseTo(-9 / ((3 * Math.sqrt(17)) / 2), 12);
  });

  it("leave out the margin of a list whose negatives are all masked", () => {
    const listwise: Probe["batch"] = {
      kind: "listwise",
      length: 1,
      users: Uint32Array.of(0),
      positives: Uint32Array.of(0),
      blockRows: 1,
      negatives: Uint32Array.of(1),
      masked: { offsets: Uint32Array.of(0, 1), places: Uint32Array.of(0) },
      weights: null,
      idDropout: null,
    };
    const { margins } = measureDiagnostics({ ...options, probe: { ...probe, batch: listwise } });
    expect(margins).toMatchObject({ smallest: null, p50: null, wrongShare: null });
  });

  it("count the units of each layer that never fire", () => {
    const tower: RankerSpec = { ...noPaths, users: 2, items: 2, embedding: 1, tower: [4, 1] };
    const parameters: Parameters = new Map([
      ["userMlp", Float64Array.of(1, 1)],
      ["itemMlp", Float64Array.of(1, -1)],
      // For the probe's pairs (1, 1) and (1, -1): u + i = 2 and 0; i = 1 and -1; -i = -1 and 1; -u = -1 twice: dead.
      ["tower.0.weight", Float64Array.of(1, 1, 0, 1, 0, -1, -1, 0)],
      ["tower.0.bias", new Float64Array(4)],
      ["tower.1.weight", new Float64Array(4)],
      ["tower.1.bias", Float64Array.of(-1)], // dead
      ["head.weight", Float64Array.of(1)],
      ["head.bias", Float64Array.of(0)],
    ]);
    const figures = measureDiagnostics({
      ...options,
      spec: tower,
      parameters,
      gradient: { loss: 1, gradient: parameters },
    });
    expect(figures.deadUnits).toEqual([0.25, 1]);
  });
});

describe("the tensors' figures", () => {
  it("give norms, and gradient norms raw, tangent and over the loss", () => {
    const figures = measureDiagnostics(options);
    expect(figures.norms).toEqual({ userDot: 3, itemDot: Math.sqrt(17), "head.bias": 0 });
    expect(figures.gradientNorms.userDot).toBe(10);
    expect(figures.gradientNormsOverLoss.userDot).toBe(20);
    // userDot = (3, 0): of its gradient (6, 8) only 8 turns it.
    expect(figures.tangentGradientNorms.userDot).toBe(8);
    expect(figures.tangentGradientNormsOverLoss.userDot).toBe(16);
    // itemDot = (1, 4), gradient (0, 1): 1 - 16/17 is left of its square.
    expect(figures.tangentGradientNorms.itemDot).toBeCloseTo(Math.sqrt(1 / 17), 12);
  });

  it("take each row as a block where LAWN does: a row of one value cannot turn", () => {
    const figures = measureDiagnostics({ ...options, blocks: "row" });
    // UserDot[1] is 0: no sphere.
    expect(figures.tangentGradientNorms).toEqual({ userDot: 8, itemDot: 0, "head.bias": 0 });
  });

  it("say how far each tensor moved and turned, where there is something to compare with", () => {
    const figures = measureDiagnostics({ ...options, previous: parametersOfProduct([0, 3], [1, 4]) });
    expect(figures.moved?.relative.userDot).toBeCloseTo(Math.SQRT2, 12); // from (0, 3) to (3, 0)
    expect(figures.moved?.angle.userDot).toBeCloseTo(Math.PI / 2, 12);
    expect(figures.moved?.relative.itemDot).toBe(0);
    expect(figures.movedSinceSwitch).toBeNull();
    const later = measureDiagnostics({ ...options, atSwitch: parametersOfProduct([3, 0], [2, 8]) });
    expect(later.movedSinceSwitch?.relative.itemDot).toBe(0.5);
    expect(later.moved).toBeNull();
  });

  it("are of users as sums of rows where they have features, and of tensors as they are", () => {
    // User 0 is rows 0 and 2, user 1 row 2 alone: 3 + 1 and 1.
    const users: Side = {
      entities: 2,
      rows: 3,
      ids: 2,
      offsets: Uint32Array.of(0, 2, 3),
      rowIndices: Uint32Array.of(0, 2, 2),
      weights: Float32Array.of(1, 1, 1),
    };
    const parameters = parametersOfProduct([3, 9, 1], [1, 4]);
    const figures = measureDiagnostics({
      ...options,
      spec: { ...product, users: 3 },
      sides: { users, items: null },
      parameters,
      gradient: { loss: 1, gradient: parameters },
    });
    // Logits 4 x 1 and 1 x 4.
    expect([figures.logitAbsP50, figures.logitAbsP99]).toEqual([4, 4]);
    expect(figures.rowNorms.userDot?.byPopularity).toEqual([4, ...Array<null>(8).fill(null), 1]);
    expect(figures.norms.userDot).toBeCloseTo(Math.sqrt(9 + 81 + 1), 12);
  });

  it("spread row norms by popularity", () => {
    const { rowNorms } = measureDiagnostics(options);
    expect(rowNorms.userDot?.byPopularity).toEqual([3, ...Array<null>(8).fill(null), 0]);
    expect(rowNorms.itemDot?.byPopularity).toEqual([4, ...Array<null>(8).fill(null), 1]);
    expect(rowNorms.itemDot?.p50).toBe(2.5);
  });
});

describe("as JSON", () => {
  it("survives, with null for what is not finite", () => {
    const diverged = { ...options, parameters: parametersOfProduct([NaN, Infinity], [1, 4]) };
    const figures = measureDiagnostics({ ...diverged, previous: options.parameters });
    expect(JSON.parse(JSON.stringify(figures))).toEqual(figures);
    expect(figures.norms.userDot).toBeNull();
    expect(figures.logitAbsP99).toBeNull();
    expect(figures.margins).toMatchObject({ scale: null, p90: null, wrongShare: null });
    expect(figures.moved?.angle.userDot).toBeNull();
    expect(figures.norms.itemDot).toBeCloseTo(Math.sqrt(17), 12);
  });
});
