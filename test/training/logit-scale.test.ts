/** The scale by which margins are divided: worked by hand, and following the logits however layers are rescaled. */
import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { openForward } from "../../src/ranker/forward.ts";
import type { FloatArray, Parameters, RankerSpec } from "../../src/ranker/ranker-spec.ts";
import { logitScale } from "../../src/training/logit-scale.ts";
import { noPaths } from "../support/engines/no-paths.ts";
import { rankerCases } from "../support/engines/ranker-cases.ts";

const pairs = { comparesItems: false };
const f64 = (...values: number[]) => Float64Array.from(values);

describe("the scale of the logits", () => {
  it("of MF is the product of the tables' typical rows, and the biases beside it", () => {
    // Rows of norm 3 and 4, and of 5 and 5: roots of the means of 9 and 16, of 25 and 25.
    const spec: RankerSpec = { ...noPaths, users: 2, items: 2, dot: 2 };
    const parameters: Parameters = new Map([
      ["userDot", f64(3, 0, 0, 4)],
      ["itemDot", f64(3, 4, 4, 3)],
      ["head.bias", f64(-2)],
    ]);
    expect(logitScale(spec, parameters, pairs)).toBeCloseTo(Math.sqrt(12.5) * 5 + 2, 12);
    // Biases of users, rms sqrt((1 + 49) / 2) = 5, and of items, 2.
    const withBiases = new Map([...parameters, ["userBias", f64(1, -7)], ["itemBias", f64(2, 2)]] as const);
    expect(logitScale({ ...spec, idBiases: true }, withBiases, pairs)).toBeCloseTo(Math.sqrt(12.5) * 5 + 9, 12);
    // Compared for one user, what all items share says nothing.
    const compared = logitScale({ ...spec, idBiases: true }, withBiases, { comparesItems: true });
    expect(compared).toBeCloseTo(Math.sqrt(12.5) * 5 + 2, 12);
  });

  it("of NeuMF sums GMF of degree 3 and a tower whose biases go through the layers above them", () => {
    const spec: RankerSpec = { ...noPaths, users: 1, items: 1, gmf: 2, embedding: 2, tower: [2, 1] };
    const parameters: Parameters = new Map([
      ["userGmf", f64(3, 4)],
      ["itemGmf", f64(0, 2)],
      ["userMlp", f64(1, 2)],
      ["itemMlp", f64(2, 0)],
      ["tower.0.weight", f64(1, 1, 1, 1, 0, 0, 0, 0)],
      ["tower.0.bias", f64(0, -1)],
      ["tower.1.weight", f64(0, 3)],
      ["tower.1.bias", f64(4)],
      ["head.weight", f64(3, 4, -2)],
      ["head.bias", f64(0)],
    ]);
    // GMF: head (3, 4) of norm 5, rows of 5 and 2: 50.
    // Tower: rows together 3; layer 1, of norm 2, 2 * 3 + 1 = 7; layer 2, of norm 3, 3 * 7 + 4 = 25; its head of 2: 50.
    expect(logitScale(spec, parameters, pairs)).toBe(100);
  });

  it("of cosines is what they are multiplied by, whatever the tables hold", () => {
    const spec: RankerSpec = { ...noPaths, users: 1, items: 1, dot: 1, cosineTemperature: 0.2 };
    const parameters: Parameters = new Map([
      ["userDot", f64(7)],
      ["itemDot", f64(9)],
      ["head.bias", f64(0)],
    ]);
    expect(logitScale(spec, parameters, pairs)).toBe(5);
  });
});

describe.each(rankerCases({ users: 3, items: 4 }))("$name", ({ spec, parameters }) => {
  const factor = fc.double({ min: 0.1, max: 10, noNaN: true });
  const layerFactors = fc.array(factor, { minLength: 8, maxLength: 8 });

  it("keeps its normalised margins when layers are rescaled and the logit is as a whole", () => {
    const before = normalisedLogits(spec, parameters);
    fc.assert(
      // A cosine has degree 0: it cannot follow a logit that grows.
      fc.property(layerFactors, spec.cosineTemperature === null ? factor : fc.constant(1), (factors, overall) => {
        const after = normalisedLogits(spec, rescaled(spec, parameters, { factors, overall }));
        // Float64 products and sums of some 20 terms on either side.
        for (const [i, value] of after.entries()) expect(value).toBeCloseTo(before[i]!, 10);
      }),
    );
  });

  it("has no logit beyond its scale where every row is as long as its table's typical one", () => {
    const even = new Map(parameters);
    for (const [name, values] of parameters) {
      if (!/^(user|item)/.test(name)) continue;
      const rows = name.startsWith("user") ? spec.users : spec.items;
      even.set(name, withEvenRows(values, values.length / rows));
    }
    for (const value of normalisedLogits(spec, even)) expect(Math.abs(value)).toBeLessThanOrEqual(1 + 1e-12);
  });
});

function normalisedLogits(spec: RankerSpec, parameters: Parameters): readonly number[] {
  const { logit } = openForward(spec, parameters);
  const scale = logitScale(spec, parameters, pairs);
  return Array.from({ length: spec.users * spec.items }, (_, i) => logit(i % spec.users, i % spec.items) / scale);
}

/**
 * The same ranker to a factor of every logit: layers of a path are multiplied by factors of their own, the path's last
 * one by what then makes `overall`; a tower's biases go along with what comes into their layer.
 */
function rescaled(
  spec: RankerSpec,
  parameters: Parameters,
  { factors, overall }: { readonly factors: readonly number[]; readonly overall: number },
): Parameters {
  const [users, userGmf, itemGmf, tables, ...layers] = factors as [number, number, number, number, ...number[]];
  const scales = new Map([
    ["userDot", users],
    ["itemDot", overall / users],
    ["userGmf", userGmf],
    ["itemGmf", itemGmf],
    ["userMlp", tables],
    ["itemMlp", tables],
    ["userBias", overall],
    ["itemBias", overall],
    ["head.bias", overall],
  ]);
  let inputs = tables;
  for (const layer of spec.tower.keys()) {
    scales.set(`tower.${layer}.weight`, layers[layer]!);
    inputs *= layers[layer]!;
    scales.set(`tower.${layer}.bias`, inputs);
  }
  const headScale = (index: number) => (index < spec.gmf ? overall / (userGmf * itemGmf) : overall / inputs);
  return new Map(
    [...parameters].map(([name, values]): [string, FloatArray] => [
      name,
      Float64Array.from(values, (value, i) => value * (name === "head.weight" ? headScale(i) : scales.get(name)!)),
    ]),
  );
}

function withEvenRows(values: FloatArray, width: number): FloatArray {
  const rows = values.length / width;
  const lengths = Array.from({ length: rows }, (_, row) =>
    Math.hypot(...values.subarray(row * width, (row + 1) * width)),
  );
  const typical = Math.hypot(...lengths) / Math.sqrt(rows);
  return Float64Array.from(values, (value, i) => (value * typical) / lengths[Math.floor(i / width)]!);
}
